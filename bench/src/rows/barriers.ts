import { availableParallelism } from "node:os";
import type { Bench } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import { RawThreads } from "../raw/raw-threads.ts";
import { timed } from "../result.ts";
import { alternate, rttsAndSends } from "./yardsticks.ts";

/** Row 5: a barrier of 2, 3 and 4 sites. */
export const barriers: Bench = {
  row: "5",
  title: "barrier of N sites",
  async *run(context) {
    for (const sites of [2, 3, 4]) {
      await using cluster = await clusterOf("sync", sites);
      const yardstick = rttsAndSends(2, sites);
      for (const asleep of sites > availableParallelism() ? [false, true] : [false]) {
        await using raw = new RawThreads(2, { asleep });
        const rounds = await alternate(context, `${sites} sites`, raw, yardstick, async () => {
          return (await cluster.runAll("barriers", { count: context.operations }))[0]!;
        });
        yield timed(`barrier, N = ${sites}`, rounds, {
          yardstick: yardstick.name + (asleep ? " (sleeping waits)" : ""),
          target: { atMost: 1 },
        });
      }
    }
  },
};
