/** Each thread adds up its points into its own row; after a barrier each moves its own copy of the centres. Two sets of rows in turn. */
import {
  addSums,
  assignNearest,
  checkKmeans,
  firstCentres,
  type KernelAnswer,
  type KernelArgs,
  KMEANS_PROBLEMS,
  kmeansPoints,
  moveCentres,
  POINT_NUMBERS,
  problemOf,
  runKernel,
  SUM_NUMBERS,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** More threads than these would need more room for their rows. */
const MOST_THREADS = 64;

export function heapBytes(args: KernelArgs): number {
  const { points, clusters } = problemOf("kmeans", KMEANS_PROBLEMS, args.size);
  return POINT_NUMBERS * points * 8 + points * 4 + 2 * MOST_THREADS * SUM_NUMBERS * clusters * 8;
}

export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("kmeans", KMEANS_PROBLEMS, args.size);
  const { id, count } = team;
  const length = SUM_NUMBERS * problem.clusters;
  const points = team.float64(POINT_NUMBERS * problem.points);
  const words = team.int32(Math.ceil(problem.points / 2));
  const nearest = new Uint16Array(words.buffer, words.byteOffset, problem.points);
  const rows = [team.float64(count * length), team.float64(count * length)] as const;
  const { start, end } = team.share(problem.points);
  if (id === 0) points.set(kmeansPoints(problem));
  team.barrier();
  const first = firstCentres(points, problem.clusters);
  const centres = first.slice();
  const sums = new Float64Array(length);
  const total = new Float64Array(length);
  return runKernel(team, "kmeans", args, {
    reset() {
      centres.set(first);
      nearest.fill(problem.clusters, start, end);
    },
    compute() {
      for (let iteration = 0; iteration < problem.iterations; iteration++) {
        sums.fill(0);
        assignNearest(points, start, end, centres, nearest, sums);
        const all = rows[iteration % 2]!;
        all.set(sums, id * length);
        team.barrier();
        addSums(all, length, total);
        if (!moveCentres(total, centres)) break;
      }
    },
    check: () => checkKmeans(problem, { centres, nearest }),
  });
}
