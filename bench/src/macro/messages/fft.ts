import { checkFFT, FFT_PROBLEMS, type KernelAnswer, type KernelArgs, problemOf, runDriven } from "@isles/examples";
import { type Crew, callAll, partOf } from "../crew.ts";
import { type Blocks, buffersOfBlocks, exchanged } from "./exchange.ts";

/** SPLASH-2's FFT: the workers keep their rows; in each transposition the driver passes their blocks on, all moved. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("fft", FFT_PROBLEMS, size);
  const { side } = problem;
  await callAll(crew, "begin", (worker) => [size, worker, workers]);
  /** Gives every worker its blocks of what all have made, and takes what it makes of them. */
  const pass = async (made: Blocks[], name: string): Promise<Blocks[]> => {
    const incoming = exchanged(made);
    return callAll<Blocks>(
      crew,
      name,
      (worker) => [incoming[worker]],
      (worker) => buffersOfBlocks(incoming[worker]!),
    );
  };
  let signal: Blocks[] = [];
  return runDriven(workers, "fft", args, {
    async reset() {
      signal = await callAll<Blocks>(crew, "reset", () => []);
    },
    async compute() {
      const columns = await pass(signal, "first");
      const rows = await pass(columns, "second");
      await pass(rows, "last");
    },
    async check() {
      const spectrum = new Float64Array(2 * side * side);
      const parts = await callAll<Float64Array>(crew, "part", () => []);
      for (const [worker, part] of parts.entries()) spectrum.set(part, 2 * side * partOf(side, worker, workers).start);
      return checkFFT(problem, spectrum);
    },
  });
}
