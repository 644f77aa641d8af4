/**
 * Blocked LU factorisation of a dense matrix without pivoting, the kernel LU of SPLASH-2 (Woo, Ohara, Torrie, Singh and Gupta,
 * ISCA 1995): A = L U in place, L with ones on its diagonal. The blocks are dealt out to the workers like the squares of a
 * chessboard, so that all have something to do to the end, and every block lies in one piece.
 *
 * Step k factors the diagonal block (k, k); then the blocks below it and those right of it are solved for; then every block
 * (i, j) behind them loses the product of (i, k) and (k, j).
 */
import { sameBits } from "../kernel/compare.ts";
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { addProduct } from "./add-product.ts";
import { Lcg48 } from "./lcg48.ts";

export interface LuProblem {
  /** Rows and columns: a multiple of `size`. */
  readonly n: number;
  /** Rows and columns of a block: a multiple of 4. */
  readonly size: number;
}

export const LU_PROBLEMS: Readonly<Partial<Record<SizeName, LuProblem>>> = {
  tiny: { n: 96, size: 16 },
  S: { n: 768, size: 32 },
  W: { n: 1536, size: 32 },
  A: { n: 2048, size: 32 },
};

/**
 * Where blocks lie and whose they are. Workers form a grid of `down` × `across`; block (i, j) belongs to the one in row i mod
 * `down` and column j mod `across` of it. Blocks of a column that belong to one worker lie together, in the order of their rows.
 */
export class LuLayout {
  /** Rows and columns of blocks. */
  readonly blocks: number;
  /** Elements of a block. */
  readonly area: number;
  readonly down: number;
  readonly across: number;
  /** Elements in all, some of them unused where `down` does not divide `blocks`. */
  readonly length: number;
  readonly #rowsEach: number;

  constructor({ n, size }: LuProblem, workers: number) {
    this.blocks = n / size;
    this.area = size * size;
    let down = Math.floor(Math.sqrt(workers));
    while (workers % down !== 0) down--;
    this.down = down;
    this.across = workers / down;
    this.#rowsEach = Math.ceil(this.blocks / down);
    this.length = this.blocks * down * this.#rowsEach * this.area;
  }

  /** The element that block (i, j) begins with. */
  at(i: number, j: number): number {
    return ((j * this.down + (i % this.down)) * this.#rowsEach + Math.floor(i / this.down)) * this.area;
  }

  owner(i: number, j: number): number {
    return (i % this.down) * this.across + (j % this.across);
  }

  /** The smallest number above k of a row of blocks that belongs to the worker; `blocks` or more if it has no more. */
  rowAfter(k: number, worker: number): number {
    return nextAfter(k, Math.floor(worker / this.across), this.down);
  }

  /** As `rowAfter`; the worker's further columns are `across` apart. */
  columnAfter(k: number, worker: number): number {
    return nextAfter(k, worker % this.across, this.across);
  }

  /** Where the worker's blocks of column j below row k lie: empty if there are none. */
  below(k: number, j: number, worker: number): { start: number; end: number; count: number } {
    const first = this.rowAfter(k, worker);
    const count = Math.max(0, Math.ceil((this.blocks - first) / this.down));
    const start = count === 0 ? 0 : this.at(first, j);
    return { start, end: start + count * this.area, count };
  }
}

function nextAfter(k: number, residue: number, modulus: number): number {
  return k + 1 + ((((residue - k - 1) % modulus) + modulus) % modulus);
}

/** Factors a diagonal block in place. */
export function factorBlock(a: Float64Array, size: number): void {
  for (let k = 0; k < size; k++) {
    const pivot = a[k * size + k];
    for (let i = k + 1; i < size; i++) {
      const factor = a[i * size + k] / pivot;
      a[i * size + k] = factor;
      for (let j = k + 1; j < size; j++) a[i * size + j] -= factor * a[k * size + j];
    }
  }
}

/** A block below the diagonal block: X with X U = what is there. `at` is where it begins in `a`. */
export function solveBelow(a: Float64Array, at: number, diagonal: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const row = at + i * size;
    for (let k = 0; k < size; k++) {
      const x = a[row + k] / diagonal[k * size + k];
      a[row + k] = x;
      for (let j = k + 1; j < size; j++) a[row + j] -= x * diagonal[k * size + j];
    }
  }
}

/** A block right of the diagonal block: X with L X = what is there. */
export function solveRight(a: Float64Array, diagonal: Float64Array, size: number): void {
  for (let k = 0; k < size; k++) {
    for (let i = k + 1; i < size; i++) {
      const factor = diagonal[i * size + k];
      for (let j = 0; j < size; j++) a[i * size + j] -= factor * a[k * size + j];
    }
  }
}

/** Block number `b` of a column loses the product of block `b` of the pivot's column, `left`, and the one above it, `top`. */
export function updateBlock(
  column: Float64Array,
  left: Float64Array,
  top: Float64Array,
  b: number,
  size: number,
): void {
  const at = b * size * size;
  addProduct(
    -1,
    { values: left, at, stride: size },
    { values: top, at: 0, stride: size },
    { values: column, at, stride: size },
    size,
    size,
    size,
  );
}

/** Divisor of the random numbers in SPLASH-2's LU. */
const SPLASH_MAX_RANDOM = 32_767;
const SEED = 1;

/**
 * SPLASH-2's matrix: lrand48() / 32767, column after column, and its diagonal ten times as large. Gives each of the worker's
 * blocks to `store`, with the place where it belongs; the array is used again for the next.
 */
export function fillBlocks(
  { n, size }: LuProblem,
  layout: LuLayout,
  worker: number,
  store: (block: Float64Array, at: number) => void,
): void {
  const random = Lcg48.srand48(SEED);
  const column = new Float64Array(n * size); // the blocks of one column
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++)
      column[i * size + (j % size)] = (random.next(31) / SPLASH_MAX_RANDOM) * (i === j ? 10 : 1);
    if ((j + 1) % size !== 0) continue;
    for (let i = 0, at = 0; i < layout.blocks; i++, at += layout.area) {
      const blockColumn = (j + 1) / size - 1;
      if (layout.owner(i, blockColumn) === worker)
        store(column.subarray(at, at + layout.area), layout.at(i, blockColumn));
    }
  }
}

/** The matrix row by row, from its blocks. */
export function joinBlocks({ n, size }: LuProblem, layout: LuLayout, values: Float64Array): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j += size) {
      const row = layout.at(Math.floor(i / size), j / size) + (i % size) * size;
      matrix.set(values.subarray(row, row + size), i * n + j);
    }
  }
  return matrix;
}

/** Factors by one thread, in the layout for one worker. */
export function factorSerially({ size }: LuProblem, layout: LuLayout, values: Float64Array): void {
  const { blocks, area } = layout;
  const block = (i: number, j: number) => values.subarray(layout.at(i, j), layout.at(i, j) + area);
  for (let k = 0; k < blocks; k++) {
    const diagonal = block(k, k);
    factorBlock(diagonal, size);
    const { start, end, count } = layout.below(k, k, 0);
    const left = values.subarray(start, end);
    for (let b = 0; b < count; b++) solveBelow(left, b * area, diagonal, size);
    for (let j = k + 1; j < blocks; j++) {
      const top = block(k, j);
      solveRight(top, diagonal, size);
      const below = layout.below(k, j, 0);
      const column = values.subarray(below.start, below.end);
      for (let b = 0; b < count; b++) updateBlock(column, left, top, b, size);
    }
  }
}

/** The matrix before it is factored, in the layout for one worker. */
function unfactored(problem: LuProblem, layout: LuLayout): Float64Array {
  const values = new Float64Array(layout.length);
  fillBlocks(problem, layout, 0, (block, at) => values.set(block, at));
  return values;
}

/** The matrix, row by row. */
export function luMatrix(problem: LuProblem): Float64Array {
  const layout = new LuLayout(problem, 1);
  return joinBlocks(problem, layout, unfactored(problem, layout));
}

const serialFactors = new WeakMap<LuProblem, Float64Array>();

/** L and U in one matrix, row by row; computed once per problem. */
export function luSerially(problem: LuProblem): Float64Array {
  let factors = serialFactors.get(problem);
  if (factors !== undefined) return factors;
  const layout = new LuLayout(problem, 1);
  const values = unfactored(problem, layout);
  factorSerially(problem, layout, values);
  factors = joinBlocks(problem, layout, values);
  serialFactors.set(problem, factors);
  return factors;
}

/**
 * How far L (U x) may be from A x for x of numbers from -1 to 1, relative to the largest element of A x. Without pivoting the
 * elements grow, and with them the rounding errors; a wrong element shows a thousand times as much.
 */
const PROBE_TOLERANCE = 1e-8;

/** L (U x) against A x: the largest difference, relative to the largest element. */
export function luResidual(problem: LuProblem, factors: Float64Array): number {
  const { n } = problem;
  const matrix = luMatrix(problem);
  const x = Float64Array.from({ length: n }, (_, i) => Math.cos(i + 1));
  const [ux, lux, ax] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) ax[i] += matrix[i * n + j] * x[j];
    for (let j = i; j < n; j++) ux[i] += factors[i * n + j] * x[j];
    lux[i] = ux[i];
    for (let j = 0; j < i; j++) lux[i] += factors[i * n + j] * ux[j];
  }
  let [worst, largest] = [0, 0];
  for (let i = 0; i < n; i++) {
    worst = Math.max(worst, Math.abs(lux[i] - ax[i]));
    largest = Math.max(largest, Math.abs(ax[i]));
  }
  return worst / largest;
}

/** Both factors against the serial run's, bit for bit, and against the matrix itself. */
export function checkLu(problem: LuProblem, factors: Float64Array): Verdict {
  const same = sameBits(factors, luSerially(problem));
  if (!same.ok) return same;
  const residual = luResidual(problem, factors);
  return {
    ok: residual <= PROBE_TOLERANCE,
    against: `${same.against}, and the matrix by a product with a vector, relative ${PROBE_TOLERANCE}`,
    found: `${same.found}, residual ${residual.toExponential(1)}`,
  };
}
