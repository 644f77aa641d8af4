import { type Cluster, launch, type SharedArray } from "isles";
import { describe, expect, it } from "vitest";
import type * as DataPolicy from "./programs/data-policy.mjs";
import { program } from "./support.ts";

const PER_PAGE = 512;
type Grid = SharedArray<Float64Array>;

/** A cluster with an array of so many pages at each site, written there. */
async function launched(sites: number, pages: number): Promise<{ cluster: Cluster<typeof DataPolicy>; grid: Grid }> {
  const cluster = await launch<typeof DataPolicy>({ program: program("data-policy.mjs"), sites });
  const grid = await cluster.memory.async.float64("grid", sites * pages * PER_PAGE, { homeMigration: false });
  await cluster.runAll("own", grid);
  return { cluster, grid };
}

async function fetched(cluster: Cluster<typeof DataPolicy>): Promise<number> {
  const { readMisses, writeMisses } = (await cluster.stats()).arrays.grid!;
  return readMisses + writeMisses;
}

describe("a process with the policy `data`", { timeout: 60_000 }, () => {
  it("follows its data from part to part, with the reasons recorded", async () => {
    const [sites, pages, rounds] = [3, 512, 4];
    const { cluster, grid } = await launched(sites, pages);
    await using _ = cluster;
    const before = await fetched(cluster);
    const process = await cluster.spawn("tours", [grid, rounds], { site: 0, policy: "data" });
    const { path, sum } = (await process.result) as { path: number[]; sum: number };
    expect(sum).toBe(rounds * 200 * sites * pages);
    const followed = path.filter((site, i) => site === i % sites).length;
    expect(followed).toBeGreaterThan((2 / 3) * path.length);
    expect((await process.info()).moves).toBeLessThan(2 * path.length);
    expect((await fetched(cluster)) - before).toBeLessThan((2 / 3) * rounds * sites * pages);
    const [first] = [...cluster.decisions].filter(({ what }) => what === "move");
    expect(first).toMatchObject({ name: "tours", site: 1 });
    expect(first!.reason).toMatch(/data: \d+ of the pages that it fetched lately, 100 % of them, came from site 1/);
  });

  it("stays put where it touches all parts in no order", async () => {
    const { cluster, grid } = await launched(3, 512);
    await using _ = cluster;
    const process = await cluster.spawn("scatters", [grid, 40_000], { site: 0, policy: "data" });
    expect(await process.result).toBe(40_000);
    expect((await process.info()).moves).toBe(0);
  });

  it("does not run to and fro after pages that another one wants as well", async () => {
    const { cluster, grid } = await launched(2, 128);
    await using _ = cluster;
    const ms = 1_000;
    const two = await Promise.all([0, 1].map((site) => cluster.spawn("sweeps", [grid, ms], { site, policy: "data" })));
    const rounds = (await Promise.all(two.map((process) => process.result))) as number[];
    expect(await grid.async.get(0)).toBe(1 + rounds[0]! + rounds[1]!);
    const moves = (await Promise.all(two.map((process) => process.info()))).map((info) => info.moves);
    expect(Math.max(...moves)).toBeLessThan(ms / 20);
  });
});
