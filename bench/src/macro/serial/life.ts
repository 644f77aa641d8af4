import {
  cellsOf,
  checkLife,
  closeWorld,
  type KernelAnswer,
  type KernelArgs,
  LIFE_PROBLEMS,
  liveSerially,
  makeWorld,
  problemOf,
  runKernel,
  sowCells,
  type Team,
} from "@isles/examples";

/** A cell that is neither dead nor alive. */
const NEITHER = 255;

/** The game of life by one thread on plain typed arrays. */
export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("life", LIFE_PROBLEMS, args.size);
  const { n, generations } = problem;
  const [even, odd] = [makeWorld(n), makeWorld(n)];
  return runKernel(team, "life", args, {
    reset: () => {
      sowCells(0, n * n, (cell, state) => {
        even[n + cell] = state;
      });
      closeWorld(n, even);
      odd.fill(NEITHER);
    },
    compute: () => liveSerially(n, generations, even, odd),
    check: () => checkLife(problem, cellsOf(n, n, generations % 2 === 0 ? even : odd)),
  });
}
