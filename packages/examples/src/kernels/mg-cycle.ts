/** MG's V-cycle by one thread: the serial run, and the coarse grids that every worker of a parallel run does for itself. */
import { sameBits } from "../kernel/compare.ts";
import type { Verdict } from "../kernel/contract.ts";
import {
  chargedPlanes,
  MG_TOLERANCE,
  type MgProblem,
  type MgRows,
  placeCharges,
  planeLength,
  prolongBetween,
  prolongOnto,
  residual,
  restrict,
  rowsFor,
  smooth,
  squares,
} from "./mg.ts";

/** A grid of n³ as its planes; a worker may have only some of them, at their places. */
export interface MgGrid {
  readonly n: number;
  readonly planes: readonly Float64Array[];
}

/** A grid with all its planes, in one array. */
export interface WholeGrid extends MgGrid {
  readonly values: Float64Array;
}

export function makeGrid(n: number, values: Float64Array = new Float64Array(n * planeLength(n))): WholeGrid {
  const length = planeLength(n);
  return { n, values, planes: Array.from({ length: n }, (_, k) => values.subarray(k * length, (k + 1) * length)) };
}

/** The solution and the residual at one level. */
export interface MgLevel {
  readonly u: WholeGrid;
  readonly r: WholeGrid;
}

/** Levels of 2, 4, … n points an edge, in this order. */
export function makeLevels(n: number): MgLevel[] {
  return Array.from({ length: Math.log2(n) }, (_, k) => ({ u: makeGrid(2 ** (k + 1)), r: makeGrid(2 ** (k + 1)) }));
}

/** r = v − A u, for the planes from `start` to `end`. */
export function residualOf(u: MgGrid, v: MgGrid, r: MgGrid, rows: MgRows, start = 0, end = u.n): void {
  const { n, planes } = u;
  for (let z = start; z < end; z++)
    residual(n, planes[(z + n - 1) % n], planes[z], planes[(z + 1) % n], v.planes[z], r.planes[z], rows);
}

/** u = u + C r, for the planes from `start` to `end`. */
export function smoothAll(r: MgGrid, u: MgGrid, rows: MgRows, start = 0, end = u.n): void {
  const { n, planes } = r;
  for (let z = start; z < end; z++)
    smooth(n, planes[(z + n - 1) % n], planes[z], planes[(z + 1) % n], u.planes[z], rows);
}

/** The residual of the next coarser level, for its planes from `start` to `end`. */
export function restrictAll({ n, planes }: MgGrid, coarse: MgGrid, rows: MgRows, start = 0, end = coarse.n): void {
  for (let z = start; z < end; z++)
    restrict(coarse.n, planes[2 * z], planes[2 * z + 1], planes[(2 * z + 2) % n], coarse.planes[z], rows);
}

/** Adds the coarser level's solution, to the finer planes from `start` to `end`. */
export function prolongAll({ n, planes }: MgGrid, fine: MgGrid, start = 0, end = fine.n): void {
  for (let z = start; z < end; z++) {
    const above = (z - (z % 2)) / 2;
    if (z % 2 === 1) prolongOnto(n, planes[above], fine.planes[z]);
    else prolongBetween(n, planes[(above + n - 1) % n], planes[above], fine.planes[z]);
  }
}

/** Grids of fewer points an edge than this are not worth sharing. */
const SMALLEST_SHARED = 32;

/** Points an edge of the levels that workers share, from the finest down; at least the finest. */
export function sharedSides(n: number): number[] {
  const sides = [n];
  while (sides[sides.length - 1] / 2 >= SMALLEST_SHARED) sides.push(sides[sides.length - 1] / 2);
  return sides;
}

/**
 * The part of a V-cycle below a level: from the residual of the last of `levels` to its solution. `levels` begins with the
 * coarsest.
 */
export function cycleBelow(levels: readonly MgLevel[], rows: MgRows): void {
  for (let k = levels.length - 1; k > 0; k--) restrictAll(levels[k].r, levels[k - 1].r, rows);
  levels[0].u.values.fill(0);
  smoothAll(levels[0].r, levels[0].u, rows);
  for (let k = 1; k < levels.length; k++) {
    const { u, r } = levels[k];
    u.values.fill(0);
    prolongAll(levels[k - 1].u, u);
    residualOf(u, r, r, rows);
    smoothAll(r, u, rows);
  }
}

/** What the benchmark ends with. */
export interface MgResult {
  /** L2 norm of the residual, per point. */
  readonly norm: number;
  /** Solution and residual, plane after plane, edges included. */
  readonly u: Float64Array;
  readonly r: Float64Array;
}

/** The whole benchmark by one thread. `onCycle` hears of each finished cycle. */
export function mgSerially(
  problem: MgProblem,
  levels: readonly MgLevel[] = makeLevels(problem.n),
  v: MgGrid = makeGrid(problem.n, chargedPlanes(problem.n, placeCharges(problem), { start: 0, end: problem.n })),
  onCycle: (finished: number) => void = () => {},
): MgResult {
  const { n, cycles } = problem;
  const rows = rowsFor(n);
  const { u, r } = levels[levels.length - 1];
  const coarser = levels.slice(0, -1);
  const next = coarser[coarser.length - 1];
  u.values.fill(0);
  residualOf(u, v, r, rows);
  for (let cycle = 1; cycle <= cycles; cycle++) {
    restrictAll(r, next.r, rows);
    cycleBelow(coarser, rows);
    prolongAll(next.u, u);
    residualOf(u, v, r, rows);
    smoothAll(r, u, rows);
    residualOf(u, v, r, rows);
    onCycle(cycle);
  }
  return { norm: normOf(n, r.planes), u: u.values, r: r.values };
}

/** The L2 norm of a grid of n³, per point (`norm2u3`). */
export function normOf(n: number, planes: readonly Float64Array[]): number {
  let sum = 0;
  for (const plane of planes) sum += squares(n, plane);
  return Math.sqrt(sum / n ** 3);
}

const expected = new Map<MgProblem, MgResult>();

/** The serial run's result; computed once for each problem and kept. */
export function expectedMg(problem: MgProblem): MgResult {
  let result = expected.get(problem);
  if (result === undefined) {
    result = mgSerially(problem);
    expected.set(problem, result);
  }
  return result;
}

/**
 * Compares the norm with NPB's published one (where there is none, with the serial run's), and solution and residual at every
 * point with the serial run's.
 */
export function checkMG(problem: MgProblem, { norm, u, r }: MgResult): Verdict {
  const serial = expectedMg(problem);
  const right = problem.published ?? serial.norm;
  const whose = problem.published === undefined ? "the serial run's norm" : "NPB's published norm";
  const against = `${whose}, relative ${MG_TOLERANCE}; every point of the serial run, bit for bit`;
  const error = Math.abs(norm - right) / right;
  if (!(error <= MG_TOLERANCE)) return { ok: false, against, found: `a norm of ${norm} instead of ${right}` };
  for (const [found, should, what] of [
    [u, serial.u, "solution"],
    [r, serial.r, "residual"],
  ] as const) {
    const verdict = sameBits(found, should);
    if (!verdict.ok) return { ok: false, against, found: `${what}: ${verdict.found}` };
  }
  return { ok: true, against, found: `norm ${norm.toExponential(12)}, off by ${error.toExponential(1)}` };
}
