/**
 * The Mandelbrot set on shared memory, one program for any number of sites; the arithmetic is in ../kernels/mandelbrot.ts.
 *
 * Nobody knows beforehand what a row costs, so sites schedule themselves: each takes the next few rows by adding one to a shared
 * counter, until there are no more. It computes them in private memory, and puts all of them into the shared picture at the end,
 * in one go: the pages then come one after the other without a wait for each. A chunk fills whole pages, so a page has one writer.
 *
 * Synchronisation: one fetch-and-add for every chunk, and no barrier but the frame's. Whoever is asked for the counter's page is
 * in the middle of computing: it looks at the mail every few pixels.
 */
import type { Memory, SharedArray, Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  CHUNK_ROWS,
  checkMandelbrot,
  escapeTimes,
  MANDELBROT_PROBLEMS,
  type MandelbrotProblem,
} from "../kernels/mandelbrot.ts";

/** Pixels between two looks at the mail: some microseconds each where they cost most. */
const POLL_PIXELS = 16;
const SMALLEST_PAGE_BYTES = 256;
const LARGEST_PAGE_BYTES = 65_536;

/** The picture, row by row, a number of steps for every pixel. */
export function mandelbrotPixels(memory: Memory, { n }: MandelbrotProblem): SharedArray<Uint16Array> {
  // The largest page of which a chunk is made.
  const chunkBytes = CHUNK_ROWS * n * Uint16Array.BYTES_PER_ELEMENT;
  let pageSize = SMALLEST_PAGE_BYTES;
  while (pageSize < LARGEST_PAGE_BYTES && chunkBytes % (2 * pageSize) === 0) pageSize *= 2;
  return memory.uint16("mandelbrot pixels", n * n, { pageSize, home: "cyclic" });
}

/** Runs it on this site. */
export function mandelbrot(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("mandelbrot", MANDELBROT_PROBLEMS, args.size);
  const { n } = problem;
  const pixels = mandelbrotPixels(site.memory, problem);
  const counter = site.memory.int32("mandelbrot counter", 1);
  const step = stepsOf(site, "mandelbrot", args);
  const chunks = Math.ceil(n / CHUNK_ROWS);

  function reset(): void {
    const rows = site.share(n);
    pixels.fill(0, rows.start * n, rows.end * n);
    if (site.id === 0) counter.set(0, 0);
  }

  function compute(): void {
    const mine = new Map<number, Uint16Array>(); // by first pixel
    for (let chunk = counter.add(0, 1); chunk < chunks; chunk = counter.add(0, 1)) {
      const first = chunk * CHUNK_ROWS * n;
      const rows = new Uint16Array(Math.min(CHUNK_ROWS * n, n * n - first));
      for (let at = 0; at < rows.length; at += POLL_PIXELS) {
        escapeTimes(problem, rows, first, first + at, first + Math.min(at + POLL_PIXELS, rows.length));
        site.poll();
      }
      mine.set(first, rows);
      step(chunk + 1, chunks);
    }
    const places = [...mine].map(([first, rows]) => [first, pixels.writing(first, first + rows.length)] as const);
    using spans = site.memory.acquire(Object.fromEntries(places));
    for (const [first, rows] of mine) spans[first].view.set(rows);
    step(chunks, chunks);
  }

  function check() {
    using all = pixels.read();
    return checkMandelbrot(problem, all.view);
  }

  return runKernel(site, "mandelbrot", args, { reset, compute, check });
}
