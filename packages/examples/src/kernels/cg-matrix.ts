/**
 * The matrix of NPB CG (`makea`): A = Σ ωᵢ vᵢ vᵢᵀ + (rcond − shift) I, with n sparse random vectors vᵢ and ω falling
 * from 1 to rcond, so that the condition number is known. Source: NPB 3.x CG; RNR-94-007, section 2.2.2.
 *
 * The order of every addition is NPB's: the published zeta is checked to 10 digits, and a sum of doubles depends on
 * its order.
 */
import type { CgProblem } from "./cg-classes.ts";
import { maxNonzeros } from "./cg-classes.ts";
import { Randlc } from "./randlc.ts";

/** A sparse matrix in compressed rows (CSR), or some consecutive rows of one. */
export interface SparseRows {
  /**
   * Row j's entries run from `rowstr[j]` up to `rowstr[j + 1]`; counted from `rowstr[0]`, where `colidx` and `a`
   * begin.
   */
  readonly rowstr: Int32Array;
  /** Column of each entry, ascending in a row. */
  readonly colidx: Int32Array;
  /** Value of each entry. */
  readonly a: Float64Array;
}

const RCOND = 0.1;
/** Value that NPB puts on the diagonal entry of every generating vector. */
const DIAGONAL = 0.5;

/** The generating vectors: vector i has `lengths[i]` entries from i · stride on. */
interface SparseVectors {
  readonly stride: number;
  readonly lengths: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Generates the matrix of a problem class, the same one every time. */
export function makeMatrix(problem: CgProblem): SparseRows {
  const vectors = generateVectors(problem);
  const capacity = rowCapacities(problem.n, vectors);
  const { used, colidx, a } = sumOuterProducts(problem, vectors, capacity);
  return closeGaps(capacity, used, colidx, a);
}

function generateVectors({ n, nonzer }: CgProblem): SparseVectors {
  const stride = nonzer + 1;
  const lengths = new Int32Array(n);
  const indices = new Int32Array(n * stride);
  const values = new Float64Array(n * stride);
  const random = new Randlc();
  // NPB draws one number before makea and throws it away.
  random.next();
  const scale = powerOfTwoFrom(n);
  for (let i = 0; i < n; i++) {
    const own = indices.subarray(i * stride, (i + 1) * stride);
    const ownValues = values.subarray(i * stride, (i + 1) * stride);
    drawEntries(random, n, nonzer, scale, own, ownValues);
    lengths[i] = setEntry(own, ownValues, nonzer, i, DIAGONAL);
  }
  return { stride, lengths, indices, values };
}

/** The smallest power of two, at least 2, that is not less than n. */
function powerOfTwoFrom(n: number): number {
  let power = 2;
  while (power < n) power *= 2;
  return power;
}

/** NPB's `sprnvc`: `count` entries at distinct random places below n. */
function drawEntries(
  random: Randlc,
  n: number,
  count: number,
  scale: number,
  indices: Int32Array,
  values: Float64Array,
) {
  let length = 0;
  while (length < count) {
    const value = random.next();
    const index = Math.trunc(scale * random.next());
    if (index >= n || indices.subarray(0, length).includes(index)) continue;
    values[length] = value;
    indices[length] = index;
    length++;
  }
}

/** NPB's `vecset`: sets entry `index`, appending it if it is not there; returns the new length. */
function setEntry(indices: Int32Array, values: Float64Array, length: number, index: number, value: number): number {
  const at = indices.subarray(0, length).indexOf(index);
  if (at >= 0) {
    values[at] = value;
    return length;
  }
  indices[length] = index;
  values[length] = value;
  return length + 1;
}

/** Where each row may begin if no two outer products met: the place kept for it, as running totals. */
function rowCapacities(n: number, { stride, lengths, indices }: SparseVectors): Int32Array {
  const begin = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) {
    for (let k = i * stride; k < i * stride + lengths[i]; k++) begin[indices[k] + 1] += lengths[i];
  }
  for (let j = 0; j < n; j++) begin[j + 1] += begin[j];
  return begin;
}

/** The heart of NPB's `sparse`: adds up the outer products, each row kept sorted by column. */
function sumOuterProducts(problem: CgProblem, vectors: SparseVectors, begin: Int32Array) {
  const { n, shift } = problem;
  const { stride, lengths, indices, values } = vectors;
  const rows = {
    begin,
    used: new Int32Array(n),
    colidx: new Int32Array(maxNonzeros(problem)),
    a: new Float64Array(maxNonzeros(problem)),
  };
  const ratio = RCOND ** (1 / n);
  let weight = 1;
  for (let i = 0; i < n; i++) {
    const first = i * stride;
    const last = first + lengths[i];
    for (let k = first; k < last; k++) {
      const row = indices[k];
      const scaled = weight * values[k];
      for (let m = first; m < last; m++) {
        const column = indices[m];
        let value = values[m] * scaled;
        // Bounds the smallest eigenvalue from below by rcond, and shifts.
        if (column === row && row === i) value = value + RCOND - shift;
        rows.a[entryOf(rows, row, column)] += value;
      }
    }
    weight *= ratio;
  }
  return rows;
}

interface GrowingRows {
  readonly begin: Int32Array;
  readonly used: Int32Array;
  readonly colidx: Int32Array;
  readonly a: Float64Array;
}

/** The place of (row, column); a new entry is zero. */
function entryOf({ begin, used, colidx, a }: GrowingRows, row: number, column: number): number {
  const end = begin[row] + used[row];
  let at = begin[row];
  while (at < end && colidx[at] < column) at++;
  if (at < end && colidx[at] === column) return at;
  colidx.copyWithin(at + 1, at, end);
  a.copyWithin(at + 1, at, end);
  colidx[at] = column;
  a[at] = 0;
  used[row]++;
  return at;
}

/** Moves the rows together. */
function closeGaps(begin: Int32Array, used: Int32Array, colidx: Int32Array, a: Float64Array): SparseRows {
  const n = used.length;
  const rowstr = new Int32Array(n + 1);
  for (let j = 0; j < n; j++) {
    const end = begin[j] + used[j];
    colidx.copyWithin(rowstr[j], begin[j], end);
    a.copyWithin(rowstr[j], begin[j], end);
    rowstr[j + 1] = rowstr[j] + used[j];
  }
  return { rowstr, colidx: colidx.subarray(0, rowstr[n]), a: a.subarray(0, rowstr[n]) };
}
