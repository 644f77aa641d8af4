import { availableParallelism } from "node:os";
import type { Bench } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import { RawThreads } from "../raw/raw-threads.ts";
import { timed } from "../result.ts";
import { pagesAt, upgradeRound } from "./page-rounds.ts";
import { alternate, rttsAndSends } from "./yardsticks.ts";

/** Row 3: a store to a page that this site and k others may read. */
export const upgrade: Bench = {
  row: "3",
  title: "write upgrade with k sharers",
  async *run(context) {
    for (const sharers of [1, 2, 3]) {
      const sites = sharers + 1;
      await using cluster = await clusterOf("pages", sites);
      const array = await pagesAt(cluster, 1, Math.min(context.operations, 512));
      const yardstick = rttsAndSends(1.5, sharers);
      for (const asleep of sites > availableParallelism() ? [false, true] : [false]) {
        await using raw = new RawThreads(2, { asleep });
        const rounds = await alternate(context, `${sharers} sharers`, raw, yardstick, () =>
          upgradeRound(cluster, array, 0),
        );
        yield timed(`upgrade, k = ${sharers}`, rounds, {
          yardstick: yardstick.name + (asleep ? " (sleeping waits)" : ""),
          target: { atMost: 1 },
        });
      }
    }
  },
};
