import {
  checkIs,
  IS_ITERATIONS,
  IS_PARTS,
  IS_PROBLEMS,
  type IsResult,
  type KernelAnswer,
  type KernelArgs,
  type Part,
  problemOf,
  runDriven,
} from "@isles/examples";
import { type Crew, callAll, partOf } from "../crew.ts";

/** NPB IS: the workers keep their keys; what travels are their ranks, by way of the driver, to whom the part of the range belongs. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const problem = problemOf("is", IS_PROBLEMS, args.size);
  const workers = Array.from({ length: crew.workers }, (_, worker) => worker);
  const inWholeParts = (length: number, worker: number): Part => {
    const { start, end } = partOf(IS_PARTS, worker, crew.workers);
    return { start: (start * length) / IS_PARTS, end: (end * length) / IS_PARTS };
  };
  const ranges = workers.map((worker) => inWholeParts(problem.maxKey, worker));
  const othersOf = (worker: number) => workers.filter((other) => other !== worker);
  return runDriven(crew.workers, "is", args, {
    reset: async () => {
      await callAll(crew, "reset", (worker) => [problem, inWholeParts(problem.keys, worker), ranges[worker]]);
    },
    compute: async () => {
      for (let iteration = 1; iteration <= IS_ITERATIONS; iteration++) {
        const pieces = await callAll<Int32Array<ArrayBuffer>[]>(crew, "rank", (worker) => [
          iteration,
          othersOf(worker).map((other) => ranges[other]),
        ]);
        // The piece that `worker` has for `other` is in the place of `other` among the others of `worker`.
        const forWorker = (worker: number) =>
          othersOf(worker).map((other) => pieces[other][othersOf(other).indexOf(worker)]);
        await callAll(
          crew,
          "add",
          (worker) => [iteration, forWorker(worker)],
          (worker) => forWorker(worker).map((piece) => piece.buffer),
        );
      }
    },
    check: async () => checkIs(problem, together(await callAll<IsResult>(crew, "result", () => []))),
  });
}

/** The parts one after the other; of the probes each worker knows those in its range, and has 0 for the others. */
function together(parts: readonly IsResult[]): IsResult {
  const join = (pick: (part: IsResult) => Int32Array) => Int32Array.from(parts.flatMap((part) => [...pick(part)]));
  const found = parts[0].found.map((_, i) => Math.max(...parts.map((part) => part.found[i])));
  return { keys: join(({ keys }) => keys), ranks: join(({ ranks }) => ranks), found };
}
