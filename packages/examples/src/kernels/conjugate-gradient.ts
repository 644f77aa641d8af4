/**
 * NPB CG on plain typed arrays: the vector kernels, and the serial benchmark over them. The shared-memory program
 * runs the very same kernels over the views of its spans, so a ratio between the two is the price of sharing and of
 * nothing else.
 */
import { CG_INNER_ITERATIONS, type CgProblem } from "./cg-classes.ts";
import type { SparseRows } from "./cg-matrix.ts";

/** What a run of the benchmark finds. */
export interface CgResult {
  /** The eigenvalue estimate that NPB verifies. */
  readonly zeta: number;
  /** ‖x − A z‖ of the last outer iteration. */
  readonly rnorm: number;
}

/**
 * y = A x for the rows at hand, or for those from `start` to `end` of them. Eight entries at a time, added up in NPB's order: the
 * engine loads the addresses and lengths of the arrays anew in every turn of a loop, and that is most of a turn of one entry.
 */
export function multiply(
  { rowstr, colidx, a }: SparseRows,
  x: Float64Array,
  y: Float64Array,
  start = 0,
  end: number = rowstr.length - 1,
): void {
  const base = rowstr[0];
  let k = rowstr[start] - base;
  for (let j = start | 0; j < end; j++) {
    const next = rowstr[j + 1] - base;
    let sum = 0;
    for (; k < next - 7; k += 8) {
      sum += a[k] * x[colidx[k]];
      sum += a[k + 1] * x[colidx[k + 1]];
      sum += a[k + 2] * x[colidx[k + 2]];
      sum += a[k + 3] * x[colidx[k + 3]];
      sum += a[k + 4] * x[colidx[k + 4]];
      sum += a[k + 5] * x[colidx[k + 5]];
      sum += a[k + 6] * x[colidx[k + 6]];
      sum += a[k + 7] * x[colidx[k + 7]];
    }
    for (; k < next; k++) sum += a[k] * x[colidx[k]];
    y[j] = sum;
  }
}

/**
 * x · y, by four sums side by side: each addition to a single sum would wait for the one before it.
 */
export function dot(x: Float64Array, y: Float64Array): number {
  const length = x.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let j = 0;
  for (; j < length - 3; j += 4) {
    a += x[j] * y[j];
    b += x[j + 1] * y[j + 1];
    c += x[j + 2] * y[j + 2];
    d += x[j + 3] * y[j + 3];
  }
  for (; j < length; j++) a += x[j] * y[j];
  return a + b + (c + d);
}

/** ‖x − y‖² */
export function squaredDistance(x: Float64Array, y: Float64Array): number {
  const length = x.length;
  let sum = 0;
  for (let j = 0; j < length; j++) sum += (x[j] - y[j]) ** 2;
  return sum;
}

/** p = r + β p */
export function turn(beta: number, r: Float64Array, p: Float64Array): void {
  const length = r.length;
  for (let j = 0; j < length; j++) p[j] = r[j] + beta * p[j];
}

/** z = z + α p and r = r − α q; returns the new r · r. */
export function descend(alpha: number, p: Float64Array, q: Float64Array, z: Float64Array, r: Float64Array): number {
  const length = r.length;
  for (let j = 0; j < length; j++) {
    z[j] += alpha * p[j];
    r[j] -= alpha * q[j];
  }
  return dot(r, r);
}

/** y = factor · x */
export function scale(factor: number, x: Float64Array, y: Float64Array): void {
  const length = x.length;
  for (let j = 0; j < length; j++) y[j] = factor * x[j];
}

/** A result with the vector that it is of. */
export interface CgSolution extends CgResult {
  /** z / ‖z‖ of the last outer iteration: nearly the eigenvector. */
  readonly x: Float64Array;
}

/** The vectors of the method, whole: n elements each. */
export interface CgVectors {
  readonly x: Float64Array;
  readonly z: Float64Array;
  readonly p: Float64Array;
  readonly r: Float64Array;
}

export function cgVectors(n: number): CgVectors {
  return { x: new Float64Array(n).fill(1), z: new Float64Array(n), p: new Float64Array(n), r: new Float64Array(n) };
}

/**
 * NPB's main loop (inverse power method). `product(v, k)` gives A v; of each outer iteration it is the product number k, 0 to 25,
 * and its result is not needed any more when the next one is asked for. That is the one place where workers may share the
 * work: whoever has all of A v goes on alone. `onIteration` hears of each finished outer iteration.
 *
 * NPB also turns p after the last inner iteration, for nothing.
 */
export function iterate(
  shift: number,
  iterations: number,
  { x, z, p, r }: CgVectors,
  product: (v: Float64Array, k: number) => Float64Array,
  onIteration: (finished: number) => void = () => {},
): CgResult {
  let result: CgResult = { zeta: 0, rnorm: 0 };
  for (let iteration = 1; iteration <= iterations; iteration++) {
    z.fill(0);
    r.set(x);
    p.set(x);
    let rho = dot(r, r);
    for (let inner = 0; inner < CG_INNER_ITERATIONS; inner++) {
      const q = product(p, inner);
      const alpha = rho / dot(p, q);
      const before = rho;
      rho = descend(alpha, p, q, z, r);
      if (inner < CG_INNER_ITERATIONS - 1) turn(rho / before, r, p);
    }
    const az = product(z, CG_INNER_ITERATIONS);
    result = { zeta: shift + 1 / dot(x, z), rnorm: Math.sqrt(squaredDistance(x, az)) };
    scale(1 / Math.sqrt(dot(z, z)), z, x);
    onIteration(iteration);
  }
  return result;
}

/** The whole benchmark by one thread. */
export function solveSerially(
  problem: CgProblem,
  matrix: SparseRows,
  iterations: number = problem.iterations,
  onIteration?: (finished: number) => void,
): CgSolution {
  const vectors = cgVectors(problem.n);
  const q = new Float64Array(problem.n);
  const product = (v: Float64Array) => {
    multiply(matrix, v, q);
    return q;
  };
  return { ...iterate(problem.shift, iterations, vectors, product, onIteration), x: vectors.x };
}
