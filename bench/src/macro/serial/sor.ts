import {
  type Colours,
  checkSor,
  joinColours,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  relaxSerially,
  runKernel,
  SOR_PROBLEMS,
  seedRows,
  type Team,
} from "@isles/examples";

/** Red-black SOR by one thread on plain typed arrays. */
export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("sor", SOR_PROBLEMS, args.size);
  const { n } = problem;
  const stride = (n + 1) >> 1;
  const colours: Colours = [new Float64Array(n * stride), new Float64Array(n * stride)];
  return runKernel(team, "sor", args, {
    reset: () => seedRows(problem, stride, colours, 0, n),
    compute: () => relaxSerially(problem, stride, colours),
    check: () => checkSor(problem, joinColours(n, stride, colours)),
  });
}
