import type { Bench } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import { median } from "../figures.ts";
import { RawThreads } from "../raw/raw-threads.ts";
import { timed } from "../result.ts";
import { cleanLoadRound, loadRound, pagesAt } from "./page-rounds.ts";
import { alternate, t0, type Yardstick } from "./yardsticks.ts";

const twoRtt: Yardstick = {
  name: "2 RTT + 4 µs",
  measure: async (raw, operations) => 2 * (await raw.rtt(operations)) + 4,
};

/** Row 1: a load whose page's home is the other site, which waits in a barrier. */
export const readMiss: Bench = {
  row: "1",
  title: "two-hop read miss, 4 KiB page, 2 sites",
  async *run(context) {
    await using raw = new RawThreads(2);
    await using cluster = await clusterOf("pages", 2);
    const pages = Math.min(context.operations, 512);
    const array = await pagesAt(cluster, 1, pages);
    const at = { owner: 1, reader: 0 };

    const clean = await alternate(context, "clean pages", raw, t0, () => cleanLoadRound(cluster, array, at));
    yield timed("read miss, page clean at its home (S)", clean, { yardstick: "T0", target: { atMost: 1.3 } });

    const dirty = await alternate(context, "dirty pages", raw, t0, () => loadRound(cluster, array, at));
    yield timed("read miss, page last written by its home", dirty, { yardstick: "T0", target: { atMost: 1.3 } });

    const ping = await alternate(context, "raw page", raw, twoRtt, async () => [await raw.t0(context.operations)]);
    yield timed("T0 itself", ping, { yardstick: twoRtt.name, target: { atMost: 1 } });

    const steady: Yardstick = {
      name: "steady read miss",
      measure: async () => median(await cleanLoadRound(cluster, array, at)),
    };
    const first = await alternate(context, "first misses", raw, steady, async (round) => {
      const name = `fresh ${round}`;
      const fresh = await pagesAt(cluster, 1, pages, name);
      const times = await loadRound(cluster, fresh, { owner: null, reader: 0 });
      await cluster.memory.async.free(name);
      return times;
    });
    yield timed("first-ever miss of a page (U)", first, { yardstick: steady.name, target: { atMost: 2 } });
  },
};
