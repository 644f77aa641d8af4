import {
  type Colours,
  checkSor,
  joinColours,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  relaxColour,
  runKernel,
  SOR_PROBLEMS,
  seedRows,
  sweepOf,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

const strideOf = (n: number): number => (n + 1) >> 1;

/** The two grids. */
export function heapBytes(args: KernelArgs): number {
  const { n } = problemOf("sor", SOR_PROBLEMS, args.size);
  return 2 * n * strideOf(n) * Float64Array.BYTES_PER_ELEMENT;
}

/** Red-black SOR by threads, each with a band of rows; one barrier a half sweep. */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("sor", SOR_PROBLEMS, args.size);
  const { n, iterations } = problem;
  const stride = strideOf(n);
  const colours: Colours = [team.float64(n * stride), team.float64(n * stride)];
  const { start, end } = team.share(n);
  const [first, last] = [Math.max(start, 1), Math.min(end, n - 1)];
  const sweeps = [0, 1].map((colour) => sweepOf(n, stride, colours, colour, first, last));
  return runKernel(team, "sor", args, {
    reset: () => {
      const part = (grid: Float64Array) => grid.subarray(start * stride, end * stride);
      seedRows(problem, stride, [part(colours[0]), part(colours[1])], start, end);
    },
    compute: () => {
      for (let half = 0; half < 2 * iterations; half++) {
        if (half > 0) team.barrier();
        relaxColour(sweeps[half & 1], 0, last - first);
      }
    },
    check: () => checkSor(problem, joinColours(n, stride, colours)),
  });
}
