/** A worker that keeps nothing: numbers of pixels come, their escape times go. */
import { escapeTimes, MANDELBROT_PROBLEMS, type MandelbrotProblem, problemOf, type SizeName } from "@isles/examples";
import { giveAway } from "../give-away.ts";

let problem: MandelbrotProblem;

export function begin(size: SizeName): void {
  problem = problemOf("mandelbrot", MANDELBROT_PROBLEMS, size);
}

/** Steps of pixels `first` to `end`, counted row by row. */
export function steps(first: number, end: number): Uint16Array {
  const pixels = new Uint16Array(end - first);
  escapeTimes(problem, pixels, first, first, end);
  return giveAway(pixels, [pixels.buffer]);
}
