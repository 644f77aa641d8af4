/**
 * C = A · B, dense matrices of float64 with row after row, blocked for the cache as in Goto and van de Geijn, "Anatomy of
 * High-Performance Matrix Multiplication" (2008): a panel of B is copied to where it stays in the cache, and every row of A runs
 * over it.
 */
import { sameBits } from "../kernel/compare.ts";
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { addProduct } from "./add-product.ts";
import { Lcg48 } from "./lcg48.ts";

export interface MatmulProblem {
  /** Rows and columns; a multiple of 4. */
  readonly n: number;
}

export const MATMUL_PROBLEMS: Readonly<Partial<Record<SizeName, MatmulProblem>>> = {
  tiny: { n: 100 },
  S: { n: 512 },
  W: { n: 1024 },
  A: { n: 2048 },
};

/** Rows of A and C that go together: the tiles of `addProduct`. Bands of rows are made of these. */
export const MATMUL_ROWS = 4;

/** Rows of B whose products are added to C in one go. */
export const MATMUL_DEPTH = 128;
/** Columns of a panel of B: 64 KiB with that many rows. */
const PANEL_COLUMNS = 64;

const SEED = 2008;

/** Some consecutive rows of A and C, and the rows of B from `from` to `to`, as arrays that begin there. */
export interface MatmulPart {
  readonly n: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** Room for a panel of B; each worker has its own. */
export function makePanel(): Float64Array {
  return new Float64Array(MATMUL_DEPTH * PANEL_COLUMNS);
}

/**
 * Adds to the rows of C what the given rows of B, `MATMUL_DEPTH` at most, contribute. `onRows` is called after every four rows of
 * every panel, some ten microseconds apart.
 */
export function addRows({ n, a, b, c, from, to }: MatmulPart, panel: Float64Array, onRows: () => void): void {
  const depth = to - from;
  const rows = c.length / n;
  for (let left = 0; left < n; left += PANEL_COLUMNS) {
    const columns = Math.min(PANEL_COLUMNS, n - left);
    for (let k = 0; k < depth; k++) panel.set(b.subarray(k * n + left, k * n + left + columns), k * columns);
    const right = { values: panel, at: 0, stride: columns };
    for (let row = 0; row < rows; row += MATMUL_ROWS) {
      const start = row * n;
      addProduct(
        1,
        { values: a, at: start + from, stride: n },
        right,
        { values: c, at: start + left, stride: n },
        MATMUL_ROWS,
        depth,
        columns,
      );
      onRows();
    }
  }
}

/** The rows of C from those of A and all of B, by one thread. */
export function multiplyRows(n: number, a: Float64Array, b: Float64Array, c: Float64Array, panel: Float64Array): void {
  for (let from = 0; from < n; from += MATMUL_DEPTH) {
    const to = Math.min(from + MATMUL_DEPTH, n);
    addRows({ n, a, b: b.subarray(from * n, to * n), c, from, to }, panel, () => undefined);
  }
}

/** Gives rows `start` to `end` of both factors their values: random numbers from -0.5 to 0.5. The arrays begin at row `start`. */
export function fillFactors({ n }: MatmulProblem, a: Float64Array, b: Float64Array, start: number, end: number): void {
  const random = Lcg48.java(SEED);
  for (let skipped = 0; skipped < 2 * start * n; skipped++) random.nextDouble();
  for (let i = 0; i < (end - start) * n; i++) {
    a[i] = random.nextDouble() - 0.5;
    b[i] = random.nextDouble() - 0.5;
  }
}

/** What a check needs of the serial run. */
interface Reference {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
}

const references = new WeakMap<MatmulProblem, Reference>();

/** The factors and their product, computed once per problem. */
export function matmulSerially(problem: MatmulProblem): Reference {
  let reference = references.get(problem);
  if (reference !== undefined) return reference;
  const { n } = problem;
  const [a, b, c] = [new Float64Array(n * n), new Float64Array(n * n), new Float64Array(n * n)];
  fillFactors(problem, a, b, 0, n);
  multiplyRows(n, a, b, c, makePanel());
  reference = { a, b, c };
  references.set(problem, reference);
  return reference;
}

/**
 * How far C x may be from A (B x), for a vector x of numbers from -1 to 1: rounding of n products of at most ½ each. The test of
 * Freivalds (1977), which does not trust `addProduct`.
 */
const PROBE_TOLERANCE = 1e-9;

/** The product against the serial run's, bit for bit, and against its factors by Freivalds' test. */
export function checkMatmul(problem: MatmulProblem, c: Float64Array): Verdict {
  const { n } = problem;
  const serial = matmulSerially(problem);
  const same = sameBits(c, serial.c);
  if (!same.ok) return same;
  const x = Float64Array.from({ length: n }, (_, i) => Math.cos(i + 1));
  const [found, expected] = [times(n, c, x), times(n, serial.a, times(n, serial.b, x))];
  const error = found.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i])), 0);
  return {
    ok: error <= PROBE_TOLERANCE,
    against: `${same.against}, and the factors by Freivalds' test within ${PROBE_TOLERANCE}`,
    found: `${same.found}, error ${error.toExponential(1)}`,
  };
}

function times(n: number, matrix: Float64Array, x: Float64Array): Float64Array {
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) y[i] += matrix[i * n + j] * x[j];
  return y;
}
