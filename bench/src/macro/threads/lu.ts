import {
  checkLu,
  factorBlock,
  fillBlocks,
  joinBlocks,
  type KernelAnswer,
  type KernelArgs,
  LU_PROBLEMS,
  LuLayout,
  type LuProblem,
  problemOf,
  runKernel,
  solveBelow,
  solveRight,
  updateBlock,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** The matrix; for any number of threads up to 64 its layout needs no more than twice that. */
export function heapBytes(args: KernelArgs): number {
  const { n } = problemOf("lu", LU_PROBLEMS, args.size);
  return 2 * n * n * Float64Array.BYTES_PER_ELEMENT;
}

/** Blocked LU by threads, blocks dealt out in two dimensions; two barriers a step. */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("lu", LU_PROBLEMS, args.size);
  const layout = new LuLayout(problem, team.count);
  const values = team.float64(layout.length);
  return runKernel(team, "lu", args, {
    reset: () => fillBlocks(problem, layout, team.id, (block, at) => values.set(block, at)),
    compute: () => {
      for (let k = 0; k < layout.blocks; k++) factorStep(team, problem, layout, values, k);
    },
    check: () => checkLu(problem, joinBlocks(problem, layout, values)),
  });
}

function factorStep(team: ThreadTeam, { size }: LuProblem, layout: LuLayout, values: Float64Array, k: number): void {
  const { blocks, area, across } = layout;
  const block = (i: number, j: number) => values.subarray(layout.at(i, j), layout.at(i, j) + area);
  const below = (j: number) => {
    const { start, end } = layout.below(k, j, team.id);
    return values.subarray(start, end);
  };
  const { count } = layout.below(k, k, team.id);
  const next = layout.columnAfter(k, team.id);
  const diagonal = block(k, k);
  if (layout.owner(k, k) === team.id) factorBlock(diagonal, size);
  team.barrier();
  const left = below(k);
  if (layout.columnAfter(k - 1, team.id) === k) {
    for (let b = 0; b < count; b++) solveBelow(left, b * area, diagonal, size);
  }
  if (layout.rowAfter(k - 1, team.id) === k) {
    for (let j = next; j < blocks; j += across) solveRight(block(k, j), diagonal, size);
  }
  team.barrier();
  for (let j = next; j < blocks; j += across) {
    const [column, top] = [below(j), block(k, j)];
    for (let b = 0; b < count; b++) updateBlock(column, left, top, b, size);
  }
}
