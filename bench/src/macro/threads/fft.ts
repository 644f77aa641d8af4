/**
 * SPLASH-2's FFT by hand: two matrices that all threads see. Each thread turns over what it needs of everybody's rows
 * into its own, and transforms those in place. One barrier before each transposition.
 */
import {
  checkFFT,
  FFT_PROBLEMS,
  type KernelAnswer,
  type KernelArgs,
  makeSignal,
  prepareRows,
  problemOf,
  runKernel,
  transformRows,
  transposeBlock,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

export function heapBytes(args: KernelArgs): number {
  const { side } = problemOf("fft", FFT_PROBLEMS, args.size);
  return 2 * side * side * 16;
}

export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("fft", FFT_PROBLEMS, args.size);
  const { side } = problem;
  const width = 2 * side;
  const rows = team.share(side);
  const own = prepareRows(problem, rows);
  const x = team.float64(side * width);
  const y = team.float64(side * width);
  const ownRows = (matrix: Float64Array) => matrix.subarray(rows.start * width, rows.end * width);
  const transpose = (from: Float64Array, to: Float64Array) =>
    transposeBlock(from, 2 * rows.start, width, side, rows.end - rows.start, to, rows.start * width, width);
  return runKernel(team, "fft", args, {
    reset() {
      makeSignal(rows.start * side, rows.end * side, x, rows.start * width);
      ownRows(y).fill(Number.NaN);
    },
    compute() {
      transpose(x, y);
      transformRows(own, ownRows(y), true);
      team.barrier();
      transpose(y, x);
      transformRows(own, ownRows(x), false);
      team.barrier();
      transpose(x, y);
    },
    check: () => checkFFT(problem, y),
  });
}
