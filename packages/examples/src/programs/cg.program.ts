/**
 * NPB CG on shared memory, one program for any number of sites.
 *
 * What is shared: the matrix, which site 0 generates and of which each site copies its rows; the residual r (and once per outer
 * iteration z), of which each site computes its part and reads the others'; and sums. Each site keeps its parts of x, z, r and q to itself, and
 * all of p: it turns p by the r that it has read, which saves handing p around as well.
 *
 * What an inner iteration costs: two reductions of one number, and the others' parts of r, on one page each. The second reduction is also what
 * says that everybody's r is there. Two things keep it that low.
 * - There is a slot for each of the 27 vectors of an outer iteration, and a site takes back all of its own slots at once when
 *   the next outer iteration begins. With a single slot every vector would begin with waiting until the others gave up their copies of the one
 *   before; and a barrier would have to keep writers from overtaking readers.
 * - A site asks for the others' parts before the reduction. Who is still writing holds its page and answers when it lets go,
 *   so that the pages travel while the sum is waited for.
 */
import type { SharedArray, Site } from "isles";
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
import { type CgResult, descend, dot, multiply, scale, squaredDistance, turn } from "../kernels/conjugate-gradient.ts";
import { type Block, type BlockLayout, shareBlocks } from "./page-blocks.ts";

/** The kernel: NPB CG of a size, timed and checked. */
export function cg(site: Site, args: KernelArgs = {}): KernelAnswer {
  const run = problemOf("cg", CG_PROBLEMS, args.size);
  const { problem, iterations } = run;
  const layout = shareBlocks(site, problem.n);
  writeMatrix(site, problem);
  const system = systemOf(site, problem, layout);
  const steps = stepsOf(site, "cg", args);
  let result: CgResult = { zeta: Number.NaN, rnorm: Number.NaN };
  return runKernel(site, "cg", args, {
    reset: () => {
      system.x.fill(1);
      result = { zeta: Number.NaN, rnorm: Number.NaN };
    },
    compute: () => {
      result = iterate(site, system, problem.shift, iterations, (finished) => steps(finished, iterations));
      handRound(system, system.x, 0);
    },
    check: () => checkCg(run, { zeta: result.zeta, x: gathered(system, 0) }),
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
  const system = systemOf(site, problem, shareBlocks(site, problem.n));
  const progress = site.memory.int32(CG_PROGRESS, 1);
  // No site's clock runs while another still reads its rows.
  site.barrier();
  const start = performance.now();
  const result = iterate(site, system, problem.shift, iterations ?? problem.iterations, (finished) => {
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

/** Vectors of an outer iteration that are handed round: the first r, that of each inner iteration but the last, z. */
const SLOTS = CG_INNER_ITERATIONS + 1;

/** What a site works with: its rows, its parts of the vectors, all of p and z, and where vectors are handed round. */
interface System {
  readonly rows: SparseRows;
  readonly layout: BlockLayout;
  readonly x: Float64Array;
  readonly z: Float64Array;
  readonly r: Float64Array;
  readonly q: Float64Array;
  /** All of p and, where z is multiplied, of z. */
  readonly p: Float64Array;
  /** All slots of a site lie together, on pages that have their home there. */
  readonly slots: SharedArray<Float64Array>;
}

function systemOf(site: Site, problem: CgProblem, layout: BlockLayout): System {
  const { own, pageSize, length } = layout;
  const part = () => new Float64Array(own.end - own.start);
  return {
    rows: ownRows(site, problem, own),
    layout,
    x: part().fill(1),
    z: part(),
    r: part(),
    q: part(),
    p: new Float64Array(problem.n),
    slots: site.memory.float64(`cg ${problem.name} vectors`, SLOTS * length, { pageSize, home: "block" }),
  };
}

/** Where a block's part of a slot is, as elements of `slots`. */
function placeOf({ layout }: System, block: Block, slot: number): { from: number; to: number } {
  const from = block.at * SLOTS + slot * (layout.length / layout.blocks.length);
  return { from, to: from + block.end - block.start };
}

/** The others give up their copies of all of this site's slots, in one round trip. */
function takeBack(system: System): void {
  const { own } = system.layout;
  system.slots.write(placeOf(system, own, 0).from, placeOf(system, own, SLOTS - 1).to).release();
}

/** Puts this site's part of a vector where the others find it, and asks for theirs. */
function handRound(system: System, part: Float64Array, slot: number): void {
  const { slots, layout } = system;
  const { from, to } = placeOf(system, layout.own, slot);
  using mine = slots.write(from, to);
  mine.view.set(part);
  for (const block of layout.blocks) {
    if (block === layout.own) continue;
    const theirs = placeOf(system, block, slot);
    slots.prefetch(theirs.from, theirs.to);
  }
}

/** All of a vector that everybody has handed round. */
function gathered(system: System, slot: number): Float64Array {
  const whole = new Float64Array(system.p.length);
  takeParts(system, slot, (part, { start }) => whole.set(part, start));
  return whole;
}

function takeParts(system: System, slot: number, take: (part: Float64Array, block: Block) => void): void {
  for (const block of system.layout.blocks) {
    const { from, to } = placeOf(system, block, slot);
    using part = system.slots.read(from, to);
    take(part.view, block);
  }
}

const add = (a: number, b: number) => a + b;

/** NPB's main loop, as `iterate` of ../kernels/conjugate-gradient.ts has it for whoever has whole vectors. */
function iterate(
  site: Site,
  system: System,
  shift: number,
  iterations: number,
  onIteration: (finished: number) => void,
): CgResult {
  const { rows, x, z, r, q, p } = system;
  const { start, end } = system.layout.own;
  const ownP = p.subarray(start, end);
  let result: CgResult = { zeta: 0, rnorm: 0 };
  for (let iteration = 1; iteration <= iterations; iteration++) {
    takeBack(system);
    z.fill(0);
    r.set(x);
    handRound(system, r, 0);
    let rho = site.reduce("cg rho", dot(r, r), add);
    takeParts(system, 0, (part, block) => p.set(part, block.start));
    for (let inner = 0; inner < CG_INNER_ITERATIONS; inner++) {
      multiplyServing(site, rows, p, q);
      const alpha = rho / site.reduce("cg pq", dot(ownP, q), add);
      const before = rho;
      const own = descend(alpha, ownP, q, z, r);
      const isLast = inner === CG_INNER_ITERATIONS - 1;
      handRound(system, isLast ? z : r, inner + 1);
      rho = site.reduce("cg rho", own, add); // and everybody's r, or z, is there
      if (!isLast) turnParts(system, inner + 1, rho / before);
    }
    takeParts(system, CG_INNER_ITERATIONS, (part, block) => p.set(part, block.start));
    multiplyServing(site, rows, p, q);
    const sums = site.reduce("cg sums", [dot(x, z), squaredDistance(x, q), dot(z, z)], addAll);
    result = { zeta: shift + 1 / sums[0], rnorm: Math.sqrt(sums[1]) };
    scale(1 / Math.sqrt(sums[2]), z, x);
    onIteration(iteration);
  }
  return result;
}

/** p = r + β p, all of it. */
function turnParts(system: System, slot: number, beta: number): void {
  takeParts(system, slot, (part, { start, end }) => turn(beta, part, system.p.subarray(start, end)));
}

function addAll(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value + b[i]);
}

/** Rows multiplied between two looks at the mail: some 70 entries each. */
const POLL_ROWS = 1024;

function multiplyServing(site: Site, rows: SparseRows, x: Float64Array, y: Float64Array): void {
  for (let start = 0; start < y.length; start += POLL_ROWS) {
    multiply(rows, x, y, start, Math.min(start + POLL_ROWS, y.length));
    site.poll();
  }
}
