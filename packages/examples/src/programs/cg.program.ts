/**
 * NPB CG on shared memory, one program for any number of sites.
 *
 * Everything NPB's threads share is shared here: the matrix (`a`, `colidx`, `rowstr`, written by site 0), and the
 * vectors x, z, q and r. Each site owns one block of rows. The direction p alone is kept by every site for itself: p
 * = r + β p costs it n multiplications, against about 70 n / count of the matrix product, and saves a third
 * synchronisation in each inner iteration.
 *
 * Synchronisations of an inner iteration: the two reductions that CG needs anyway, and no barrier.
 * - `p·q` also tells that every site has read r, so that the blocks of r may be overwritten.
 * - `r·r` also tells that every site has written its block of r (and of z), so that all of it may be read.
 * Of an outer iteration: the same `r·r` at its start, and one reduction of three numbers at its end; it also tells
 * that every site has read z.
 */
import type { SharedArray, Site } from "isles";
import {
  CG_CLASSES,
  CG_INNER_ITERATIONS,
  type CgClassName,
  type CgProblem,
  maxNonzeros,
} from "../kernels/cg-classes.ts";
import { makeMatrix, type SparseRows } from "../kernels/cg-matrix.ts";
import { type CgResult, descend, dot, multiply, scale, squaredDistance, turn } from "../kernels/conjugate-gradient.ts";
import { inParts } from "./in-parts.ts";
import { type Block, type BlockLayout, shareBlocks } from "./page-blocks.ts";

/** What to solve. */
export interface CgTask {
  readonly className: CgClassName;
  /** Outer iterations; NPB's number if not given. */
  readonly iterations?: number;
}

/** What a site found, and how long its main loop took. */
export interface CgAnswer extends CgResult {
  readonly ms: number;
}

/** Where site 0 tells how many outer iterations are done. */
export const CG_PROGRESS = "cg progress";

/**
 * Generates the matrix into shared memory, then runs one untimed iteration, as NPB does before it starts the clock.
 */
export function prepare(site: Site, { className }: CgTask): CgAnswer {
  const problem = CG_CLASSES[className];
  if (site.id === 0) {
    const { rowstr, colidx, a } = makeMatrix(problem);
    const shared = sharedMatrix(site, problem);
    shared.rowstr.copyFrom(rowstr);
    shared.colidx.copyFrom(colidx);
    shared.a.copyFrom(a);
  }
  // The matrix is complete before any site reads it.
  site.barrier();
  return solve(site, { className, iterations: 1 });
}

/** NPB's timed main loop. */
export function solve(site: Site, { className, iterations }: CgTask): CgAnswer {
  const problem = CG_CLASSES[className];
  const layout = shareBlocks(site, problem.n);
  const progress = site.memory.int32(CG_PROGRESS, 1);
  // No site's clock runs while another still loads the program.
  site.barrier();
  const start = performance.now();
  const result = iterate(site, problem, layout, iterations ?? problem.iterations, (finished) => {
    if (site.id === 0) progress.set(0, finished);
  });
  return { ...result, ms: performance.now() - start };
}

function sharedMatrix(site: Site, problem: CgProblem) {
  const capacity = maxNonzeros(problem);
  return {
    rowstr: site.memory.int32("rowstr", problem.n + 1),
    colidx: site.memory.int32("colidx", capacity),
    a: site.memory.float64("a", capacity),
  };
}

function sharedVector(site: Site, name: string, layout: BlockLayout): SharedArray<Float64Array> {
  return site.memory.float64(name, layout.length, { pageSize: layout.pageSize, home: "block" });
}

function iterate(
  site: Site,
  problem: CgProblem,
  layout: BlockLayout,
  iterations: number,
  onIteration: (finished: number) => void,
) {
  const { own } = layout;
  const shared = sharedMatrix(site, problem);
  // Read spans for the whole run: nobody writes the matrix any more.
  using rowstr = shared.rowstr.read(own.start, own.end + 1);
  const [first, last] = [rowstr.view[0], rowstr.view[own.end - own.start]];
  using colidx = shared.colidx.read(first, last);
  using a = shared.a.read(first, last);
  // Write spans for the whole run: nobody but the owner looks at x and q.
  using x = sharedVector(site, "x", layout).write(own.at, own.until);
  using q = sharedVector(site, "q", layout).write(own.at, own.until);
  const system: System = {
    layout,
    rows: { rowstr: rowstr.view, colidx: colidx.view, a: a.view },
    x: x.view,
    q: q.view,
    z: sharedVector(site, "z", layout),
    r: sharedVector(site, "r", layout),
    p: new Float64Array(problem.n),
  };
  system.x.fill(1);
  let result: CgResult = { zeta: 0, rnorm: 0 };
  for (let iteration = 1; iteration <= iterations; iteration++) {
    descendAll(site, system);
    result = estimate(site, system, problem.shift);
    onIteration(iteration);
  }
  return result;
}

/**
 * What one site works on: its rows of the matrix, its blocks of x and q, all of z and r, and a whole p of its own.
 */
interface System {
  readonly layout: BlockLayout;
  readonly rows: SparseRows;
  readonly x: Float64Array;
  readonly q: Float64Array;
  readonly z: SharedArray<Float64Array>;
  readonly r: SharedArray<Float64Array>;
  readonly p: Float64Array;
}

/** The 25 inner iterations: z ≈ A⁻¹ x. */
function descendAll(site: Site, { layout, rows, x, q, z, r, p }: System): void {
  const { own } = layout;
  const ownP = p.subarray(own.start, own.end);
  using ownZ = z.write(own.at, own.until);
  ownZ.view.fill(0);
  let partial = startResidual(r, own, x);
  let rho = site.reduce("r.r", partial, add);
  let beta = 0;
  for (let inner = 0; inner < CG_INNER_ITERATIONS; inner++) {
    {
      using all = r.read();
      for (const { at, until, start, end } of layout.blocks)
        turn(beta, all.view.subarray(at, until), p.subarray(start, end));
    }
    multiplyServing(site, rows, p, q);
    const alpha = rho / site.reduce("p.q", dot(ownP, q), add);
    {
      using ownR = r.write(own.at, own.until);
      partial = descend(alpha, ownP, q, ownZ.view, ownR.view);
    }
    const before = rho;
    rho = site.reduce("r.r", partial, add);
    beta = rho / before;
  }
}

/** Rows multiplied between two looks at the mail: some 70 entries each. */
const POLL_ROWS = 128;

function multiplyServing(site: Site, rows: SparseRows, x: Float64Array, y: Float64Array): void {
  inParts(site, y.length, POLL_ROWS, (start, end) => multiply(rows, x, y, start, end));
}

/** r = x; returns this block's part of r · r. */
function startResidual(r: SharedArray<Float64Array>, own: Block, x: Float64Array): number {
  using ownR = r.write(own.at, own.until);
  ownR.view.set(x);
  return dot(x, x);
}

/** zeta and ‖x − A z‖ from z, and the next x. */
function estimate(site: Site, { layout, rows, x, q, z, p }: System, shift: number): CgResult {
  const { own } = layout;
  {
    using all = z.read();
    // p is free until the next inner iteration, and holds all of z where the columns of the matrix point to.
    for (const { at, until, start, end } of layout.blocks) p.subarray(start, end).set(all.view.subarray(at, until));
  }
  multiplyServing(site, rows, p, q);
  const ownZ = p.subarray(own.start, own.end);
  const [xz, zz, rr] = site.reduce("x.z z.z r.r", [dot(x, ownZ), dot(ownZ, ownZ), squaredDistance(x, q)], addAll);
  scale(1 / Math.sqrt(zz), ownZ, x);
  // The next p is r + 0 · p: whatever is left in p must be finite, and z is.
  return { zeta: shift + 1 / xz, rnorm: Math.sqrt(rr) };
}

function add(a: number, b: number): number {
  return a + b;
}

function addAll(a: number[], b: number[]): number[] {
  return a.map((value, k) => value + b[k]);
}
