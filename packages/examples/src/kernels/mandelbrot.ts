/**
 * The Mandelbrot set: for every pixel c of a part of the complex plane, how many steps of z² + c, from z = 0, stay within |z| ≤ 2
 * (escape time; Mandelbrot 1980). Pixels cost from one step to all of them, and nobody knows which beforehand.
 */
import { sameBits } from "../kernel/compare.ts";
import type { SizeName, Verdict } from "../kernel/contract.ts";

export interface MandelbrotProblem {
  /** Pixels across and down. */
  readonly n: number;
  /** Steps after which a pixel counts as inside; below 65,536. */
  readonly limit: number;
}

export const MANDELBROT_PROBLEMS: Readonly<Partial<Record<SizeName, MandelbrotProblem>>> = {
  tiny: { n: 96, limit: 100 },
  S: { n: 512, limit: 400 },
  W: { n: 1024, limit: 1000 },
};

/** The square that is looked at: its left upper corner and its side. The whole set is in it. */
const LEFT = -2;
const TOP = 1.25;
export const MANDELBROT_SIDE = 2.5;

/** Rows that a worker takes at a time. */
export const CHUNK_ROWS = 4;

/** The steps of pixels `start` to `end`, counted row by row; `to` begins at pixel `first`. */
export function escapeTimes(
  { n, limit }: MandelbrotProblem,
  to: Uint16Array,
  first: number,
  start: number,
  end: number,
): void {
  const pixel = MANDELBROT_SIDE / n;
  for (let at = start | 0; at < end; at++) {
    const row = (at / n) | 0;
    // The middle of the pixel.
    const cx = LEFT + (at - row * n + 0.5) * pixel;
    const cy = TOP - (row + 0.5) * pixel;
    let x = 0;
    let y = 0;
    let xx = 0;
    let yy = 0;
    let steps = 0;
    while (steps < limit && xx + yy <= 4) {
      y = 2 * x * y + cy;
      x = xx - yy + cx;
      xx = x * x;
      yy = y * y;
      steps++;
    }
    to[at - first] = steps;
  }
}

const serialPixels = new WeakMap<MandelbrotProblem, Uint16Array>();

/** All pixels by one thread; computed once per problem. */
export function mandelbrotSerially(problem: MandelbrotProblem): Uint16Array {
  let pixels = serialPixels.get(problem);
  if (pixels !== undefined) return pixels;
  const { n } = problem;
  pixels = new Uint16Array(n * n);
  escapeTimes(problem, pixels, 0, 0, n * n);
  serialPixels.set(problem, pixels);
  return pixels;
}

/** The picture against the serial run's. */
export function checkMandelbrot(problem: MandelbrotProblem, pixels: Uint16Array): Verdict {
  const same = sameBits(pixels, mandelbrotSerially(problem));
  if (!same.ok) return same;
  return { ...same, found: `${same.found}, area ${areaInside(problem, pixels).toFixed(4)}` };
}

/** The area of the pixels that never left; that of the set is 1.50659 (Förstemann 2012), and fewer steps leave more inside. */
export function areaInside({ n, limit }: MandelbrotProblem, pixels: Uint16Array): number {
  let inside = 0;
  for (let i = 0; i < pixels.length; i++) if (pixels[i] === limit) inside++;
  return inside * (MANDELBROT_SIDE / n) ** 2;
}
