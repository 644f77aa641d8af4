/**
 * The motion of stars that attract each other, by the method of Barnes and Hut, as SPLASH-2 has it (Singh, Weber, Gupta, *SPLASH*,
 * 1992): a tree of all bodies, the force on each body by a walk through the tree, a step of the leapfrog.
 */
import { sameBits } from "../kernel/compare.ts";
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { attract, Octree } from "./octree.ts";
import { BODY_NUMBERS, type Bodies, plummerClusters } from "./plummer.ts";

export interface BarnesProblem {
  readonly bodies: number;
  /** Bodies are given to workers in chunks of so many, of which there is a whole number; a power of two, 8 at least. */
  readonly chunkBodies: number;
  readonly steps: number;
  /** A cell that looks smaller than this, side by distance, counts as one body. */
  readonly theta: number;
  /** Forces grow no more below this distance. */
  readonly softening: number;
  readonly timeStep: number;
}

/** SPLASH-2's defaults but for the number of bodies and steps. */
const RULE = { theta: 1, softening: 0.05, timeStep: 0.025 };

export const BARNES_PROBLEMS: Partial<Record<SizeName, BarnesProblem>> = {
  tiny: { ...RULE, bodies: 512, chunkBodies: 32, steps: 4 },
  S: { ...RULE, bodies: 8192, chunkBodies: 128, steps: 8 },
  W: { ...RULE, bodies: 32_768, chunkBodies: 256, steps: 10 },
  A: { ...RULE, bodies: 65_536, chunkBodies: 512, steps: 40 },
};

/** The start: bodies sorted along the tree, so that any range of them is together in space. */
export function barnesStart({ bodies, theta }: BarnesProblem): Bodies {
  const { positions, velocities } = plummerClusters(bodies);
  const tree = new Octree(bodies, theta);
  tree.build(positions);
  return { positions: inOrder(positions, tree.order), velocities: inOrder(velocities, tree.order) };
}

function inOrder(values: Float64Array, order: Int32Array): Float64Array {
  const sorted = new Float64Array(values.length);
  for (let i = 0; i < order.length; i++) {
    const from = BODY_NUMBERS * order[i];
    sorted.set(values.subarray(from, from + BODY_NUMBERS), BODY_NUMBERS * i);
  }
  return sorted;
}

/** Accelerations of one chunk of bodies, three numbers each, from `at` on; returns its cost. Chunks are counted from 0. */
export function attractChunk(
  tree: Octree,
  { softening, chunkBodies }: BarnesProblem,
  positions: Float64Array,
  chunk: number,
  accelerations: Float64Array,
  at: number,
): number {
  const start = chunk * chunkBodies;
  return attract(tree, softening, positions, start, start + chunkBodies, accelerations, at);
}

/**
 * One step of the leapfrog for `count` bodies, whose numbers begin at index 0 of all arrays. Velocities are those of half
 * a step earlier; the first step (`isFirst`) brings them there.
 */
export function advance(
  { timeStep }: BarnesProblem,
  isFirst: boolean,
  count: number,
  accelerations: Float64Array,
  velocities: Float64Array,
  from: Float64Array,
  to: Float64Array,
): void {
  const kick = isFirst ? timeStep / 2 : timeStep;
  for (let i = 0; i < count; i++) {
    const k = BODY_NUMBERS * i;
    const vx = velocities[k] + kick * accelerations[3 * i];
    const vy = velocities[k + 1] + kick * accelerations[3 * i + 1];
    const vz = velocities[k + 2] + kick * accelerations[3 * i + 2];
    velocities[k] = vx;
    velocities[k + 1] = vy;
    velocities[k + 2] = vz;
    to[k] = from[k] + timeStep * vx;
    to[k + 1] = from[k + 1] + timeStep * vy;
    to[k + 2] = from[k + 2] + timeStep * vz;
    to[k + 3] = from[k + 3];
  }
}

/**
 * SPLASH-2's costzones: cuts the chunks into consecutive zones of about equal cost, one for each worker. Zone k is chunks
 * `zones[k]` to `zones[k + 1]`. Every worker gets the same from the same costs.
 */
export function costZones(costs: Int32Array, workers: number, zones: Int32Array): void {
  let total = 0;
  for (let chunk = 0; chunk < costs.length; chunk++) total += costs[chunk];
  let before = 0;
  let zone = 1;
  zones[0] = 0;
  for (let chunk = 0; chunk < costs.length; chunk++) {
    // A chunk belongs where its middle is.
    const middle = before + costs[chunk] / 2;
    while (zone < workers && middle * workers >= total * zone) zones[zone++] = chunk;
    before += costs[chunk];
  }
  while (zone <= workers) zones[zone++] = costs.length;
}

/** Moves the bodies by one thread, in place. `onStep` hears of each finished step. */
export function barnesSerially(
  problem: BarnesProblem,
  { positions, velocities }: Bodies,
  onStep: (finished: number) => void = () => undefined,
): void {
  const { bodies, chunkBodies, steps, theta } = problem;
  const tree = new Octree(bodies, theta);
  const accelerations = new Float64Array(3 * bodies);
  for (let step = 0; step < steps; step++) {
    tree.build(positions);
    for (let chunk = 0; chunk * chunkBodies < bodies; chunk++)
      attractChunk(tree, problem, positions, chunk, accelerations, 3 * chunkBodies * chunk);
    advance(problem, step === 0, bodies, accelerations, velocities, positions, positions);
    onStep(step + 1);
  }
}

/** The serial result of each problem is kept. */
const expectations = new WeakMap<BarnesProblem, Bodies>();

/** Positions and velocities of all bodies. */
export function checkBarnes(problem: BarnesProblem, { positions, velocities }: Bodies): Verdict {
  let expected = expectations.get(problem);
  if (expected === undefined) {
    expected = barnesStart(problem);
    barnesSerially(problem, expected);
    expectations.set(problem, expected);
  }
  const where = sameBits(positions, expected.positions);
  return where.ok ? sameBits(velocities, expected.velocities) : where;
}
