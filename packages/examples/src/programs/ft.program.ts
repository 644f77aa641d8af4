/**
 * NPB FT on shared memory; the method is in ../kernels/ft.ts.
 *
 * Each site owns some planes of space (constant z) and some of the spectrum (constant y), both in private memory. What the sites
 * share are the exchanges in which planes of one kind become planes of the other: every site needs of every other the rows where
 * their planes cross. One exchange of two barriers for the start and for each step, in which a site fetches (count-1) / count
 * of its planes; see all-to-all.ts. The checksums are added up at the end.
 */
import type { Site } from "isles";
import type { KernelAnswer, KernelArgs, Part } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  addChecksum,
  checkFT,
  copyRow,
  decay,
  evolve,
  FT_PROBLEMS,
  type FtProblem,
  type FtTransforms,
  keep,
  prepareFt,
  scaled,
  startPlane,
  transformOfSpace,
  transformOfSpectrum,
  transformToSpace,
} from "../kernels/ft.ts";
import { AllToAll, partsOf, type Turn } from "./all-to-all.ts";

/** Elements from one site's checksums to the next site's: a page. */
const SUMS_STRIDE = 512;

/** What a site works with. */
interface Work {
  readonly site: Site;
  readonly problem: FtProblem;
  readonly forward: FtTransforms;
  readonly back: FtTransforms;
  /** The planes of all sites, and of this one. */
  readonly parts: { readonly y: readonly Part[]; readonly z: readonly Part[] };
  readonly y: Part;
  readonly z: Part;
  /** Elements of a row. */
  readonly width: number;
  /** This site's planes of the spectrum, [y][z][x]. */
  readonly spectrum: Float64Array;
  readonly exchange: AllToAll;
}

export function ft(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("ft", FT_PROBLEMS, args.size);
  const work = prepare(site, problem);
  const { steps } = problem;
  const sums = site.memory.float64("ft sums", SUMS_STRIDE * site.count);
  const stepDone = stepsOf(site, "ft", args);
  return runKernel(site, "ft", args, {
    reset() {
      work.spectrum.fill(0);
      sums.fill(0, SUMS_STRIDE * site.id, SUMS_STRIDE * (site.id + 1));
    },
    compute: () => sums.copyFrom(checksums(work, stepDone), SUMS_STRIDE * site.id),
    check() {
      using all = sums.read();
      const total = new Float64Array(2 * steps);
      for (let k = 0; k < 2 * steps; k++)
        for (let of = 0; of < site.count; of++) total[k] += all.view[SUMS_STRIDE * of + k];
      return checkFT(problem, scaled(problem, total));
    },
  });
}

function prepare(site: Site, problem: FtProblem): Work {
  const { nx, ny, nz } = problem;
  const parts = { y: partsOf(site, ny), z: partsOf(site, nz) };
  const [y, z] = [parts.y[site.id], parts.z[site.id]];
  const width = 2 * nx;
  const largest = Math.ceil(ny / site.count) * Math.ceil(nz / site.count) * width;
  const forward = prepareFt(problem, 1);
  return {
    site,
    problem,
    forward,
    back: prepareFt(problem, -1, forward.work),
    parts,
    y,
    z,
    width,
    spectrum: new Float64Array((y.end - y.start) * nz * width),
    exchange: new AllToAll(site, "ft", largest),
  };
}

/** All steps; this site's part of the checksum of each. */
function checksums(work: Work, stepDone: (done: number, total: number) => void): Float64Array {
  const { problem, exchange } = work;
  const { steps } = problem;
  const factors = decay(problem, work.y);
  const own = new Float64Array(2 * steps);
  start(work);
  {
    using turn = exchange.next();
    toSpectrum(work, turn);
    evolveAll(work, factors, turn);
  }
  for (let step = 0; step < steps; step++) {
    const isLast = step === steps - 1;
    using turn = exchange.next({ isLast });
    toSpace(work, turn, own, 2 * step);
    if (!isLast) evolveAll(work, factors, turn);
    stepDone(step + 1, steps);
  }
  return own;
}

/** This site's planes of space from random numbers, on their way to the spectrum. */
function start({ problem, forward, parts, z, width, exchange }: Work): void {
  const plane = new Float64Array(problem.ny * width);
  using turn = exchange.first();
  for (let k = z.start; k < z.end; k++) {
    startPlane(problem, k, plane);
    putPlane(transformOfSpace(forward, plane), k - z.start, parts.y, width, turn);
  }
}

/** This site's planes of the spectrum, put together from everybody's planes of space. */
function toSpectrum({ problem, forward, parts, y, width, spectrum }: Work, turn: Turn): void {
  const length = problem.nz * width;
  for (let j = 0; j < y.end - y.start; j++) {
    const plane = spectrum.subarray(j * length, (j + 1) * length);
    takePlane(turn, j, y.end - y.start, parts.z, width, plane);
    keep(transformOfSpectrum(forward, plane), plane);
  }
}

/** A step of this site's planes of the spectrum, and the first transform of their way back. */
function evolveAll({ problem, back, parts, y, width, spectrum }: Work, factors: Float64Array, turn: Turn): void {
  const plane = new Float64Array(problem.nz * width);
  for (let j = 0; j < y.end - y.start; j++) {
    evolve(spectrum, j * plane.length, factors, plane);
    putPlane(transformOfSpectrum(back, plane), j, parts.z, width, turn);
  }
}

/** This site's planes of space, for the checksum: nothing else is made of them. */
function toSpace({ problem, back, parts, z, width }: Work, turn: Turn, sums: Float64Array, at: number): void {
  const plane = new Float64Array(problem.ny * width);
  for (let k = z.start; k < z.end; k++) {
    takePlane(turn, k - z.start, z.end - z.start, parts.y, width, plane);
    addChecksum(problem, k, transformToSpace(back, plane), sums, at);
  }
}

/** Plane `index` of this site in pieces: the rows that site j needs go to the block for j. */
function putPlane(plane: Float64Array, index: number, rows: readonly Part[], width: number, { outgoing }: Turn): void {
  for (let j = 0; j < rows.length; j++) {
    const piece = plane.subarray(rows[j].start * width, rows[j].end * width);
    outgoing[j].set(piece, index * piece.length);
  }
}

/** A plane put together: row `index` of so many in each plane that others have written; their planes become its rows. */
function takePlane(
  { incoming }: Turn,
  index: number,
  count: number,
  planes: readonly Part[],
  width: number,
  plane: Float64Array,
): void {
  for (let j = 0; j < planes.length; j++) {
    const { start, end } = planes[j];
    for (let k = start; k < end; k++)
      copyRow(incoming[j], ((k - start) * count + index) * width, plane, k * width, width);
  }
}
