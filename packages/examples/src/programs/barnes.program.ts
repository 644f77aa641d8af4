/**
 * Barnes–Hut on shared memory; the arithmetic is in ../kernels/barnes.ts and ../kernels/octree.ts.
 *
 * Every site reads all positions and builds the whole tree for itself, in ordinary arrays: that takes some fifteenth of a
 * step's time, and saves the locks of SPLASH-2's shared tree. Each then moves the bodies of its zone, consecutive bodies that
 * cost as much as anybody else's by what they cost in the last step (SPLASH-2's costzones). Bodies are kept sorted along the tree.
 *
 * A step reads one of two arrays of positions and writes this zone of the other, so one barrier a step is enough. A zone is
 * made of whole chunks and a chunk is a page, so no page has two writers. What travels in a step: the positions that others moved.
 */
import type { Memory, SharedArray, Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  advance,
  attractChunk,
  BARNES_PROBLEMS,
  type BarnesProblem,
  barnesStart,
  checkBarnes,
  costZones,
} from "../kernels/barnes.ts";
import { Octree } from "../kernels/octree.ts";
import { BODY_NUMBERS } from "../kernels/plummer.ts";

export function barnes(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("barnes", BARNES_PROBLEMS, args.size);
  const shared = shareBodies(site, problem);
  const start = barnesStart(problem);
  const tree = new Octree(problem.bodies, problem.theta, () => site.poll());
  const zones = new Int32Array(site.count + 1);
  const step = stepsOf(site, "barnes", args);
  return runKernel(site, "barnes", args, {
    reset() {
      const numbers = problem.chunkBodies * BODY_NUMBERS;
      costZones(new Int32Array(shared.costs[0].length).fill(1), site.count, zones);
      const [first, last] = [zones[site.id], zones[site.id + 1]];
      const own = [first * numbers, last * numbers] as const;
      shared.costs[0].fill(1, first, last);
      shared.positions[0].copyFrom(start.positions.subarray(...own), own[0]);
      shared.velocities.copyFrom(start.velocities.subarray(...own), own[0]);
    },
    compute() {
      for (let k = 0; k < problem.steps; k++) {
        moveZone(site, problem, shared, tree, zones, k);
        site.barrier(); // all positions of the next step are there, and all of this step have been read
        step(k + 1, problem.steps);
      }
    },
    check() {
      using spans = site.memory.acquire({
        positions: shared.positions[problem.steps % 2].reading(),
        velocities: shared.velocities.reading(),
      });
      return checkBarnes(problem, { positions: spans.positions.view, velocities: spans.velocities.view });
    },
  });
}

interface SharedBodies {
  /** Step 0, 2, 4 … reads the first and writes the second. */
  readonly positions: readonly [SharedArray<Float64Array>, SharedArray<Float64Array>];
  /** Only ever used by who moves the body. */
  readonly velocities: SharedArray<Float64Array>;
  /** What each chunk cost in the last step; in turn, as the positions. */
  readonly costs: readonly [SharedArray<Int32Array>, SharedArray<Int32Array>];
}

/** The array that holds the positions after so many steps. */
export function barnesPositions(memory: Memory, problem: BarnesProblem, steps: number): SharedArray<Float64Array> {
  return bodyArray(memory, problem, `barnes positions ${steps % 2}`);
}

/** Four numbers for each body; a page for each chunk. */
function bodyArray(memory: Memory, { bodies, chunkBodies }: BarnesProblem, name: string): SharedArray<Float64Array> {
  const pageSize = chunkBodies * BODY_NUMBERS * Float64Array.BYTES_PER_ELEMENT;
  return memory.float64(name, bodies * BODY_NUMBERS, { pageSize });
}

function shareBodies({ memory }: Site, problem: BarnesProblem): SharedBodies {
  const chunks = problem.bodies / problem.chunkBodies;
  return {
    positions: [barnesPositions(memory, problem, 0), barnesPositions(memory, problem, 1)],
    velocities: bodyArray(memory, problem, "barnes velocities"),
    costs: [memory.int32("barnes costs 0", chunks), memory.int32("barnes costs 1", chunks)],
  };
}

/** One step of this site's zone. */
function moveZone(
  site: Site,
  problem: BarnesProblem,
  { positions, velocities, costs }: SharedBodies,
  tree: Octree,
  zones: Int32Array,
  step: number,
): void {
  const [now, next] = step % 2 === 0 ? [0, 1] : [1, 0];
  {
    using last = costs[now].read();
    costZones(last.view, site.count, zones);
  }
  const [first, last] = [zones[site.id], zones[site.id + 1]];
  // More sites than work: this one still takes part in the barriers.
  if (first === last) return;
  const { chunkBodies } = problem;
  const numbers = chunkBodies * BODY_NUMBERS;
  const [at, until] = [first * numbers, last * numbers];
  const zoneCosts = new Int32Array(last - first);
  {
    // All of it now, while everybody is here to send it: later, each is in its own computation.
    using spans = site.memory.acquire({
      all: positions[now].reading(),
      next: positions[next].writing(at, until),
      velocities: velocities.writing(at, until),
    });
    tree.build(spans.all.view);
    const accelerations = new Float64Array(3 * chunkBodies * zoneCosts.length);
    for (let k = 0; k < zoneCosts.length; k++) {
      zoneCosts[k] = attractChunk(tree, problem, spans.all.view, first + k, accelerations, 3 * chunkBodies * k);
      site.poll();
    }
    const own = spans.all.view.subarray(at, until);
    const count = chunkBodies * zoneCosts.length;
    advance(problem, step === 0, count, accelerations, spans.velocities.view, own, spans.next.view);
  }
  costs[next].copyFrom(zoneCosts, first);
}
