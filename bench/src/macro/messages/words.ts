import {
  bytesAround,
  checkWords,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runDriven,
  type TablePart,
  WORDS_PROBLEMS,
  wordsText,
} from "@isles/examples";
import { type Crew, callAll, partOf } from "../crew.ts";
import { buffersOfBlocks, exchanged } from "./exchange.ts";

/** Counting words: the workers keep their parts of the text; their counts go, by way of the driver, to the workers that own the words. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const problem = problemOf("words", WORDS_PROBLEMS, args.size);
  const { bytes, distinct } = problem;
  const text = wordsText(problem);
  await callAll(crew, "begin", (worker) => {
    const part = partOf(bytes, worker, workers);
    const around = bytesAround(bytes, part);
    const own = { start: part.start - around.start, end: part.end - around.start };
    return [text.slice(around.start, around.end), own, distinct, worker, workers];
  });
  return runDriven(workers, "words", args, {
    async reset() {
      await callAll(crew, "reset", () => []);
    },
    async compute() {
      const incoming = exchanged(await callAll<Int32Array<ArrayBuffer>[]>(crew, "count", () => []));
      await callAll(
        crew,
        "add",
        (worker) => [incoming[worker]],
        (worker) => buffersOfBlocks(incoming[worker]!),
      );
    },
    check: async () => checkWords(problem, await callAll<TablePart>(crew, "result", () => [])),
  });
}
