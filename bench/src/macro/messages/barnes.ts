/** The driver sends all positions to every worker, gets the accelerations of its zone, and moves the bodies itself. */
import {
  advance,
  BARNES_PROBLEMS,
  barnesStart,
  checkBarnes,
  costZones,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runDriven,
} from "@isles/examples";
import { type Crew, callAll } from "../crew.ts";
import type { ZoneResult } from "./barnes.worker.ts";

export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("barnes", BARNES_PROBLEMS, size);
  const { bodies, chunkBodies, steps } = problem;
  const begin = barnesStart(problem);
  const positions = begin.positions.slice();
  const velocities = begin.velocities.slice();
  const accelerations = new Float64Array(3 * bodies);
  const costs = new Int32Array(bodies / chunkBodies);
  const zones = new Int32Array(workers + 1);
  await callAll(crew, "start", () => [size]);
  return runDriven(workers, "barnes", args, {
    async reset() {
      positions.set(begin.positions);
      velocities.set(begin.velocities);
      costs.fill(1);
    },
    async compute() {
      for (let step = 0; step < steps; step++) {
        costZones(costs, workers, zones);
        const results = await callAll<ZoneResult>(crew, "accelerate", (worker) => [
          positions,
          zones[worker],
          zones[worker + 1],
        ]);
        for (const [worker, result] of results.entries()) {
          accelerations.set(result.accelerations, 3 * chunkBodies * zones[worker]!);
          costs.set(result.costs, zones[worker]);
        }
        advance(problem, step === 0, bodies, accelerations, velocities, positions, positions);
      }
    },
    check: async () => checkBarnes(problem, { positions, velocities }),
  });
}
