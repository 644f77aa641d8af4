import type { Bench } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import { RawThreads } from "../raw/raw-threads.ts";
import { synckitCalls } from "../raw/synckit.ts";
import { speed, timed } from "../result.ts";
import { InTurn } from "./in-turn.ts";

/** Row 7: a blocking call with a small number there and back. */
export const blockingCalls: Bench = {
  row: "7",
  title: "blocking call, a number there and back, 2 sites",
  async *run(context) {
    await using raw = new RawThreads(2);
    await using cluster = await clusterOf("rpc", 2);
    await cluster.runAll("serve", undefined);
    const count = context.operations;
    const waiting = async () => (await cluster.runAll("block", { count }))[0]!;
    const idle = () => cluster.run("blockingCalls", { count }, { site: 0 });
    const rounds = await InTurn.run(context, "blocking calls", { rtt: async () => [await raw.rtt(count)], waiting });
    // Apart: starting synckit's process shuffles all threads over the cores, which the round after it would pay for.
    const rivals = await InTurn.run(context, "blocking calls and synckit", {
      waiting,
      idle,
      synckit: () => synckitCalls(Math.ceil(count / 5)),
    });
    const toWaiting = "blocking call, callee waits in a barrier";
    const toIdle = "blocking call, callee in its event loop";
    yield timed(toWaiting, rounds.against("waiting", "rtt"), { yardstick: "RTT", target: { atMost: 1.4 } });
    yield speed(`${toWaiting} (speed)`, rivals.against("waiting", "synckit"), {
      yardstick: "synckit",
      target: { atLeast: 5 },
    });
    yield speed(`${toIdle} (speed)`, rivals.against("idle", "synckit"), { yardstick: "synckit" });
  },
};
