/**
 * Why a process moves by itself, `node packages/examples/dist/migration/policies.js`: the five reasons of the textbooks, each as a policy by
 * name. What was decided, and why, is in `cluster.decisions`.
 */
import { launch } from "isles";
import type * as Policies from "./policies.program.ts";
import { computes, prefers, reads } from "./policies.program.ts";
import { check, tell } from "./say.ts";

const SITES = 3;

await using cluster = await launch<typeof Policies>({
  program: new URL("./policies.program.js", import.meta.url),
  sites: SITES,
  traits: { 1: { hardware: ["gpu"] } },
});

/** Runs something and prints what was decided meanwhile. */
async function reasons<T>(title: string, work: () => Promise<T>): Promise<T> {
  console.log(`\n${title}`);
  const before = cluster.decisions.length;
  const result = await work();
  tell(cluster.decisions.slice(before));
  return result;
}

function sitesOf(paths: readonly (readonly number[])[]): number {
  return new Set(paths.map((path) => path.at(-1))).size;
}

const balanced = await reasons(
  "load balancing: six processes begin on site 0; the oldest are worth a move",
  async () => {
    const six = Array.from({ length: 6 }, () => cluster.spawn(computes, [400], { site: 0, policy: "load" }));
    return Promise.all((await Promise.all(six)).map((process) => process.result));
  },
);
check(sitesOf(balanced) > 1, `they ended on ${sitesOf(balanced)} sites`);

const spread = await reasons(
  "computation speedup: the same, but whoever has nothing to do takes one at once",
  async () => {
    const six = Array.from({ length: 6 }, () => cluster.spawn(computes, [200], { site: 0, policy: "speedup" }));
    return Promise.all((await Promise.all(six)).map((process) => process.result));
  },
);
check(sitesOf(spread) > 1, `they ended on ${sitesOf(spread)} sites`);

await cluster.run("serveMaps", undefined, { site: 2 });
const toHardware = await reasons("hardware preference: it says that it wants a GPU, which site 1 has", async () => {
  return (await cluster.spawn(prefers, [], { site: 0, policy: "hardware" })).result;
});
check(toHardware[1] === 1, `its path: ${toHardware.join(" → ")}`);

const toSoftware = await reasons("software preference: it starts where the service `maps` is exposed", async () => {
  const process = await cluster.spawn(computes, [5], { policy: "software", prefers: { software: ["maps"] } });
  return process.result;
});
check(toSoftware[0] === 2, `its path: ${toSoftware.join(" → ")}`);

const grid = await cluster.memory.async.float64("grid", SITES * 2 ** 18); // 2 MiB on each site
await cluster.runAll("fill", grid);
const { sum, path } = await reasons("data access: it reads one site's part after the other's", async () => {
  return (await cluster.spawn(reads, [grid, SITES], { site: 0, policy: "data" })).result;
});
check(sum === grid.length && path.join() === "0,1,2", `it read each part where it is: ${path.join(" → ")}`);
