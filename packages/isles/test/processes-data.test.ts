import { type Cluster, launch } from "isles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { program } from "./support.ts";

let cluster: Cluster;

beforeAll(async () => {
  cluster = await launch({ program: program("process-data.mjs"), sites: 2 });
});
afterAll(() => cluster.close());

describe("what a process holds", () => {
  it("stays one object where it is one, also in instances of registered classes", async () => {
    const process = await cluster.spawn("shares", [], { site: 0, policy: "every-yield" });
    expect(await process.result).toEqual({ sites: [0, 1], same: [true, true, true, true] });
  });

  it("moves in time that grows as it does: a list of 100,000, twice", async () => {
    const start = performance.now();
    const process = await cluster.spawn("lists", [100_000], { site: 0, policy: "every-yield" });
    expect(await process.result).toEqual({ sites: [0, 1, 0], sum: (100_000 * 99_999) / 2 });
    expect(performance.now() - start).toBeLessThan(5_000); // as the square of it, it was a minute for each move
  });
});
