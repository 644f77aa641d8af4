import {
  cellsOf,
  checkLife,
  type KernelAnswer,
  type KernelArgs,
  LIFE_PROBLEMS,
  type LifeStep,
  nextGeneration,
  problemOf,
  runKernel,
  sowCells,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** A cell that is neither dead nor alive. */
const NEITHER = 255;

/** The two worlds. */
export function heapBytes(args: KernelArgs): number {
  const { n } = problemOf("life", LIFE_PROBLEMS, args.size);
  return 2 * (n + 2) * n;
}

/** The game of life by threads, each with a band of rows; one barrier a generation. */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("life", LIFE_PROBLEMS, args.size);
  const { n, generations } = problem;
  const worlds = [team.uint8((n + 2) * n), team.uint8((n + 2) * n)];
  const { start, end } = team.share(n);
  const steps = [0, 1].map((now): LifeStep => {
    const from = worlds[now].subarray(start * n, (end + 2) * n);
    const to = worlds[1 - now].subarray((start + 1) * n, (end + 1) * n);
    return { n, stride: n, from, to };
  });
  /** The copies of this thread's rows that make the world round. */
  const closeOwn = (world: Uint8Array) => {
    if (start === 0) world.copyWithin((n + 1) * n, n, 2 * n);
    if (end === n) world.copyWithin(0, n * n, (n + 1) * n);
  };
  return runKernel(team, "life", args, {
    reset: () => {
      const [even] = worlds;
      sowCells(start * n, (end - start) * n, (cell, state) => {
        even[(start + 1) * n + cell] = state;
      });
      closeOwn(even);
      steps[0].to.fill(NEITHER);
    },
    compute: () => {
      for (let generation = 0; generation < generations; generation++) {
        if (generation > 0) team.barrier();
        nextGeneration(steps[generation & 1], 0, end - start);
        closeOwn(worlds[1 - (generation & 1)]);
      }
    },
    check: () => checkLife(problem, cellsOf(n, n, worlds[generations & 1])),
  });
}
