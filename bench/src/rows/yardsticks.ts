import type { BenchContext } from "../bench.ts";
import type { RawThreads } from "../raw/raw-threads.ts";

/** How a round's yardstick is had from the raw threads. */
export interface Yardstick {
  readonly name: string;
  measure(raw: RawThreads, operations: number): Promise<number>;
}

export const t0: Yardstick = { name: "T0", measure: (raw, operations) => raw.t0(operations) };
export const rtt: Yardstick = { name: "RTT", measure: (raw, operations) => raw.rtt(operations) };

/** `rtts` × RTT + `sends` × one send. */
export function rttsAndSends(rtts: number, sends: number): Yardstick {
  return {
    name: `${rtts} RTT + ${sends} send${sends === 1 ? "" : "s"}`,
    measure: async (raw, operations) => rtts * (await raw.rtt(operations)) + sends * (await raw.oneSend(operations)),
  };
}

/** Rounds of yardstick and subject in turn; the first `warmUp` are not counted. */
export async function alternate(
  context: BenchContext,
  what: string,
  raw: RawThreads,
  yardstick: Yardstick,
  subject: (round: number) => Promise<ArrayLike<number>>,
): Promise<{ subject: ArrayLike<number>[]; yardstick: number[] }> {
  const rounds = { subject: [] as ArrayLike<number>[], yardstick: [] as number[] };
  for (let round = 1 - context.warmUp; round <= context.rounds; round++) {
    context.progress(`${what}: round ${round} of ${context.rounds}`);
    const before = await yardstick.measure(raw, context.operations);
    const samples = await subject(round);
    if (round < 1) continue;
    rounds.yardstick.push(before);
    rounds.subject.push(samples);
  }
  return rounds;
}
