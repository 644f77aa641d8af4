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

/** y = A x for the rows at hand, or for those from `start` to `end` of them. */
export function multiply(
  { rowstr, colidx, a }: SparseRows,
  x: Float64Array,
  y: Float64Array,
  start = 0,
  end: number = rowstr.length - 1,
): void {
  const base = rowstr[0];
  let k = rowstr[start] - base;
  for (let j = start; j < end; j++) {
    const next = rowstr[j + 1] - base;
    let sum = 0;
    for (; k < next; k++) sum += a[k] * x[colidx[k]];
    y[j] = sum;
  }
}

/** x · y */
export function dot(x: Float64Array, y: Float64Array): number {
  const length = x.length;
  let sum = 0;
  for (let j = 0; j < length; j++) sum += x[j] * y[j];
  return sum;
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
  let rho = 0;
  for (let j = 0; j < length; j++) {
    z[j] += alpha * p[j];
    const residual = r[j] - alpha * q[j];
    r[j] = residual;
    rho += residual * residual;
  }
  return rho;
}

/** y = factor · x */
export function scale(factor: number, x: Float64Array, y: Float64Array): void {
  const length = x.length;
  for (let j = 0; j < length; j++) y[j] = factor * x[j];
}

/**
 * NPB's main loop (inverse power method), by one thread. `onIteration` hears of each finished outer iteration.
 * NPB turns p at the end of an inner iteration, we at the start of the next: the same sums, one unused turn fewer.
 */
export function solveSerially(
  problem: CgProblem,
  matrix: SparseRows,
  iterations: number = problem.iterations,
  onIteration: (finished: number) => void = () => {},
): CgResult {
  const vector = () => new Float64Array(problem.n);
  const [x, z, p, q, r] = [vector().fill(1), vector(), vector(), vector(), vector()];
  let result: CgResult = { zeta: 0, rnorm: 0 };
  for (let iteration = 1; iteration <= iterations; iteration++) {
    z.fill(0);
    r.set(x);
    let rho = dot(r, r);
    let beta = 0;
    for (let inner = 0; inner < CG_INNER_ITERATIONS; inner++) {
      turn(beta, r, p);
      multiply(matrix, p, q);
      const alpha = rho / dot(p, q);
      const before = rho;
      rho = descend(alpha, p, q, z, r);
      beta = rho / before;
    }
    multiply(matrix, z, r);
    result = { zeta: problem.shift + 1 / dot(x, z), rnorm: Math.sqrt(squaredDistance(x, r)) };
    scale(1 / Math.sqrt(dot(z, z)), z, x);
    onIteration(iteration);
  }
  return result;
}
