/** A worker that keeps its blocks, at their places in an array for the whole matrix. */
import {
  factorBlock,
  fillBlocks,
  LU_PROBLEMS,
  LuLayout,
  type LuProblem,
  problemOf,
  type SizeName,
  solveBelow,
  solveRight,
  updateBlock,
} from "@isles/examples";
import { giveAway } from "../give-away.ts";

/** Blocks of a step that are final: those of the pivot's column in a worker's rows, those of its row in a worker's columns. */
export interface Panels {
  readonly left: Float64Array<ArrayBuffer>;
  readonly top: Float64Array<ArrayBuffer>;
}

/** A worker's blocks one after the other, and where each belongs. */
export interface OwnBlocks {
  readonly elements: Float64Array<ArrayBuffer>;
  readonly places: readonly number[];
}

let problem: LuProblem;
let layout: LuLayout;
let id: number;
let values: Float64Array<ArrayBuffer>;

export function begin(size: SizeName, worker: number, workers: number): void {
  problem = problemOf("lu", LU_PROBLEMS, size);
  layout = new LuLayout(problem, workers);
  id = worker;
  values = new Float64Array(layout.length);
}

export function reset(): void {
  fillBlocks(problem, layout, id, (block, at) => values.set(block, at));
}

const block = (i: number, j: number) => values.subarray(layout.at(i, j), layout.at(i, j) + layout.area);

/** Factors a diagonal block of this worker's. */
export function factor(k: number): Float64Array {
  factorBlock(block(k, k), problem.size);
  const diagonal = block(k, k).slice();
  return giveAway(diagonal, [diagonal.buffer]);
}

export function solvePanels(diagonal: Float64Array, k: number): Panels {
  const { blocks, area, across } = layout;
  const { start, end, count } = layout.below(k, k, id);
  const hasColumn = layout.columnAfter(k - 1, id) === k;
  if (hasColumn) {
    const column = values.subarray(start, end);
    for (let b = 0; b < count; b++) solveBelow(column, b * area, diagonal, problem.size);
  }
  const left = hasColumn ? values.slice(start, end) : new Float64Array(0);
  const next = layout.columnAfter(k, id);
  const hasRow = layout.rowAfter(k - 1, id) === k && next < blocks;
  const top = new Float64Array(hasRow ? Math.ceil((blocks - next) / across) * area : 0);
  if (hasRow) {
    for (let j = next, at = 0; j < blocks; j += across, at += area) {
      solveRight(block(k, j), diagonal, problem.size);
      top.set(block(k, j), at);
    }
  }
  return giveAway({ left, top }, [left.buffer, top.buffer]);
}

/** Subtracts the panels' product from this worker's blocks; returns the next diagonal block, factored, if it is one of them. */
export function update(left: Float64Array, top: Float64Array, k: number): Float64Array | undefined {
  const { blocks, area, across } = layout;
  for (let j = layout.columnAfter(k, id), at = 0; j < blocks; j += across, at += area) {
    const { start, end, count } = layout.below(k, j, id);
    const column = values.subarray(start, end);
    const above = top.subarray(at, at + area);
    for (let b = 0; b < count; b++) updateBlock(column, left, above, b, problem.size);
  }
  return layout.owner(k + 1, k + 1) === id ? factor(k + 1) : undefined;
}

export function ownBlocks(): OwnBlocks {
  const { blocks, area } = layout;
  const places: number[] = [];
  for (let j = 0; j < blocks; j++) {
    for (let i = 0; i < blocks; i++) if (layout.owner(i, j) === id) places.push(layout.at(i, j));
  }
  const elements = new Float64Array(places.length * area);
  for (const [b, at] of places.entries()) elements.set(values.subarray(at, at + area), b * area);
  return giveAway({ elements, places }, [elements.buffer]);
}
