import {
  checkHashmap,
  HASHMAP_PROBLEMS,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runDriven,
  stripeLength,
} from "@isles/examples";
import { type Crew, callAll, partOf } from "../crew.ts";
import { buffersOfBlocks, exchanged } from "./exchange.ts";

/**
 * A hash map under load: each worker owns some of its stripes, and has some of the clients. It sorts a batch of their operations by
 * stripe; the driver passes those on other workers' stripes on to them.
 */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("hashmap", HASHMAP_PROBLEMS, size);
  const operations = await callAll<number>(crew, "begin", (worker) => [size, worker, workers]);
  const batches = Math.ceil(Math.max(...operations) / problem.batch);
  let hits = 0;
  return runDriven(workers, "hashmap", args, {
    async reset() {
      hits = 0;
      await callAll(crew, "reset", () => []);
    },
    async compute() {
      let incoming: Int32Array<ArrayBuffer>[][] = operations.map(() => []);
      // In each turn a worker carries out what came from the last batch, and sorts the next one.
      for (let turn = 0; turn <= batches; turn++) {
        const cuts = await callAll<Int32Array<ArrayBuffer>[]>(
          crew,
          "turn",
          (worker) => [incoming[worker]],
          (worker) => buffersOfBlocks(incoming[worker]!),
        );
        incoming = exchanged(cuts);
      }
      for (const found of await callAll<number>(crew, "hits", () => [])) hits += found;
    },
    async check() {
      const map = new Int32Array(problem.stripes * stripeLength(problem));
      const parts = await callAll<Int32Array>(crew, "part", () => []);
      for (const [worker, part] of parts.entries())
        map.set(part, partOf(problem.stripes, worker, workers).start * stripeLength(problem));
      return checkHashmap(problem, map, hits);
    },
  });
}
