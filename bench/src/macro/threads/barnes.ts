/** Positions in two shared arrays in turn, a private tree in each thread, zones of equal cost; one barrier a step. */
import {
  advance,
  attractChunk,
  BARNES_PROBLEMS,
  BODY_NUMBERS,
  barnesStart,
  checkBarnes,
  costZones,
  type KernelAnswer,
  type KernelArgs,
  Octree,
  problemOf,
  runKernel,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

export function heapBytes(args: KernelArgs): number {
  const { bodies, chunkBodies } = problemOf("barnes", BARNES_PROBLEMS, args.size);
  return 3 * bodies * BODY_NUMBERS * 8 + (2 * bodies * 4) / chunkBodies;
}

export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("barnes", BARNES_PROBLEMS, args.size);
  const { bodies, chunkBodies, steps, theta } = problem;
  const { id, count } = team;
  const positions = [team.float64(bodies * BODY_NUMBERS), team.float64(bodies * BODY_NUMBERS)] as const;
  const velocities = team.float64(bodies * BODY_NUMBERS);
  const costs = [team.int32(bodies / chunkBodies), team.int32(bodies / chunkBodies)] as const;
  const start = barnesStart(problem);
  const tree = new Octree(bodies, theta);
  const accelerations = new Float64Array(3 * bodies);
  const zones = new Int32Array(count + 1);
  const numbers = chunkBodies * BODY_NUMBERS;
  return runKernel(team, "barnes", args, {
    reset() {
      if (id > 0) return;
      positions[0].set(start.positions);
      velocities.set(start.velocities);
      costs[0].fill(1);
    },
    compute() {
      for (let step = 0; step < steps; step++) {
        const [now, next] = step % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
        costZones(costs[now], count, zones);
        const [first, last] = [zones[id]!, zones[id + 1]!];
        tree.build(positions[now]);
        for (let chunk = first; chunk < last; chunk++) {
          const at = 3 * chunkBodies * (chunk - first);
          costs[next][chunk] = attractChunk(tree, problem, positions[now], chunk, accelerations, at);
        }
        const zone = (all: Float64Array) => all.subarray(first * numbers, last * numbers);
        const moved = (last - first) * chunkBodies;
        advance(
          problem,
          step === 0,
          moved,
          accelerations,
          zone(velocities),
          zone(positions[now]),
          zone(positions[next]),
        );
        team.barrier();
      }
    },
    check: () => checkBarnes(problem, { positions: positions[steps % 2]!, velocities }),
  });
}
