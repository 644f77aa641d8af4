/**
 * Where a process beats both data and computation migration: `node packages/examples/dist/migration/walk.js [MiB [stretches [steps in each]]]`
 *
 * - Data migration pays for every page of every part that the walk comes to, once, and keeps them all in one site's memory. It wins if the
 *   walk comes back to the same parts often enough: the pages are there by then.
 * - A call for each stretch pays for the walk's own state twice: to where the stretch is, and back. It also has to know where a stretch ends. It is
 *   as good as a process if that state is small, and better if it is one buffer that can be transferred.
 * - A process pays for its state once, and needs no plan: it follows its data.
 */
import { launch } from "isles";
import { check } from "./say.ts";
import type * as Walks from "./walk.program.ts";
import { follows, wanders } from "./walk.program.ts";
import type { Graph, Walk } from "./walk-graph.ts";

const SITES = 4;
/** The best of so many counts: the optimiser has to see the code on every site first. */
const ROUNDS = 3;
const [mebibytes = 128, stretches = 24, stretch = 40_000] = process.argv.slice(2).map(Number);
const traits = Object.fromEntries(Array.from({ length: SITES }, (_, k) => [k, { software: [`part ${k}`] }]));

await using cluster = await launch<typeof Walks>({
  program: new URL("./walk.program.js", import.meta.url),
  sites: SITES,
  traits,
});
const here = { site: 0 };
const left = stretches * stretch;
const begin = (steps: number): Walk => ({ at: 0, left: steps, random: 99, sum: 0, seen: new Map(), stretch });

interface Way {
  readonly name: string;
  /** Of the steps, where all would take too long; the time is then that of all. */
  readonly share?: number;
  /** Makes the walk; also says how often the walk's own state went to another site. */
  run(graph: Graph, walk: Walk): Promise<{ walk: Walk; trips: number }>;
}

const ways: Way[] = [
  {
    name: "data: pages come as they are touched",
    run: async (graph, walk) => ({ walk: await cluster.run("stays", { graph, walk }, here), trips: 0 }),
  },
  {
    name: "data: all of it by moveTo, then the walk",
    run: async (graph, walk) => ({ walk: await cluster.run("gathers", { graph, walk }, here), trips: 0 }),
  },
  {
    name: "computation: a call for each look (0.2 % of them)",
    share: 0.002,
    run: async (graph, walk) => ({ walk: await cluster.run("asks", { graph, walk }, here), trips: 0 }),
  },
  {
    name: "computation: a call for each stretch",
    run: async (graph, walk) => {
      const done = await cluster.run("calls", { graph, walk }, here);
      return { walk: done.walk, trips: 2 * done.calls };
    },
  },
  {
    name: "process, policy data",
    run: async (graph, walk) => {
      const process = await cluster.spawn(wanders, [{ graph, walk }], { site: 0, policy: "data" });
      return { walk: await process.result, trips: (await process.info()).moves };
    },
  },
  {
    name: "process that says where it wants to be",
    run: async (graph, walk) => {
      const process = await cluster.spawn(follows, [{ graph, walk }], { site: 0, policy: "software" });
      return { walk: await process.result, trips: (await process.info()).moves };
    },
  },
];

/** The graph as its sites made it, each its part. */
async function fresh(): Promise<Graph> {
  await cluster.memory.async.free("graph").catch(() => undefined);
  const graph = await cluster.memory.async.int32("graph", (mebibytes * 2 ** 20) / 4, { homeMigration: false });
  await cluster.runAll("build", graph);
  return graph;
}

console.log(`${mebibytes} MiB on ${SITES} sites; ${left} steps, a stretch of about ${stretch} in each part`);
const expected = await cluster.run("stays", { graph: await fresh(), walk: begin(left) }, here);
const table = [];
for (const { name, share = 1, run } of ways) {
  const steps = Math.ceil(left * share);
  let best = { ms: Infinity, mib: 0, trips: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const graph = await fresh();
    const before = (await cluster.stats()).arrays.graph!.bytes;
    const start = performance.now();
    const { walk, trips } = await run(graph, begin(steps));
    const ms = (performance.now() - start) / share;
    const mib = ((await cluster.stats()).arrays.graph!.bytes - before) / 2 ** 20;
    if (share === 1 && (walk.sum !== expected.sum || walk.seen.size !== expected.seen.size)) check(false, name);
    if (ms < best.ms) best = { ms, mib, trips };
  }
  check(true, `${name}: ${ROUNDS} times the same walk`);
  table.push({
    way: name,
    ms: Math.round(best.ms),
    "page MiB": Number(best.mib.toFixed(1)),
    "its state travelled": best.trips,
  });
}
console.table(table);
