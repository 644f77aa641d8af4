import {
  CHUNK_ROWS,
  checkMandelbrot,
  escapeTimes,
  type KernelAnswer,
  type KernelArgs,
  MANDELBROT_PROBLEMS,
  problemOf,
  runKernel,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** The picture, two bytes a pixel, and the counter. */
export function heapBytes(args: KernelArgs): number {
  const { n } = problemOf("mandelbrot", MANDELBROT_PROBLEMS, args.size);
  return n * n * Uint16Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT;
}

/** The Mandelbrot set by threads that take chunks of rows from a counter. */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("mandelbrot", MANDELBROT_PROBLEMS, args.size);
  const { n } = problem;
  const bytes = team.uint8(n * n * Uint16Array.BYTES_PER_ELEMENT);
  const pixels = new Uint16Array(bytes.buffer, bytes.byteOffset, n * n);
  const counter = team.int32(1);
  const chunks = Math.ceil(n / CHUNK_ROWS);
  return runKernel(team, "mandelbrot", args, {
    reset: () => {
      const rows = team.share(n);
      pixels.fill(0, rows.start * n, rows.end * n);
      if (team.id === 0) Atomics.store(counter, 0, 0);
    },
    compute: () => {
      for (let chunk = Atomics.add(counter, 0, 1); chunk < chunks; chunk = Atomics.add(counter, 0, 1)) {
        const first = chunk * CHUNK_ROWS * n;
        escapeTimes(problem, pixels, 0, first, Math.min(first + CHUNK_ROWS * n, n * n));
      }
    },
    check: () => checkMandelbrot(problem, pixels),
  });
}
