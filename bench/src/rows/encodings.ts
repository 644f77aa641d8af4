import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { createDoorbells, createRings } from "@isles/transport";
import type { Bench } from "../bench.ts";
import { median } from "../figures.ts";
import { type EncodingName, encodings } from "../raw/encodings.ts";
import type { EncodingCommand, EncodingSeed } from "../raw/encodings.worker.ts";
import { timed } from "../result.ts";

/** What a round trip costs by the way its answer is written. */
export const encodingCosts: Bench = {
  row: "encodings",
  title: "round trips over a bare channel, by what the message is",
  extra: true,
  async *run(context) {
    const ends = startEnds();
    const names = Object.keys(encodings) as EncodingName[];
    const rounds = new Map(names.map((name) => [name, [] as Float64Array[]]));
    for (let round = 1 - context.warmUp; round <= context.rounds; round++) {
      context.progress(`round ${round} of ${context.rounds}`);
      for (const name of names) {
        const times = await roundTrips(ends, { encoding: name, count: context.operations });
        if (round > 0) rounds.get(name)!.push(times);
      }
    }
    await Promise.all(ends.map((end) => end.terminate()));
    const yardstick = rounds.get(names[0]!)!.map((times) => median(times));
    for (const name of names) yield timed(name, { subject: rounds.get(name)!, yardstick }, { yardstick: names[0]! });
  },
};

function startEnds(): Worker[] {
  const { port1, port2 } = new MessageChannel();
  const bells = createDoorbells(2);
  const rings = [createRings(2), createRings(2)] as const;
  const url = new URL("../raw/encodings.worker.js", import.meta.url);
  return [port1, port2].map((port, self) => {
    const seed: EncodingSeed = { port, bells, rings, self: self as 0 | 1 };
    return new Worker(url, { workerData: seed, transferList: [port] });
  });
}

async function roundTrips(ends: readonly Worker[], command: EncodingCommand): Promise<Float64Array> {
  const replies = ends.map((end) => once(end, "message") as Promise<[Float64Array]>);
  for (const end of ends) end.postMessage(command);
  const [[times]] = (await Promise.all(replies)) as [[Float64Array], unknown];
  return times;
}
