import { availableParallelism } from "node:os";
import type { Bench } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import { RawThreads } from "../raw/raw-threads.ts";
import { timed } from "../result.ts";
import { loadRound, pagesAt } from "./page-rounds.ts";
import { alternate, t0, type Yardstick } from "./yardsticks.ts";

const relay: Yardstick = { name: "raw relay over 3 threads", measure: (raw, operations) => raw.relay(operations) };

/** Row 2: a load of a page that another site has written. */
export const threeHop: Bench = {
  row: "2",
  title: "three-hop read miss (dirty elsewhere), 4 KiB page",
  async *run(context) {
    const pages = Math.min(context.operations, 512);
    const target = { atMost: 2 };
    {
      await using raw = new RawThreads(2);
      await using cluster = await clusterOf("pages", 2);
      const array = await pagesAt(cluster, 0, pages);
      const home = await alternate(context, "requester is home", raw, t0, () =>
        loadRound(cluster, array, { owner: 1, reader: 0 }),
      );
      yield timed("2 sites: the requester is the home, the other owns", home, { yardstick: "T0", target });
    }
    const starved = availableParallelism() < 3 ? ", fewer cores than sites: sleeping waits" : "";
    await using two = new RawThreads(2);
    await using three = new RawThreads(3);
    await using cluster = await clusterOf("pages", 3);
    const array = await pagesAt(cluster, 1, pages);
    const round = () => loadRound(cluster, array, { owner: 2, reader: 0 });
    const strict = await alternate(context, "three sites", two, t0, round);
    yield timed(`3 sites: requester, home, owner${starved}`, strict, { yardstick: "T0 (2 threads)", target });
    const relayed = await alternate(context, "three sites", three, relay, round);
    yield timed("3 sites, against the same three hops on the raw transport", relayed, { yardstick: relay.name });
  },
};
