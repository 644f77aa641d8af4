/**
 * SPLASH-2's FFT kernel: one complex transform of n = side² points by the six-step method. The points are a square matrix; what
 * travels between workers are its transpositions.
 *
 *     1 transpose   2 transform the rows, multiply by the roots   3 transpose   4 transform the rows   5 transpose
 *
 * Source: S. C. Woo et al., *The SPLASH-2 Programs: Characterization and Methodological Considerations*, ISCA 1995; the method
 * is D. H. Bailey's, *FFTs in External or Hierarchical Memory*, J. Supercomputing 4 (1990).
 *
 * Complex numbers lie in pairs, real part first.
 */
import { sameBits } from "../kernel/compare.ts";
import type { Part, SizeName, Verdict } from "../kernel/contract.ts";
import { NPB_CG_SEED, nextNumbers, skipAhead } from "./randlc.ts";
import { type Fft, prepareFft, type Sign, transform } from "./stockham.ts";

/** Rows and columns of the matrix: a power of two. The signal has side² points. */
export interface FftProblem {
  readonly side: number;
}

export const FFT_PROBLEMS: Partial<Record<SizeName, FftProblem>> = {
  tiny: { side: 64 },
  S: { side: 1024 },
  W: { side: 2048 },
};

/** What a worker needs for its rows, besides the matrix. */
export interface FftRows {
  readonly fft: Fft;
  /** Elements of a row. */
  readonly width: number;
  /** exp(sign · 2πi row · column / n) for the rows from `rows.start` on. */
  readonly roots: Float64Array;
  readonly rows: Part;
  /** One row, and one for the passes. */
  readonly row: Float64Array;
  readonly work: Float64Array;
}

/** Tables for some rows. `sign` −1 is SPLASH-2's direction, +1 takes a spectrum back (to n times the signal). */
export function prepareRows({ side }: FftProblem, rows: Part, sign: Sign = -1): FftRows {
  const width = 2 * side;
  const roots = new Float64Array((rows.end - rows.start) * width);
  for (let r = rows.start; r < rows.end; r++) {
    for (let c = 0; c < side; c++) {
      const angle = (sign * 2 * Math.PI * r * c) / (side * side);
      const at = (r - rows.start) * width + 2 * c;
      roots[at] = Math.cos(angle);
      roots[at + 1] = Math.sin(angle);
    }
  }
  const fft = prepareFft(side, sign);
  return { fft, width, roots, rows, row: new Float64Array(width), work: new Float64Array(width) };
}

/**
 * Random points in the unit square around 0, the same for every number of workers: complex numbers `first` to `last` of the
 * signal, into `to` from element `at` on. From NPB's generator, which can be started anywhere.
 */
export function makeSignal(first: number, last: number, to: Float64Array, at: number): void {
  const until = at + 2 * (last - first);
  nextNumbers(skipAhead(NPB_CG_SEED, 2 * first), to.subarray(at, until));
  for (let k = at; k < until; k++) to[k] -= 0.5;
}

/** Complex numbers of a tile: 16 × 16 of them are 4 KiB, and as much again where they go. */
const TILE = 16;

/**
 * Transposes a block of complex numbers: row r, column c of `from` becomes row c, column r of `to`. Strides are elements from
 * one row to the next. In tiles, so that neither side runs through the cache along columns.
 */
export function transposeBlock(
  from: Float64Array,
  fromAt: number,
  fromStride: number,
  rows: number,
  columns: number,
  to: Float64Array,
  toAt: number,
  toStride: number,
): void {
  for (let r0 = 0; r0 < rows; r0 += TILE) {
    const r1 = Math.min(rows, r0 + TILE);
    for (let c0 = 0; c0 < columns; c0 += TILE) {
      const c1 = Math.min(columns, c0 + TILE);
      for (let c = c0 | 0; c < c1; c++) {
        let i = (fromAt + r0 * fromStride + 2 * c) | 0;
        let o = (toAt + c * toStride + 2 * r0) | 0;
        for (let r = r0 | 0; r < r1; r++) {
          to[o] = from[i];
          to[o + 1] = from[i + 1];
          i += fromStride;
          o += 2;
        }
      }
    }
  }
}

/**
 * Transforms row `r` (counted in the whole matrix), which lies in `own.row`; the result is left in one of the two small arrays,
 * which is returned. With `twiddle` it is multiplied by the row's roots.
 */
export function transformRow(
  { fft, width, roots, rows, row, work }: FftRows,
  r: number,
  twiddle: boolean,
): Float64Array {
  transform(fft, 1, row, 0, work, 0);
  const result = fft.isOdd ? work : row;
  if (twiddle) multiplyRow(result, roots, (r - rows.start) * width);
  return result;
}

/** Transforms this worker's rows, in place; `matrix` has nothing else. */
export function transformRows(own: FftRows, matrix: Float64Array, twiddle: boolean): void {
  const { width, rows, row } = own;
  for (let r = rows.start; r < rows.end; r++) {
    const at = (r - rows.start) * width;
    row.set(matrix.subarray(at, at + width));
    matrix.set(transformRow(own, r, twiddle), at);
  }
}

function multiplyRow(row: Float64Array, roots: Float64Array, at: number): void {
  for (let k = 0; k < row.length; k += 2) {
    const re = row[k];
    const im = row[k + 1];
    const wr = roots[at + k];
    const wi = roots[at + k + 1];
    row[k] = re * wr - im * wi;
    row[k + 1] = re * wi + im * wr;
  }
}

/** The whole transform by one thread: of `x`, which is overwritten, into `y`. Both have side × side complex numbers. */
export function fftSerially(problem: FftProblem, own: FftRows, x: Float64Array, y: Float64Array): void {
  const { side } = problem;
  const width = 2 * side;
  transposeBlock(x, 0, width, side, side, y, 0, width);
  transformRows(own, y, true);
  transposeBlock(y, 0, width, side, side, x, 0, width);
  transformRows(own, x, false);
  transposeBlock(x, 0, width, side, side, y, 0, width);
}

const expected = new Map<number, Float64Array>();

/** The serial run's spectrum of the signal; computed once for each problem and kept. */
export function expectedSpectrum(problem: FftProblem): Float64Array {
  const { side } = problem;
  let spectrum = expected.get(side);
  if (spectrum === undefined) {
    const x = new Float64Array(2 * side * side);
    spectrum = new Float64Array(x.length);
    makeSignal(0, side * side, x, 0);
    fftSerially(problem, prepareRows(problem, { start: 0, end: side }), x, spectrum);
    expected.set(side, spectrum);
  }
  return spectrum;
}

/** Compares a whole spectrum with the serial run's. */
export function checkFFT(problem: FftProblem, spectrum: Float64Array): Verdict {
  return sameBits(spectrum, expectedSpectrum(problem));
}
