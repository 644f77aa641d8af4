/**
 * NPB CG on shared memory, one program for any number of sites.
 *
 * What is shared: the matrix, which site 0 generates and of which each site copies its rows, and the products A p, of which
 * each site makes its rows and reads the others'. Everything else (x, z, p, r and their sums) each site does for itself: some
 * 6 n multiplications beside the 70 n / count of its part of the product, for two synchronisations fewer. All sites then
 * have the same bits as one alone.
 *
 * What an inner iteration costs: one barrier, and the others' parts of one vector, on one page each. Two things keep it that low.
 * - There is a slot for each of the 26 products of an outer iteration, and a site takes back all of its own slots at once when
 *   the next outer iteration begins. With a single slot every product would begin with waiting until the others gave up
 *   their copies of the one before; and a second barrier would have to keep writers from overtaking readers.
 * - A site asks for the others' parts before the barrier. Who is still multiplying holds its page and answers when it lets go,
 *   so that the pages travel while the barrier is waited for.
 */
import type { Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import { CG_PROBLEMS, checkCg } from "../kernels/cg.ts";
import {
  CG_CLASSES,
  CG_INNER_ITERATIONS,
  type CgClassName,
  type CgProblem,
  maxNonzeros,
} from "../kernels/cg-classes.ts";
import { makeMatrix, type SparseRows } from "../kernels/cg-matrix.ts";
import { type CgResult, cgVectors, iterate, multiply } from "../kernels/conjugate-gradient.ts";
import { inParts } from "./in-parts.ts";
import { type Block, type BlockLayout, shareBlocks } from "./page-blocks.ts";

/** The kernel: NPB CG of a size, timed and checked. */
export function cg(site: Site, args: KernelArgs = {}): KernelAnswer {
  const run = problemOf("cg", CG_PROBLEMS, args.size);
  const { problem, iterations } = run;
  const layout = shareBlocks(site, problem.n);
  writeMatrix(site, problem);
  const product = productOf(site, problem, layout);
  const vectors = cgVectors(problem.n);
  const steps = stepsOf(site, "cg", args);
  let result: CgResult = { zeta: Number.NaN, rnorm: Number.NaN };
  return runKernel(site, "cg", args, {
    reset: () => vectors.x.fill(1),
    compute: () => {
      result = iterate(problem.shift, iterations, vectors, product, (finished) => steps(finished, iterations));
    },
    check: () => checkCg(run, { zeta: result.zeta, x: vectors.x }),
  });
}

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

/** For the demo: generates the matrix into shared memory, then runs one untimed iteration, as NPB does before it starts the clock. */
export function prepare(site: Site, { className }: CgTask): CgAnswer {
  writeMatrix(site, CG_CLASSES[className]);
  return solve(site, { className, iterations: 1 });
}

/** For the demo: NPB's timed main loop. */
export function solve(site: Site, { className, iterations }: CgTask): CgAnswer {
  const problem = CG_CLASSES[className];
  const product = productOf(site, problem, shareBlocks(site, problem.n));
  const vectors = cgVectors(problem.n);
  const progress = site.memory.int32(CG_PROGRESS, 1);
  // No site's clock runs while another still reads its rows.
  site.barrier();
  const start = performance.now();
  const result = iterate(problem.shift, iterations ?? problem.iterations, vectors, product, (finished) => {
    if (site.id === 0) progress.set(0, finished);
  });
  return { ...result, ms: performance.now() - start };
}

function sharedMatrix(site: Site, problem: CgProblem) {
  const capacity = maxNonzeros(problem);
  const pages = { pageSize: 65_536 };
  return {
    rowstr: site.memory.int32(`cg ${problem.name} rowstr`, problem.n + 1),
    colidx: site.memory.int32(`cg ${problem.name} colidx`, capacity, pages),
    a: site.memory.float64(`cg ${problem.name} a`, capacity, pages),
  };
}

/** Site 0 generates the matrix; when this returns, it is there for every site. */
function writeMatrix(site: Site, problem: CgProblem): void {
  if (site.id === 0) {
    const { rowstr, colidx, a } = makeMatrix(problem);
    const shared = sharedMatrix(site, problem);
    shared.rowstr.copyFrom(rowstr);
    shared.colidx.copyFrom(colidx);
    shared.a.copyFrom(a);
  }
  site.barrier();
}

/** This site's rows, as a copy of its own. */
function ownRows(site: Site, problem: CgProblem, { start, end }: Block): SparseRows {
  const shared = sharedMatrix(site, problem);
  using rowstr = shared.rowstr.read(start, end + 1);
  const [first, last] = [rowstr.view[0], rowstr.view[end - start]];
  using colidx = shared.colidx.read(first, last);
  using a = shared.a.read(first, last);
  return { rowstr: rowstr.view.slice(), colidx: colidx.view.slice(), a: a.view.slice() };
}

/** Products of an outer iteration. */
const SLOTS = CG_INNER_ITERATIONS + 1;

/** The product A v that all sites make together: every site calls it with the same v, and has all of A v. */
function productOf(
  site: Site,
  problem: CgProblem,
  layout: BlockLayout,
): (v: Float64Array, slot: number) => Float64Array {
  const rows = ownRows(site, problem, layout.own);
  const { blocks, own, pageSize } = layout;
  const others = blocks.filter((block) => block !== own);
  const whole = new Float64Array(problem.n);
  // All slots of a site lie together, on pages that have their home there.
  const products = site.memory.float64(`cg ${problem.name} products`, SLOTS * layout.length, {
    pageSize,
    home: "block",
  });
  const stride = layout.length / blocks.length;
  const first = ({ at }: Block, slot: number) => at * SLOTS + slot * stride;
  const last = (block: Block, slot: number) => first(block, slot) + block.end - block.start;
  return (v, slot) => {
    // The others give up their copies of all of this site's slots, in one round trip.
    if (slot === 0) products.write(first(own, 0), last(own, SLOTS - 1)).release();
    {
      using mine = products.write(first(own, slot), last(own, slot));
      multiplyServing(site, rows, v, mine.view);
      whole.set(mine.view, own.start);
      for (const block of others) products.prefetch(first(block, slot), last(block, slot));
    }
    site.barrier();
    for (const block of others) {
      using theirs = products.read(first(block, slot), last(block, slot));
      whole.set(theirs.view, block.start);
    }
    return whole;
  };
}

/** Rows multiplied between two looks at the mail: some 70 entries each. */
const POLL_ROWS = 1024;

function multiplyServing(site: Site, rows: SparseRows, x: Float64Array, y: Float64Array): void {
  inParts(site, y.length, POLL_ROWS, (start, end) => multiply(rows, x, y, start, end));
}
