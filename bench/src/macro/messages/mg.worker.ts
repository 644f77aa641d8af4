/** A worker that keeps its planes of the finer grids, with one plane of each neighbour, and whole coarse grids. */
import {
  chargedPlanes,
  cycleBelow,
  MG_PROBLEMS,
  type MgGrid,
  type MgLevel,
  type MgProblem,
  type MgRows,
  makeLevels,
  type Part,
  placeCharges,
  planeLength,
  problemOf,
  prolongAll,
  residualOf,
  restrictAll,
  rowsFor,
  type SizeName,
  sharedSides,
  smoothAll,
  squares,
} from "@isles/examples";
import { partOf } from "../crew.ts";
import { giveAway } from "../give-away.ts";
import type { Pair } from "./mg.ts";

interface Level {
  readonly own: Part;
  readonly u: MgGrid;
  readonly r: MgGrid;
  readonly v: MgGrid;
}

let problem: MgProblem;
let rows: MgRows;
/** From the finest to the coarsest. */
let levels: Level[];
/** From the coarsest to the finest, and this worker's planes of the finest of them. */
let coarse: MgLevel[];
let coarsePart: Part;

export function begin(size: SizeName, worker: number, workers: number): void {
  problem = problemOf("mg", MG_PROBLEMS, size);
  const { n } = problem;
  const sides = sharedSides(n);
  rows = rowsFor(n);
  const top = sides[sides.length - 1]! / 2;
  coarse = makeLevels(top);
  coarsePart = partOf(top, worker, workers);
  levels = sides.map((side) => {
    const own = partOf(side, worker, workers);
    const [u, r] = [someOf(side, own), someOf(side, own)];
    return { own, u, r, v: side === n ? charges(own) : r };
  });
}

export function reset(): void {
  const { u, own } = levels[0]!;
  for (let z = own.start - 1; z <= own.end; z++) planeAt(u, z).fill(0);
}

export function residual(around: Pair | [], level: number): Pair {
  const { u, v, r, own } = levels[level]!;
  put(around, u, own);
  residualOf(u, v, r, rows, own.start, own.end);
  return edges(r, own);
}

export function smooth(around: Pair | [], level: number): Pair {
  const { u, r, own } = levels[level]!;
  put(around, r, own);
  smoothAll(r, u, rows, own.start, own.end);
  return edges(u, own);
}

/** To that level, from the next finer. */
export function restrict(around: Pair | [], level: number): Pair {
  const fine = levels[level - 1]!;
  const { r, own } = levels[level]!;
  put(around, fine.r, fine.own);
  restrictAll(fine.r, r, rows, own.start, own.end);
  return edges(r, own);
}

/** From that level to the finest of the coarse levels; returns this worker's planes of it. */
export function restrictLast(around: Pair | [], level: number): Float64Array {
  const fine = levels[level]!;
  const { r } = coarse[coarse.length - 1]!;
  const length = planeLength(r.n);
  put(around, fine.r, fine.own);
  restrictAll(fine.r, r, rows, coarsePart.start, coarsePart.end);
  return r.values.slice(coarsePart.start * length, coarsePart.end * length);
}

/** All the work of the coarse levels, from the whole residual there. */
export function cycleCoarse(whole: Float64Array): void {
  coarse[coarse.length - 1]!.r.values.set(whole);
  cycleBelow(coarse, rows);
}

/** To that level, from the next coarser. */
export function prolong(around: Pair | [], level: number): Pair {
  const { u, own } = levels[level]!;
  const from = levels[level + 1];
  if (from !== undefined) put(around, from.u, from.own);
  if (level > 0) for (let z = own.start; z < own.end; z++) planeAt(u, z).fill(0);
  prolongAll(from?.u ?? coarse[coarse.length - 1]!.u, u, own.start, own.end);
  return edges(u, own);
}

export function sumOfSquares(): number {
  const { r, own } = levels[0]!;
  let sum = 0;
  for (let z = own.start; z < own.end; z++) sum += squares(r.n, planeAt(r, z));
  return sum;
}

/** This worker's planes of the finest level. */
export function part(grid: "u" | "r"): Float64Array {
  const { own, [grid]: planes } = levels[0]!;
  const length = planeLength(planes.n);
  const all = new Float64Array((own.end - own.start) * length);
  for (let z = own.start; z < own.end; z++) all.set(planeAt(planes, z), (z - own.start) * length);
  return all;
}

/** The planes of a part and one on either side, at their places; a single worker's neighbours are its own. */
function someOf(n: number, own: Part): MgGrid {
  const planes: Float64Array[] = new Array(n).fill(NOWHERE);
  for (let z = own.start - 1; z <= own.end; z++) {
    const at = (z + n) % n;
    if (planes[at] === NOWHERE) planes[at] = new Float64Array(planeLength(n));
  }
  return { n, planes };
}

const NOWHERE = new Float64Array();

function charges(own: Part): MgGrid {
  const { n } = problem;
  const length = planeLength(n);
  const values = chargedPlanes(n, placeCharges(problem), own);
  const planes: Float64Array[] = new Array(n).fill(NOWHERE);
  for (let z = own.start; z < own.end; z++)
    planes[z] = values.subarray((z - own.start) * length, (z - own.start + 1) * length);
  return { n, planes };
}

function planeAt({ n, planes }: MgGrid, z: number): Float64Array {
  return planes[(z + n) % n]!;
}

/** The neighbours' planes, where there are any; before the first operation all grids are zero. */
function put([below, above]: Pair | [], grid: MgGrid, own: Part): void {
  if (below !== undefined) planeAt(grid, own.start - 1).set(below);
  if (above !== undefined) planeAt(grid, own.end).set(above);
}

function edges(grid: MgGrid, own: Part): Pair {
  const pair: Pair = [planeAt(grid, own.start).slice(), planeAt(grid, own.end - 1).slice()];
  return giveAway(
    pair,
    pair.map((plane) => plane.buffer),
  );
}
