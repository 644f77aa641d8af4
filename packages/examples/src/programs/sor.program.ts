/**
 * Red-black SOR on shared memory, one program for any number of sites; the arithmetic and the layout are in ../kernels/sor.ts.
 *
 * Each site owns a band of consecutive rows of the red grid and of the black one, and every row lies on pages of its own. A half
 * sweep writes the band's rows of one colour and reads the other colour's, with one row more of each neighbour. So a page has one
 * writer, and what is written in a half sweep is read in the next.
 *
 * The rows inside a band concern nobody else: their spans are held for the whole run. Those at its edges are taken for each half
 * sweep together with the neighbours' rows.
 *
 * Synchronisation: one barrier a half sweep, and after it, in one round trip, the neighbours' rows and the right to write the own
 * edges, which the neighbours have read.
 */
import type { SharedArray, Site } from "isles";
import type { KernelAnswer, KernelArgs, Verdict } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  type Colours,
  checkSor,
  joinColours,
  relaxColour,
  SOR_PROBLEMS,
  type SorProblem,
  type SorSweep,
  seedRows,
} from "../kernels/sor.ts";
import { pageSizeFor } from "./page-size.ts";

/** Cells computed between two looks at the mail: some ten microseconds. */
const POLL_CELLS = 8192;

/** A colour's grid in shared memory, a row on pages of its own. */
export interface SorGrids {
  readonly colours: readonly [SharedArray<Float64Array>, SharedArray<Float64Array>];
  /** Elements from one row to the next. */
  readonly stride: number;
}

/** The two grids; home "block" has a band's pages at the site that owns the band. */
export function sorGrids(memory: Site["memory"], { n }: SorProblem): SorGrids {
  const rowBytes = ((n + 1) >> 1) * Float64Array.BYTES_PER_ELEMENT;
  const pageSize = pageSizeFor(rowBytes);
  const stride = (Math.ceil(rowBytes / pageSize) * pageSize) / Float64Array.BYTES_PER_ELEMENT;
  const grid = (name: string) => memory.float64(name, n * stride, { pageSize, home: "block" });
  return { colours: [grid("sor red"), grid("sor black")], stride };
}

/** Runs it on this site. */
export function sor(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("sor", SOR_PROBLEMS, args.size);
  const { n, iterations } = problem;
  const { colours, stride } = sorGrids(site.memory, problem);
  const step = stepsOf(site, "sor", args);
  const { start, end } = site.share(n);
  // The border rows are owned like the others, but nobody relaxes them.
  const [first, last] = [Math.max(start, 1), Math.min(end, n - 1)];
  if (last - first < 2) throw new RangeError(`sor of ${n} rows needs three for each site, and has ${site.count} sites`);
  const pollRows = Math.max(1, Math.floor(POLL_CELLS / stride));

  function reset(): void {
    using red = colours[0].write(start * stride, end * stride);
    using black = colours[1].write(start * stride, end * stride);
    seedRows(problem, stride, [red.view, black.view], start, end);
  }

  /** Rows of a colour. */
  const read = (colour: number, from: number, to: number) => colours[colour].reading(from * stride, to * stride);
  const write = (colour: number, from: number, to: number) => colours[colour].writing(from * stride, to * stride);

  /** The first row of the band and the last, as soon as the neighbours' rows are here. */
  function relaxEdges(colour: number): void {
    const bottom = last - 1;
    using edges = site.memory.acquire({
      top: write(colour, first, first + 1),
      aroundTop: read(1 - colour, first - 1, first + 2),
      bottom: write(colour, bottom, last),
      aroundBottom: read(1 - colour, bottom - 1, last + 1),
    });
    relaxColour({ n, stride, colour, first, own: edges.top.view, other: edges.aroundTop.view }, 0, 1);
    relaxColour({ n, stride, colour, first: bottom, own: edges.bottom.view, other: edges.aroundBottom.view }, 0, 1);
  }

  function compute(): void {
    const [innerFirst, innerLast] = [first + 1, last - 1];
    // Nobody else writes these rows, and nobody else reads the inner ones.
    using held = site.memory.acquire({
      red: read(0, first, last),
      black: read(1, first, last),
      innerRed: write(0, innerFirst, innerLast),
      innerBlack: write(1, innerFirst, innerLast),
    });
    const inner: SorSweep[] = [
      { n, stride, colour: 0, first: innerFirst, own: held.innerRed.view, other: held.black.view },
      { n, stride, colour: 1, first: innerFirst, own: held.innerBlack.view, other: held.red.view },
    ];
    const rows = innerLast - innerFirst;
    for (let half = 0; half < 2 * iterations; half++) {
      if (half > 0) site.barrier(); // the last one is the frame's
      relaxEdges(half & 1);
      for (let start = 0; start < rows; start += pollRows) {
        relaxColour(inner[half & 1], start, Math.min(start + pollRows, rows));
        site.poll();
      }
      step((half + 1) >> 1, iterations);
    }
  }

  function check(): Verdict {
    using red = colours[0].read();
    using black = colours[1].read();
    return checkSor(problem, joinColours(n, stride, [red.view, black.view] satisfies Colours));
  }

  return runKernel(site, "sor", args, { reset, compute, check });
}
