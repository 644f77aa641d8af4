import {
  CG_PROBLEMS,
  type CgResult,
  cgVectors,
  checkCg,
  iterate,
  type KernelAnswer,
  type KernelArgs,
  makeMatrix,
  multiply,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

/** NPB CG by one thread. */
export function run(team: Team, args: KernelArgs): KernelAnswer {
  const size = problemOf("cg", CG_PROBLEMS, args.size);
  const { problem, iterations } = size;
  const matrix = makeMatrix(problem);
  const vectors = cgVectors(problem.n);
  const q = new Float64Array(problem.n);
  const product = (v: Float64Array) => {
    multiply(matrix, v, q);
    return q;
  };
  let result: CgResult = { zeta: Number.NaN, rnorm: Number.NaN };
  return runKernel(team, "cg", args, {
    reset: () => vectors.x.fill(1),
    compute: () => {
      result = iterate(problem.shift, iterations, vectors, product);
    },
    check: () => checkCg(size, { zeta: result.zeta, x: vectors.x }),
  });
}
