import {
  checkLu,
  factorSerially,
  fillBlocks,
  joinBlocks,
  type KernelAnswer,
  type KernelArgs,
  LU_PROBLEMS,
  LuLayout,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

/** Blocked LU by one thread on plain typed arrays. */
export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("lu", LU_PROBLEMS, args.size);
  const layout = new LuLayout(problem, 1);
  const values = new Float64Array(layout.length);
  return runKernel(team, "lu", args, {
    reset: () => fillBlocks(problem, layout, 0, (block, at) => values.set(block, at)),
    compute: () => factorSerially(problem, layout, values),
    check: () => checkLu(problem, joinBlocks(problem, layout, values)),
  });
}
