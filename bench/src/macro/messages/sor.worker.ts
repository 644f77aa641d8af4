/** A worker that keeps its band of rows of both colours, with one row of each neighbour. */
import {
  type Colours,
  problemOf,
  relaxColour,
  type SizeName,
  SOR_PROBLEMS,
  type SorProblem,
  type SorSweep,
  seedRows,
  sweepOf,
} from "@isles/examples";
import { giveAway } from "../give-away.ts";

/** Two rows of one colour; undefined where there is no neighbour, or nothing new from it. */
export interface Edges {
  readonly top: Float64Array<ArrayBuffer> | undefined;
  readonly bottom: Float64Array<ArrayBuffer> | undefined;
}

let problem: SorProblem;
let stride: number;
/** Rows `above` to `below` of the grid. */
let colours: Colours;
let above: number;
let below: number;
/** The rows that the band itself has. */
let start: number;
let end: number;
let sweeps: SorSweep[];

export function begin(size: SizeName, startRow: number, endRow: number): void {
  problem = problemOf("sor", SOR_PROBLEMS, size);
  const { n } = problem;
  stride = (n + 1) >> 1;
  [start, end] = [startRow, endRow];
  [above, below] = [Math.max(start - 1, 0), Math.min(end + 1, n)];
  colours = [new Float64Array((below - above) * stride), new Float64Array((below - above) * stride)];
  const [first, last] = [Math.max(start, 1), Math.min(end, n - 1)];
  sweeps = [0, 1].map((colour) => ({ ...sweepOf(n, stride, colours, colour, first - above, last - above), first }));
}

export function reset(): void {
  seedRows(problem, stride, colours, above, below);
}

/** Relaxes the band's cells of one colour, given the neighbours' rows of the other; returns the band's edges. */
export function halfSweep(around: Edges, colour: number): Edges {
  const other = colours[1 - colour];
  if (around.top !== undefined) other.set(around.top, 0);
  if (around.bottom !== undefined) other.set(around.bottom, (below - above - 1) * stride);
  const sweep = sweeps[colour];
  relaxColour(sweep, 0, sweep.own.length / stride);
  const row = (i: number) => colours[colour].slice((i - above) * stride, (i - above + 1) * stride);
  const edges = { top: row(start), bottom: row(end - 1) };
  return giveAway(edges, [edges.top.buffer, edges.bottom.buffer]);
}

/** The band's rows of both colours. */
export function band(): Colours {
  const rows = (grid: Float64Array) => grid.slice((start - above) * stride, (end - above) * stride);
  return [rows(colours[0]), rows(colours[1])];
}
