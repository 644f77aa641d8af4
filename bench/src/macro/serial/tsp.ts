import {
  checkTsp,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runKernel,
  type Team,
  TSP_PROBLEMS,
  tspSerially,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("tsp", TSP_PROBLEMS, args.size);
  let best: Int32Array = new Int32Array(1);
  return runKernel(team, "tsp", args, {
    reset: () => {
      best = new Int32Array(1);
    },
    compute: () => {
      best = tspSerially(problem);
    },
    check: () => checkTsp(problem, best),
  });
}
