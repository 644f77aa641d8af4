/**
 * NPB MG: V-cycles of multigrid for Poisson's equation on a periodic cube, with 20 unit charges on the right-hand side.
 *
 * Source: Bailey et al., *The NAS Parallel Benchmarks*, RNR-94-007, section 2.3, and NPB 3's `mg.f`, whose order of operations
 * the functions on planes keep (`resid`, `psinv`, `rprj3`, `interp`, `comm3`, `zran3`).
 *
 * A grid of n³ points is n planes of constant z. A plane has (n+2)² elements: row after row, with the periodic neighbours on its
 * four edges. Neighbours in z are other planes, so whoever calls says which: `below`, `here` and `above`.
 */
import type { Part, SizeName } from "../kernel/contract.ts";
import { NPB_CG_SEED, nextNumbers } from "./randlc.ts";

export interface MgProblem {
  /** Points along each edge of the finest grid, a power of two. Level k has 2ᵏ. */
  readonly n: number;
  readonly cycles: number;
  /** NPB's L2 norm of the residual. None for grids of our own. */
  readonly published?: number;
}

/** S and W are NPB's classes. */
export const MG_PROBLEMS: Partial<Record<SizeName, MgProblem>> = {
  tiny: { n: 16, cycles: 2 },
  S: { n: 32, cycles: 4, published: 0.5307707005734e-4 },
  W: { n: 128, cycles: 4, published: 0.6467329375339e-5 },
};

/** Relative, of the norm, as in NPB's `verify`. */
export const MG_TOLERANCE = 1e-8;

/** The operator: what a point, its neighbours across edges and those across corners weigh; across faces it is nothing. */
const A0 = -8 / 3;
const A2 = 1 / 6;
const A3 = 1 / 12;
/** The smoother for classes S, W and A: a point, its neighbours across faces and across edges; across corners nothing. */
const C0 = -3 / 8;
const C1 = 1 / 32;
const C2 = -1 / 64;

/** Elements of a plane of a grid of n³. */
export function planeLength(n: number): number {
  return (n + 2) * (n + 2);
}

/** Sums over rows that an operation on planes of a grid of at most `n` keeps for itself. */
export interface MgRows {
  readonly faces: Float64Array;
  readonly edges: Float64Array;
  readonly corners: Float64Array;
}

export function rowsFor(n: number): MgRows {
  return {
    faces: new Float64Array(n + 2),
    edges: new Float64Array(n + 2),
    corners: new Float64Array(n + 2),
  };
}

/** The edges of a plane from the points across (`comm3` in x and y). */
export function wrapEdges(n: number, plane: Float64Array): void {
  const width = n + 2;
  for (let row = width; row < width * (n + 1); row += width) {
    plane[row] = plane[row + n];
    plane[row + n + 1] = plane[row + 1];
  }
  const last = width * (n + 1);
  for (let x = 0; x < width; x++) {
    plane[x] = plane[last - width + x];
    plane[last + x] = plane[width + x];
  }
}

/** r = v − A u for a plane (`resid`). `v` may be `r`. */
export function residual(
  n: number,
  below: Float64Array,
  here: Float64Array,
  above: Float64Array,
  v: Float64Array,
  r: Float64Array,
  { faces, edges }: MgRows,
): void {
  const width = (n + 2) | 0;
  for (let y = 1; y <= n; y++) {
    const row = (y * width) | 0;
    for (let x = 0; x < width; x++) {
      const i = row + x;
      faces[x] = here[i - width] + here[i + width] + below[i] + above[i];
      edges[x] = below[i - width] + below[i + width] + above[i - width] + above[i + width];
    }
    for (let x = 1; x <= n; x++) {
      const i = row + x;
      r[i] = v[i] - A0 * here[i] - A2 * (edges[x] + faces[x - 1] + faces[x + 1]) - A3 * (edges[x - 1] + edges[x + 1]);
    }
  }
  wrapEdges(n, r);
}

/** u = u + C r for a plane (`psinv`). */
export function smooth(
  n: number,
  below: Float64Array,
  here: Float64Array,
  above: Float64Array,
  u: Float64Array,
  { faces, edges }: MgRows,
): void {
  const width = (n + 2) | 0;
  for (let y = 1; y <= n; y++) {
    const row = (y * width) | 0;
    for (let x = 0; x < width; x++) {
      const i = row + x;
      faces[x] = here[i - width] + here[i + width] + below[i] + above[i];
      edges[x] = below[i - width] + below[i + width] + above[i - width] + above[i + width];
    }
    for (let x = 1; x <= n; x++) {
      const i = row + x;
      u[i] =
        u[i] +
        C0 * here[i] +
        C1 * (here[i - 1] + here[i + 1] + faces[x]) +
        C2 * (edges[x] + faces[x - 1] + faces[x + 1]);
    }
  }
  wrapEdges(n, u);
}

/**
 * A plane of the next coarser grid, of m³, from three of the finer (`rprj3`): coarse plane k lies on fine plane 2k + 1, which
 * is `here`.
 */
export function restrict(
  m: number,
  below: Float64Array,
  here: Float64Array,
  above: Float64Array,
  coarse: Float64Array,
  { edges, corners }: MgRows,
): void {
  const width = (2 * m + 2) | 0;
  for (let y = 1; y <= m; y++) {
    const row = (2 * y * width) | 0;
    // At the odd columns, between the coarse points.
    for (let x = 1; x <= 2 * m + 1; x += 2) {
      const i = row + x;
      edges[x] = here[i - width] + here[i + width] + below[i] + above[i];
      corners[x] = below[i - width] + above[i - width] + below[i + width] + above[i + width];
    }
    for (let x = 1; x <= m; x++) {
      const i = row + 2 * x;
      const acrossEdges = below[i - width] + above[i - width] + below[i + width] + above[i + width];
      const acrossFaces = here[i - width] + here[i + width] + below[i] + above[i];
      coarse[y * (m + 2) + x] =
        0.5 * here[i] +
        0.25 * (here[i - 1] + here[i + 1] + acrossFaces) +
        0.125 * (edges[2 * x - 1] + edges[2 * x + 1] + acrossEdges) +
        0.0625 * (corners[2 * x - 1] + corners[2 * x + 1]);
    }
  }
  wrapEdges(m, coarse);
}

/** Adds to fine plane 2k + 1 the coarse plane on it, of a grid of m³, interpolated (`interp`). */
export function prolongOnto(m: number, coarse: Float64Array, fine: Float64Array): void {
  const width = (m + 2) | 0;
  const fineWidth = (2 * m + 2) | 0;
  for (let y = 0; y <= m; y++) {
    for (let x = 0; x <= m; x++) {
      const i = y * width + x;
      const o = 2 * y * fineWidth + 2 * x;
      const here = coarse[i];
      const right = coarse[i + 1];
      const down = coarse[i + width];
      fine[o] += here;
      fine[o + 1] += 0.5 * (right + here);
      fine[o + fineWidth] += 0.5 * (down + here);
      fine[o + fineWidth + 1] += 0.25 * (down + here + (coarse[i + width + 1] + right));
    }
  }
}

/** Adds to fine plane 2k what lies between the coarse planes k - 1 (`below`) and k (`above`), interpolated (`interp`). */
export function prolongBetween(m: number, below: Float64Array, above: Float64Array, fine: Float64Array): void {
  const width = (m + 2) | 0;
  const fineWidth = (2 * m + 2) | 0;
  for (let y = 0; y <= m; y++) {
    for (let x = 0; x <= m; x++) {
      const i = y * width + x;
      const o = 2 * y * fineWidth + 2 * x;
      const here = above[i] + below[i];
      const right = above[i + 1] + below[i + 1];
      const down = above[i + width] + below[i + width];
      fine[o] += 0.5 * here;
      fine[o + 1] += 0.25 * (here + right);
      fine[o + fineWidth] += 0.25 * (here + down);
      fine[o + fineWidth + 1] += 0.125 * (here + right + down + (above[i + width + 1] + below[i + width + 1]));
    }
  }
}

/** The sum of the squares of a plane's points. */
export function squares(n: number, plane: Float64Array): number {
  let sum = 0;
  for (let y = 1; y <= n; y++) {
    const row = y * (n + 2);
    for (let x = 1; x <= n; x++) sum += plane[row + x] * plane[row + x];
  }
  return sum;
}

/** Charges of one sign. */
const CHARGES = 10;

/** Where the charges are: points in NPB's order, x fastest, then y, then z. */
export interface Charges {
  readonly positive: readonly number[];
  readonly negative: readonly number[];
}

/** NPB's charges: +1 where its random numbers are largest, −1 where they are smallest (`zran3`). */
export function placeCharges({ n }: MgProblem): Charges {
  const plane = new Float64Array(n * n);
  let largest: Candidate[] = [];
  let smallest: Candidate[] = [];
  let state = NPB_CG_SEED;
  for (let z = 0; z < n; z++) {
    state = nextNumbers(state, plane);
    let most = largest.length < CHARGES ? -1 : largest[CHARGES - 1].value;
    let least = smallest.length < CHARGES ? 2 : smallest[CHARGES - 1].value;
    for (let k = 0; k < plane.length; k++) {
      const value = plane[k];
      if (value > most) {
        largest = [...largest, { value, point: z * plane.length + k }]
          .sort((a, b) => b.value - a.value)
          .slice(0, CHARGES);
        if (largest.length === CHARGES) most = largest[CHARGES - 1].value;
      }
      if (value < least) {
        smallest = [...smallest, { value, point: z * plane.length + k }]
          .sort((a, b) => a.value - b.value)
          .slice(0, CHARGES);
        if (smallest.length === CHARGES) least = smallest[CHARGES - 1].value;
      }
    }
  }
  return { positive: largest.map(({ point }) => point), negative: smallest.map(({ point }) => point) };
}

interface Candidate {
  readonly value: number;
  readonly point: number;
}

/** The right-hand side of planes `part`, one after the other. */
export function chargedPlanes(n: number, { positive, negative }: Charges, part: Part): Float64Array {
  const length = planeLength(n);
  const planes = new Float64Array((part.end - part.start) * length);
  const put = (points: readonly number[], charge: number) => {
    for (const point of points) {
      const z = Math.floor(point / n ** 2);
      if (z < part.start || z >= part.end) continue;
      const y = Math.floor(point / n) % n;
      planes[(z - part.start) * length + (y + 1) * (n + 2) + (point % n) + 1] = charge;
    }
  };
  put(negative, -1);
  put(positive, 1);
  for (let k = 0; k < part.end - part.start; k++) wrapEdges(n, planes.subarray(k * length, (k + 1) * length));
  return planes;
}
