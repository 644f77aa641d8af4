import * as Comlink from "comlink";
import type { Bench, BenchContext } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import { COMLINK, ECHO } from "../programs/rpc.program.ts";
import { timeEachAwaited, timeTogether } from "../programs/timing.ts";
import type { Echo } from "../raw/echo.ts";
import { type Measurement, speed, timed } from "../result.ts";
import { CallPair } from "./call-pair.ts";
import { InTurn } from "./in-turn.ts";

/** Calls in flight at once. Comlink is fastest with about that many; with 1,000 it takes a third longer for each. */
const IN_FLIGHT = 100;

/** Row 8: the launcher calls a site, both in their event loops. */
export const asynchronousCalls: Bench = {
  row: "8",
  title: "asynchronous call, a number there and back, both threads in their event loops",
  async *run({ operations: most, warmUp, ...rest }) {
    const operations = Math.ceil(most / 2);
    const context = { ...rest, operations, warmUp: Math.min(warmUp, 4) };
    await using pair = await CallPair.start();
    const { cluster, echo, rivals } = pair;
    using endpoint = cluster.rpc.endpoint(0, COMLINK);
    const overEndpoint = Comlink.wrap<Echo>(endpoint);

    const single = await InTurn.run(context, "one at a time", {
      bare: () => timeEachAwaited(operations, (i) => rivals.bare(i)),
      ours: () => timeEachAwaited(operations, (i) => echo.next(i)),
      comlink: () => timeEachAwaited(operations, (i) => rivals.comlink.next(i)),
      overEndpoint: () => timeEachAwaited(operations, (i) => overEndpoint.next(i)),
    });
    const one = "one at a time";
    yield speed(`${one} (speed)`, single.against("ours", "comlink"), {
      yardstick: COMLINK_BARE,
      target: { atLeast: 2 },
    });
    yield timed(one, single.against("ours", "bare"), { yardstick: "bare MessagePort" });
    yield timed(`${one}, Comlink over our endpoint`, single.against("overEndpoint", "comlink"), {
      yardstick: COMLINK_BARE,
    });

    const batches = Math.ceil((4 * operations) / IN_FLIGHT);
    const many = await InTurn.run(context, "pipelined", {
      ours: () => timeTogether(batches, IN_FLIGHT, (i) => echo.next(i)),
      comlink: () => timeTogether(batches, IN_FLIGHT, (i) => rivals.comlink.next(i)),
      overEndpoint: () => timeTogether(batches, IN_FLIGHT, (i) => overEndpoint.next(i)),
    });
    const flight = `${IN_FLIGHT} in flight, each`;
    yield speed(`${flight} (speed)`, many.against("ours", "comlink"), {
      yardstick: COMLINK_BARE,
      target: { atLeast: 5 },
    });
    yield timed(`${flight}, Comlink over our endpoint`, many.against("overEndpoint", "comlink"), {
      yardstick: COMLINK_BARE,
    });
    yield* groupCalls(context);
  },
};

const COMLINK_BARE = "Comlink over a MessageChannel";
const SITES = 8;

/** One call of each of 8 sites: as a group, one after the other, and singly but at once. */
async function* groupCalls(context: BenchContext): AsyncGenerator<Measurement> {
  await using cluster = await clusterOf("rpc", SITES);
  await cluster.runAll("serve", undefined);
  const { rpc } = cluster;
  const group = rpc.group<Echo>("all", ECHO);
  const stubs = Array.from({ length: SITES }, (_, site) => rpc.stub<Echo>(site, ECHO));
  const count = Math.ceil(context.operations / 5);
  const rounds = await InTurn.run(context, `${SITES} sites`, {
    group: () => timeEachAwaited(count, (i) => group.next(i)),
    inTurn: () =>
      timeEachAwaited(count, async (i) => {
        for (const stub of stubs) await stub.next(i);
      }),
    atOnce: () => timeEachAwaited(count, (i) => Promise.all(stubs.map((stub) => stub.next(i)))),
  });
  const name = `group call to ${SITES} sites`;
  yield timed(name, rounds.against("group", "inTurn"), { yardstick: `${SITES} single calls, each awaited` });
  yield timed(name, rounds.against("group", "atOnce"), { yardstick: `${SITES} single calls at once` });
}
