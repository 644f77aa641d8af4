/** The driver adds up the counts, says which worker needs which range of whose block, and passes the cuts on. */
import {
  checkRadix,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  RADIX,
  RADIX_PROBLEMS,
  RadixPieces,
  radixPart,
  radixShifts,
  runDriven,
} from "@isles/examples";
import { type Crew, callAll } from "../crew.ts";

export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("radix", RADIX_PROBLEMS, size);
  const counts = new Int32Array(workers * RADIX);
  const pieces = Array.from({ length: workers }, () => new RadixPieces(workers));
  await callAll(crew, "start", (worker) => [size, worker, workers]);
  return runDriven(workers, "radix", args, {
    async reset() {
      await callAll(crew, "reset", () => []);
    },
    async compute() {
      for (const shift of radixShifts(problem)) {
        const all = await callAll<Int32Array>(crew, "sort", () => [shift]);
        for (const [worker, row] of all.entries()) counts.set(row, worker * RADIX);
        for (const [worker, piece] of pieces.entries()) piece.cut(counts, radixPart(problem, worker, workers));
        const given = await callAll<Uint32Array<ArrayBuffer>[]>(crew, "give", (owner) => [
          pieces.map(({ first, last }) => ({ from: first[owner], until: last[owner] })),
        ]);
        const cutsFor = (worker: number) => given.map((cuts) => cuts[worker]!);
        await callAll(
          crew,
          "take",
          (worker) => [cutsFor(worker), ...placesOf(pieces[worker]!)],
          (worker) => cutsFor(worker).map(({ buffer }) => buffer),
        );
      }
    },
    async check() {
      const sorted = new Uint32Array(problem.keys);
      const blocks = await callAll<Uint32Array>(crew, "result", () => []);
      for (const [worker, block] of blocks.entries()) sorted.set(block, radixPart(problem, worker, workers).start);
      return checkRadix(problem, sorted);
    },
  });
}

/** Owners of the pieces and where they lie in what the owner gave. */
function placesOf({ length, owner, from, until, first }: RadixPieces): [Int32Array, Int32Array, Int32Array] {
  const inCut = (position: number, k: number) => position - first[owner[k]!]!;
  return [owner.slice(0, length), from.slice(0, length).map(inCut), until.slice(0, length).map(inCut)];
}
