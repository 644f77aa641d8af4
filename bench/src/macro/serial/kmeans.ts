import {
  type Clustering,
  checkKmeans,
  type KernelAnswer,
  type KernelArgs,
  KMEANS_PROBLEMS,
  kmeansPoints,
  kmeansSerially,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("kmeans", KMEANS_PROBLEMS, args.size);
  const points = kmeansPoints(problem);
  let found: Clustering = { centres: new Float64Array(0), nearest: new Uint16Array(0) };
  return runKernel(team, "kmeans", args, {
    reset() {
      found = { centres: new Float64Array(0), nearest: new Uint16Array(0) };
    },
    compute() {
      found = kmeansSerially(problem, points);
    },
    check: () => checkKmeans(problem, found),
  });
}
