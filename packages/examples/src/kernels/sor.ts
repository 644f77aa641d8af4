/**
 * Red-black successive over-relaxation of a square grid, as in the Java Grande benchmarks (JGF SOR, sizes A to C): random
 * numbers, smoothed by a 5-point stencil while the border keeps its values.
 *
 * Cells are coloured like a chessboard, and each colour has a grid of its own: all neighbours of a red cell are black, so a
 * half sweep writes one grid and reads the other, in unit strides. Cell (i, j) is number j >> 1 in row i of the grid of colour
 * (i + j) & 1.
 */
import { sameBits } from "../kernel/compare.ts";
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { Lcg48 } from "./lcg48.ts";

export interface SorProblem {
  /** Cells across and down, border included. */
  readonly n: number;
  readonly iterations: number;
  /** The sum of all inner cells at the end, as JGF publishes it, if it does. */
  readonly published?: number;
}

const ITERATIONS = 100;

export const SOR_PROBLEMS: Readonly<Partial<Record<SizeName, SorProblem>>> = {
  tiny: { n: 101, iterations: 12 },
  S: { n: 1000, iterations: ITERATIONS, published: 0.498574406322512 },
  W: { n: 2000, iterations: ITERATIONS, published: 1.9954895063582696 },
};

/** How far the sum may be from the published one; JGF allows as much. */
export const SOR_EPSILON = 1e-12;

const OMEGA = 1.25;
const SEED = 10_101_010;
const LARGEST = 1e-6;

/** The two grids: 0 is red, (i + j) even. Rows are `stride` apart, which is (n + 1) >> 1 at least. */
export type Colours = readonly [Float64Array, Float64Array];

/** Some consecutive rows in one half sweep, none of them on the border. */
export interface SorSweep {
  readonly n: number;
  readonly stride: number;
  readonly colour: number;
  /** Number of the first of the rows in the grid. */
  readonly first: number;
  /** The rows of the colour that is relaxed. */
  readonly own: Float64Array;
  /** The other colour's; they begin one row above the rows and end one row below. */
  readonly other: Float64Array;
}

/** Relaxes the cells of one colour in the rows from `start` to `end`, counted from `first`. */
export function relaxColour(sweep: SorSweep, start: number, end: number): void {
  const { own, other } = sweep;
  // `| 0` tells the engine that indices are integers.
  const stride = sweep.stride | 0;
  const quarter = OMEGA * 0.25;
  const kept = 1 - OMEGA;
  for (let i = start | 0; i < end; i++) {
    const odd = (sweep.first + i + sweep.colour) & 1; // this colour's cells of the row have odd columns
    const row = i * stride;
    const last = row + ((sweep.n - 2 - odd) >> 1);
    let at = row + 1 - odd;
    let west = other[at + stride - 1 + odd];
    for (; at <= last; at++) {
      const east = other[at + stride + odd];
      own[at] = quarter * (other[at] + other[at + 2 * stride] + west + east) + kept * own[at];
      west = east;
    }
  }
}

/** Gives rows `start` to `end` of both grids their first values. The arrays begin at row `start`. */
export function seedRows({ n }: SorProblem, stride: number, colours: Colours, start: number, end: number): void {
  const random = Lcg48.java(SEED);
  for (let skipped = 0; skipped < start * n; skipped++) random.nextDouble();
  for (let i = start; i < end; i++) {
    const row = (i - start) * stride;
    for (let j = 0; j < n; j++) colours[(i + j) & 1][row + (j >> 1)] = random.nextDouble() * LARGEST;
  }
}

/** The grid that two colours make, row by row. */
export function joinColours(n: number, stride: number, colours: Colours): Float64Array {
  const grid = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) grid[i * n + j] = colours[(i + j) & 1][i * stride + (j >> 1)];
  }
  return grid;
}

/** All of it by one thread. */
export function sorSerially(problem: SorProblem): Float64Array {
  const { n } = problem;
  const stride = (n + 1) >> 1;
  const colours: Colours = [new Float64Array(n * stride), new Float64Array(n * stride)];
  seedRows(problem, stride, colours, 0, n);
  relaxSerially(problem, stride, colours);
  return joinColours(n, stride, colours);
}

/** The iterations alone, on whole grids. */
export function relaxSerially({ n, iterations }: SorProblem, stride: number, colours: Colours): void {
  const sweeps = [sweepOf(n, stride, colours, 0, 1, n - 1), sweepOf(n, stride, colours, 1, 1, n - 1)];
  for (let half = 0; half < 2 * iterations; half++) relaxColour(sweeps[half & 1], 0, n - 2);
}

/** A half sweep over rows `first` to `end` of whole grids. */
export function sweepOf(
  n: number,
  stride: number,
  colours: Colours,
  colour: number,
  first: number,
  end: number,
): SorSweep {
  const own = colours[colour].subarray(first * stride, end * stride);
  const other = colours[1 - colour].subarray((first - 1) * stride, (end + 1) * stride);
  return { n, stride, colour, first, own, other };
}

/** The sum of the inner cells, in JGF's order. */
export function sumInside(n: number, grid: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < n - 1; i++) for (let j = 1; j < n - 1; j++) sum += grid[i * n + j];
  return sum;
}

const serialGrids = new WeakMap<SorProblem, Float64Array>();

/** The grid against the serial run, bit for bit, and its sum against JGF's. */
export function checkSor(problem: SorProblem, grid: Float64Array): Verdict {
  let serial = serialGrids.get(problem);
  if (serial === undefined) {
    serial = sorSerially(problem);
    serialGrids.set(problem, serial);
  }
  const same = sameBits(grid, serial);
  const { n, published } = problem;
  if (!same.ok || published === undefined) return same;
  const sum = sumInside(n, grid);
  return {
    ok: Math.abs(sum - published) <= SOR_EPSILON,
    against: `${same.against}, and JGF's sum ${published} within ${SOR_EPSILON}`,
    found: `${same.found}, sum ${sum}`,
  };
}
