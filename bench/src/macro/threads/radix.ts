/**
 * As SPLASH-2 does it: each thread counts the digits of its keys, tells the counts, and then writes every key to its place in the
 * other array, wherever that is. Two barriers a pass.
 */
import {
  checkRadix,
  countDigits,
  globalDigitPlaces,
  type KernelAnswer,
  type KernelArgs,
  makeRadixKeys,
  permuteKeys,
  problemOf,
  RADIX,
  RADIX_PROBLEMS,
  radixPart,
  radixShifts,
  runKernel,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** More threads than these would need more room for their counts. */
const MOST_THREADS = 64;

export function heapBytes(args: KernelArgs): number {
  return 2 * problemOf("radix", RADIX_PROBLEMS, args.size).keys * 4 + MOST_THREADS * RADIX * 4;
}

export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("radix", RADIX_PROBLEMS, args.size);
  const { id, count } = team;
  const keys = team.uint32(problem.keys);
  const other = team.uint32(problem.keys);
  const counts = team.int32(count * RADIX);
  const places = new Int32Array(RADIX);
  const { start, end } = radixPart(problem, id, count);
  const input = new Uint32Array(end - start);
  makeRadixKeys(problem, start, input);
  const own = counts.subarray(id * RADIX, (id + 1) * RADIX);
  let sorted = keys;
  return runKernel(team, "radix", args, {
    reset() {
      keys.set(input, start);
      other.fill(0, start, end);
    },
    compute() {
      let [from, to] = [keys, other];
      for (const shift of radixShifts(problem)) {
        own.fill(0);
        countDigits(from, start, end, shift, own);
        team.barrier(); // all have counted
        globalDigitPlaces(counts, count, id, places);
        permuteKeys(from, start, end, shift, places, to);
        team.barrier(); // all keys are in place, and the counts have been read
        [from, to] = [to, from];
      }
      sorted = from;
    },
    check: () => checkRadix(problem, sorted),
  });
}
