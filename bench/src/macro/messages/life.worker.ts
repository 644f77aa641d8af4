/** A worker that keeps its band of rows, now and a generation later, with one row of each neighbour. */
import {
  LIFE_PROBLEMS,
  type LifeProblem,
  type LifeStep,
  nextGeneration,
  problemOf,
  type SizeName,
  sowCells,
} from "@isles/examples";
import { giveAway } from "../give-away.ts";

/** Two rows: the first and the last of a band, or those around it. */
export interface Edges {
  readonly top: Uint8Array<ArrayBuffer>;
  readonly bottom: Uint8Array<ArrayBuffer>;
}

/** A cell that is neither dead nor alive. */
const NEITHER = 255;

let problem: LifeProblem;
/** The band's first row in the world, and how many it has. */
let start: number;
let rows: number;
/** Rows 1 to `rows` are the band's own. */
let worlds: Uint8Array<ArrayBuffer>[];
let steps: LifeStep[];
/** Which of the worlds is the present one. */
let now = 0;

export function begin(size: SizeName, startRow: number, endRow: number): void {
  problem = problemOf("life", LIFE_PROBLEMS, size);
  const { n } = problem;
  start = startRow;
  rows = endRow - startRow;
  worlds = [new Uint8Array((rows + 2) * n), new Uint8Array((rows + 2) * n)];
  steps = worlds.map((from, k) => ({ n, stride: n, from, to: worlds[1 - k].subarray(n, (rows + 1) * n) }));
}

/** Back to generation 0; returns the band's edges. */
export function reset(): Edges {
  const { n } = problem;
  const [even, odd] = worlds;
  sowCells(start * n, rows * n, (cell, state) => {
    even[n + cell] = state;
  });
  odd.fill(NEITHER);
  now = 0;
  return edges();
}

/** The next generation, given the rows around the band; returns the band's edges. */
export function next({ top, bottom }: Edges): Edges {
  const { n } = problem;
  worlds[now].set(top, 0);
  worlds[now].set(bottom, (rows + 1) * n);
  nextGeneration(steps[now], 0, rows);
  now = 1 - now;
  return edges();
}

function edges(): Edges {
  const { n } = problem;
  const top = worlds[now].slice(n, 2 * n);
  const bottom = worlds[now].slice(rows * n, (rows + 1) * n);
  return giveAway({ top, bottom }, [top.buffer, bottom.buffer]);
}

/** The band's rows. */
export function band(): Uint8Array {
  const { n } = problem;
  return worlds[now].slice(n, (rows + 1) * n);
}
