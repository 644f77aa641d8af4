/** A worker that holds a block of the keys: it sorts them by a digit, gives runs away, and takes those of the others. */
import {
  countDigits,
  digitPlaces,
  makeRadixKeys,
  permuteKeys,
  problemOf,
  RADIX,
  RADIX_PROBLEMS,
  type RadixProblem,
  radixPart,
  type SizeName,
} from "@isles/examples";
import { giveAway } from "../give-away.ts";

let input = new Uint32Array(0);
let keys = new Uint32Array(0);
let runs = new Uint32Array(0);
let problem: RadixProblem;

export function start(size: SizeName, worker: number, workers: number): void {
  problem = problemOf("radix", RADIX_PROBLEMS, size);
  const { start, end } = radixPart(problem, worker, workers);
  input = new Uint32Array(end - start);
  makeRadixKeys(problem, start, input);
  keys = new Uint32Array(input.length);
  runs = new Uint32Array(input.length);
}

export function reset(): void {
  keys.set(input);
  runs.fill(0);
}

/** Sorts the block by one digit; returns how often each occurs. */
export function sort(shift: number): Int32Array {
  const counts = new Int32Array(RADIX);
  const places = new Int32Array(RADIX);
  countDigits(keys, 0, keys.length, shift, counts);
  digitPlaces(counts, places);
  permuteKeys(keys, 0, keys.length, shift, places, runs);
  return counts;
}

/** Copies of ranges of the sorted block: one for each worker. */
export function give(ranges: readonly { from: number; until: number }[]): Uint32Array[] {
  const cuts = ranges.map(({ from, until }) => runs.slice(from, until));
  return giveAway(
    cuts,
    cuts.map((cut) => cut.buffer),
  );
}

/** Puts the block together anew: pieces of what came from the workers, in order. */
export function take(cuts: readonly Uint32Array[], owners: Int32Array, from: Int32Array, until: Int32Array): void {
  let place = 0;
  for (let k = 0; k < owners.length; k++) {
    keys.set(cuts[owners[k]!]!.subarray(from[k], until[k]), place);
    place += until[k]! - from[k]!;
  }
}

export function result(): Uint32Array {
  return keys;
}
