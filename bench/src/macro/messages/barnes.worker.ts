/** A worker that keeps nothing but room for its tree: positions come, accelerations of one zone go. */
import { attractChunk, BARNES_PROBLEMS, type BarnesProblem, Octree, problemOf, type SizeName } from "@isles/examples";
import { giveAway } from "../give-away.ts";

export interface ZoneResult {
  readonly accelerations: Float64Array<ArrayBuffer>;
  readonly costs: Int32Array<ArrayBuffer>;
}

let problem: BarnesProblem;
let tree: Octree;

export function start(size: SizeName): void {
  problem = problemOf("barnes", BARNES_PROBLEMS, size);
  tree = new Octree(problem.bodies, problem.theta);
}

/** Accelerations and costs of chunks `first` to `last`. */
export function accelerate(positions: Float64Array, first: number, last: number): ZoneResult {
  const { chunkBodies } = problem;
  const accelerations = new Float64Array(3 * chunkBodies * (last - first));
  const costs = new Int32Array(last - first);
  tree.build(positions);
  for (let k = 0; k < costs.length; k++)
    costs[k] = attractChunk(tree, problem, positions, first + k, accelerations, 3 * chunkBodies * k);
  return giveAway({ accelerations, costs }, [accelerations.buffer, costs.buffer]);
}
