import {
  checkFT,
  FT_PROBLEMS,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runDriven,
  scaled,
} from "@isles/examples";
import { type Crew, callAll } from "../crew.ts";
import { type Blocks, buffersOfBlocks, exchanged } from "./exchange.ts";

/** NPB FT: the workers keep their planes; in each step the driver passes on the rows where they cross, all moved. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("ft", FT_PROBLEMS, size);
  const { steps } = problem;
  await callAll(crew, "begin", (worker) => [size, worker, workers]);
  /** Gives every worker its blocks of what all have made, and takes what it makes of them. */
  const pass = async <T>(made: readonly Blocks[], name: string): Promise<T[]> => {
    const incoming = exchanged(made);
    return callAll<T>(
      crew,
      name,
      (worker) => [incoming[worker]],
      (worker) => buffersOfBlocks(incoming[worker]!),
    );
  };
  const sums = new Float64Array(2 * steps);
  return runDriven(workers, "ft", args, {
    async reset() {
      sums.fill(0);
    },
    async compute() {
      let made = await pass<Blocks>(await callAll<Blocks>(crew, "start", () => []), "toSpectrum");
      for (let step = 0; step < steps; step++) {
        const parts = await pass<{ sum: Float64Array; next: Blocks }>(made, "toSpace");
        for (const { sum } of parts) for (const k of [0, 1]) sums[2 * step + k]! += sum[k]!;
        made = parts.map(({ next }) => next);
      }
    },
    check: async () => checkFT(problem, scaled(problem, sums)),
  });
}
