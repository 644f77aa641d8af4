import {
  checkMatmul,
  fillFactors,
  type KernelAnswer,
  type KernelArgs,
  MATMUL_PROBLEMS,
  makePanel,
  multiplyRows,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

/** A matrix product by one thread on plain typed arrays. */
export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("matmul", MATMUL_PROBLEMS, args.size);
  const { n } = problem;
  const [a, b, c] = [new Float64Array(n * n), new Float64Array(n * n), new Float64Array(n * n)];
  const panel = makePanel();
  return runKernel(team, "matmul", args, {
    reset: () => {
      fillFactors(problem, a, b, 0, n);
      c.fill(0);
    },
    compute: () => multiplyRows(n, a, b, c, panel),
    check: () => checkMatmul(problem, c),
  });
}
