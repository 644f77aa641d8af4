import type { Bench, BenchContext } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import type { Measurement } from "../result.ts";

/** Heaps that end within this of what they were after the first fifth are flat. */
const FLAT = 1.02;
/** Page faults before the heap is looked at. */
const WARM_UP = 1e6;
/** A run that takes longer is cut short, in milliseconds: a busy machine must not make it last for ever. */
const LIMIT_MS = { normal: 90_000, long: 900_000 };

/** Row 14: bytes of page tables, and a heap that does not grow with page faults. */
export const memory: Bench = {
  row: "14",
  title: "memory",
  async *run(context) {
    const bytes = context.options.quick ? 2 ** 26 : 2 ** 30;
    for (const sites of [2, 4]) {
      for (const pageSize of [4096, 256]) yield await pageTables(context, sites, bytes, pageSize);
    }
    yield* flatHeap(context);
  },
};

async function pageTables(context: BenchContext, sites: number, bytes: number, pageSize: number): Promise<Measurement> {
  context.progress(`page tables, ${sites} sites, ${pageSize} B pages`);
  await using cluster = await clusterOf("memory", sites);
  const taken = await cluster.runAll("tables", { bytes, pageSize });
  const most = Math.max(...taken);
  return {
    name: `page tables per site, ${pageSize} B pages, ${sites} sites (${((most / bytes) * pageSize).toFixed(2)} B a page)`,
    value: most,
    unit: "B",
    yardstick: { name: "region", value: bytes },
    ratio: most / bytes,
    ratios: [most / bytes],
    higherIsBetter: false,
    target: { atMost: 0.02 },
    p50: most,
    p99: most,
  };
}

async function* flatHeap(context: BenchContext): AsyncIterable<Measurement> {
  const { quick, long } = context.options;
  const count = quick ? 20_480 : long ? 1e7 : 1e6;
  context.progress(`${count} page faults`);
  await using cluster = await clusterOf("memory", 2);
  const array = await cluster.memory.async.float64("faults", 256 * 512, { home: 1 });
  const limitMs = long ? LIMIT_MS.long : LIMIT_MS.normal;
  // What the optimiser keeps grows for the first hundred thousands of faults and is no leak.
  await cluster.runAll("faults", { array, count: Math.min(count, WARM_UP), limitMs });
  const sites = await cluster.runAll("faults", { array, count, limitMs });
  for (const [site, { heaps, faults }] of sites.entries()) {
    const [start, end] = [heaps[Math.min(1, heaps.length - 1)]!, heaps.at(-1)!];
    yield {
      name: `heap of site ${site} after ${faults} page faults`,
      value: end,
      unit: "B",
      yardstick: { name: "heap after the first fifth", value: start },
      ratio: end / start,
      ratios: [end / start],
      higherIsBetter: false,
      target: { atMost: FLAT },
      p50: end,
      p99: Math.max(...heaps),
    };
  }
}
