import {
  checkMatmul,
  fillFactors,
  type KernelAnswer,
  type KernelArgs,
  MATMUL_PROBLEMS,
  MATMUL_ROWS,
  makePanel,
  multiplyRows,
  problemOf,
  runKernel,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** The three matrices. */
export function heapBytes(args: KernelArgs): number {
  const { n } = problemOf("matmul", MATMUL_PROBLEMS, args.size);
  return 3 * n * n * Float64Array.BYTES_PER_ELEMENT;
}

/** A matrix product by threads, each with a band of rows; no synchronisation. */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("matmul", MATMUL_PROBLEMS, args.size);
  const { n } = problem;
  const [a, b, c] = [team.float64(n * n), team.float64(n * n), team.float64(n * n)];
  const panel = makePanel();
  const quads = team.share(n / MATMUL_ROWS);
  const [start, end] = [quads.start * MATMUL_ROWS, quads.end * MATMUL_ROWS];
  const band = (matrix: Float64Array) => matrix.subarray(start * n, end * n);
  const [ownA, ownB, ownC] = [band(a), band(b), band(c)];
  return runKernel(team, "matmul", args, {
    reset: () => {
      fillFactors(problem, ownA, ownB, start, end);
      ownC.fill(0);
    },
    compute: () => multiplyRows(n, ownA, b, ownC, panel),
    check: () => checkMatmul(problem, c),
  });
}
