import {
  CHUNK_ROWS,
  checkMandelbrot,
  type KernelAnswer,
  type KernelArgs,
  MANDELBROT_PROBLEMS,
  problemOf,
  runDriven,
} from "@isles/examples";
import { type Crew, callAll } from "../crew.ts";

/** Chunks that a worker has at a time: while it computes one, the next is on its way. */
const AHEAD = 2;

/** The Mandelbrot set: the driver hands out chunks of rows, and puts their pixels together. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("mandelbrot", MANDELBROT_PROBLEMS, size);
  const { n } = problem;
  const pixels = new Uint16Array(n * n);
  let next = 0;
  const keepBusy = async (worker: number) => {
    while (next < pixels.length) {
      const first = next;
      const end = Math.min(first + CHUNK_ROWS * n, pixels.length);
      next = end;
      pixels.set(await crew.call<Uint16Array>(worker, "steps", [first, end]), first);
    }
  };
  await callAll(crew, "begin", () => [size]);
  return runDriven(workers, "mandelbrot", args, {
    async reset() {
      pixels.fill(0);
      next = 0;
    },
    async compute() {
      await Promise.all(Array.from({ length: AHEAD * workers }, (_, chunk) => keepBusy(chunk % workers)));
    },
    check: async () => checkMandelbrot(problem, pixels),
  });
}
