/** A worker that keeps its planes of the spectrum, and makes planes of space of what comes from the others. */
import {
  addChecksum,
  copyRow,
  decay,
  evolve,
  FT_PROBLEMS,
  type FtProblem,
  type FtTransforms,
  keep,
  type Part,
  prepareFt,
  problemOf,
  type SizeName,
  startPlane,
  transformOfSpace,
  transformOfSpectrum,
  transformToSpace,
} from "@isles/examples";
import { partOf } from "../crew.ts";
import { giveAway } from "../give-away.ts";
import { type Blocks, buffersOfBlocks } from "./exchange.ts";

let problem: FtProblem;
let yParts: readonly Part[];
let zParts: readonly Part[];
let y: Part;
let z: Part;
let width: number;
let forward: FtTransforms;
let back: FtTransforms;
let spectrum: Float64Array;
let factors: Float64Array;
let stepsLeft: number;

export function begin(size: SizeName, worker: number, workers: number): void {
  problem = problemOf("ft", FT_PROBLEMS, size);
  const { nx, ny, nz } = problem;
  const partsOf = (length: number) => Array.from({ length: workers }, (_, k) => partOf(length, k, workers));
  yParts = partsOf(ny);
  zParts = partsOf(nz);
  y = yParts[worker]!;
  z = zParts[worker]!;
  width = 2 * nx;
  forward = prepareFt(problem, 1);
  back = prepareFt(problem, -1, forward.work);
  spectrum = new Float64Array((y.end - y.start) * nz * width);
}

/** The planes of space at the start, as the spectrum's planes want them. */
export function start(): Blocks {
  stepsLeft = problem.steps;
  factors = decay(problem, y);
  const plane = new Float64Array(problem.ny * width);
  return blocksOf(z, yParts, (k) => {
    startPlane(problem, k, plane);
    return transformOfSpace(forward, plane);
  });
}

export function toSpectrum(incoming: Blocks): Blocks {
  const { nz } = problem;
  for (let j = 0; j < y.end - y.start; j++) {
    const plane = spectrum.subarray(j * nz * width, (j + 1) * nz * width);
    takePlane(incoming, j, y.end - y.start, zParts, plane);
    keep(transformOfSpectrum(forward, plane), plane);
  }
  return evolved();
}

/** This worker's part of a checksum, and what the next step needs, if there is one. */
export function toSpace(incoming: Blocks): { sum: Float64Array; next: Blocks } {
  const plane = new Float64Array(problem.ny * width);
  const sum = new Float64Array(2);
  for (let k = z.start; k < z.end; k++) {
    takePlane(incoming, k - z.start, z.end - z.start, yParts, plane);
    addChecksum(problem, k, transformToSpace(back, plane), sum, 0);
  }
  stepsLeft--;
  const next = stepsLeft > 0 ? evolved() : [];
  return giveAway({ sum, next }, buffersOfBlocks(next));
}

function evolved(): Blocks {
  const plane = new Float64Array(problem.nz * width);
  return blocksOf(y, zParts, (j) => {
    evolve(spectrum, (j - y.start) * plane.length, factors, plane);
    return transformOfSpectrum(back, plane);
  });
}

/** Planes in pieces, one for each worker: the rows it owns planes of. */
function blocksOf(planes: Part, rows: readonly Part[], planeAt: (index: number) => Float64Array): Blocks {
  const blocks = rows.map((part) => new Float64Array((planes.end - planes.start) * (part.end - part.start) * width));
  for (let k = planes.start; k < planes.end; k++) {
    const plane = planeAt(k);
    for (const [worker, part] of rows.entries()) {
      const piece = plane.subarray(part.start * width, part.end * width);
      blocks[worker]!.set(piece, (k - planes.start) * piece.length);
    }
  }
  return giveAway(blocks, buffersOfBlocks(blocks));
}

/** A plane put together: row `index` of so many in each plane of the others; their planes become its rows. */
function takePlane(blocks: Blocks, index: number, count: number, planes: readonly Part[], plane: Float64Array): void {
  for (const [worker, part] of planes.entries()) {
    for (let k = part.start; k < part.end; k++)
      copyRow(blocks[worker]!, ((k - part.start) * count + index) * width, plane, k * width, width);
  }
}
