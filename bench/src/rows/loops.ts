import type { Cluster } from "isles";
import type { Bench } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import { median } from "../figures.ts";
import type * as Loops from "../programs/loops.program.ts";
import { speed, type Target, timed } from "../result.ts";

type Variant = "rawSum" | "spanSum" | "getSum" | "rawStore" | "spanStore" | "setStore";
type LoopSite = Cluster<typeof Loops>;

interface Comparison {
  readonly name: string;
  readonly variant: Variant;
  readonly raw: Variant;
  readonly target: Target;
}

const comparisons: readonly Comparison[] = [
  { name: "span kernel, sum (speed)", variant: "spanSum", raw: "rawSum", target: { atLeast: 0.97 } },
  { name: "span kernel, store (speed)", variant: "spanStore", raw: "rawStore", target: { atLeast: 0.97 } },
  { name: "checked get, sum (time)", variant: "getSum", raw: "rawSum", target: { atMost: 2.2 } },
  { name: "checked set, store (time)", variant: "setStore", raw: "rawStore", target: { atMost: 2.5 } },
];

/** Row 6: loops over 8 MiB of float64 at one site, every page present. */
export const loops: Bench = {
  row: "6",
  title: "loops over 8 MiB of float64, every page present",
  async *run(context) {
    const iterations = Math.max(5, Math.min(30, Math.floor(context.operations / 30)));
    for (const comparison of comparisons) {
      const { name, variant, raw, target } = comparison;
      await using subject = await clusterOf("loops", 1);
      await using yardstick = await clusterOf("loops", 1);
      const rounds = { subject: [] as Float64Array[], yardstick: [] as number[] };
      for (let round = 1 - context.warmUp; round <= context.rounds; round++) {
        context.progress(`${name}: round ${round} of ${context.rounds}`);
        const base = await once(yardstick, raw, iterations);
        const times = await once(subject, variant, iterations);
        if (round < 1) continue;
        rounds.yardstick.push(median(base));
        rounds.subject.push(times);
      }
      const measure = "atLeast" in target ? speed : timed;
      yield measure(name, rounds, { yardstick: "raw typed array", target });
    }
  },
};

function once(cluster: LoopSite, variant: Variant, iterations: number): Promise<Float64Array> {
  return cluster.run(variant, { iterations }, { site: 0 });
}
