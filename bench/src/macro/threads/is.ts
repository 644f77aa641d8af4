import {
  addRanks,
  changeKeys,
  checkIs,
  countKeys,
  IS_ITERATIONS,
  IS_PARTS,
  IS_PROBLEMS,
  type KernelAnswer,
  type KernelArgs,
  noteProbes,
  npbKeys,
  type Part,
  probeKeys,
  problemOf,
  ranksOf,
  runKernel,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** Threads that there is room for. */
const THREADS_MAX = 16;

export function heapBytes(args: KernelArgs): number {
  const { keys, maxKey, probes } = problemOf("is", IS_PROBLEMS, args.size);
  return 4 * (keys + (1 + 2 * THREADS_MAX) * maxKey + IS_ITERATIONS * probes.length);
}

/**
 * NPB IS: every thread ranks its keys among themselves where all can see it, then adds up everybody's ranks for its part of the
 * range. Two places in turn, so that one barrier does for an iteration.
 */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("is", IS_PROBLEMS, args.size);
  const probes = probeKeys(problem);
  const keys = team.int32(problem.keys);
  const ranks = team.int32(problem.maxKey);
  const found = team.int32(IS_ITERATIONS * probes.length);
  const among = Array.from({ length: 2 }, () => Array.from({ length: team.count }, () => team.int32(problem.maxKey)));
  const [part, range] = [partOf(team, problem.keys), partOf(team, problem.maxKey)];
  const list = keys.subarray(part.start, part.end);
  const sums = ranks.subarray(range.start, range.end);
  const counts = new Int32Array(problem.maxKey);
  return runKernel(team, "is", args, {
    reset: () => npbKeys(problem, part.start, list),
    compute: () => {
      for (let iteration = 1; iteration <= IS_ITERATIONS; iteration++) {
        const places = among[iteration % 2];
        changeKeys(problem, iteration, part.start, list);
        counts.fill(0);
        countKeys(list, counts);
        ranksOf(counts, places[team.id]);
        team.barrier();
        sums.set(places[team.id].subarray(range.start, range.end));
        for (let k = 0; k < team.count; k++)
          if (k !== team.id) addRanks(sums, places[k].subarray(range.start, range.end));
        noteProbes(probes, iteration, range.start, sums, found);
      }
    },
    check: () => checkIs(problem, { keys, ranks, found }),
  });
}

function partOf(team: ThreadTeam, length: number): Part {
  const { start, end } = team.share(IS_PARTS);
  return { start: (start * length) / IS_PARTS, end: (end * length) / IS_PARTS };
}
