import { checkLife, type KernelAnswer, type KernelArgs, LIFE_PROBLEMS, problemOf, runDriven } from "@isles/examples";
import { type Crew, callAll, partOf } from "../crew.ts";
import type { Edges } from "./life.worker.ts";

/** The game of life: the workers keep their bands of rows; in each generation the driver passes their edges on to the neighbours. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("life", LIFE_PROBLEMS, size);
  const { n, generations } = problem;
  const parts = Array.from({ length: workers }, (_, worker) => partOf(n, worker, workers));
  let edges: Edges[] = [];
  await callAll(crew, "begin", (worker) => [size, parts[worker].start, parts[worker].end]);
  return runDriven(workers, "life", args, {
    async reset() {
      edges = await callAll<Edges>(crew, "reset", () => []);
    },
    async compute() {
      for (let generation = 0; generation < generations; generation++) {
        const around = edges.map((_, worker) => aroundOf(edges, worker));
        edges = await callAll<Edges>(
          crew,
          "next",
          (worker) => [around[worker]],
          (worker) => [around[worker].top.buffer, around[worker].bottom.buffer],
        );
      }
    },
    async check() {
      const cells = new Uint8Array(n * n);
      const bands = await callAll<Uint8Array>(crew, "band", () => []);
      for (const [worker, band] of bands.entries()) cells.set(band, parts[worker].start * n);
      return checkLife(problem, cells);
    },
  });
}

/** The rows above and below a worker's band; the world is round. */
function aroundOf(edges: readonly Edges[], worker: number): Edges {
  const { length } = edges;
  return { top: edges[(worker + length - 1) % length].bottom, bottom: edges[(worker + 1) % length].top };
}
