import {
  checkIs,
  IS_PROBLEMS,
  type IsResult,
  isSerially,
  type KernelAnswer,
  type KernelArgs,
  npbKeys,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

/** NPB IS by one thread. */
export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("is", IS_PROBLEMS, args.size);
  const keys = new Int32Array(problem.keys);
  let result: IsResult = { keys, ranks: new Int32Array(0), found: new Int32Array(0) };
  return runKernel(team, "is", args, {
    reset: () => npbKeys(problem, 0, keys),
    compute: () => {
      result = isSerially(problem, keys);
    },
    check: () => checkIs(problem, result),
  });
}
