/**
 * SPLASH-2's FFT on shared memory; the method is in ../kernels/fft.ts.
 *
 * Each site owns some consecutive rows of the matrix and keeps them in private memory while it transforms them. In a
 * transposition the block where the rows of site i meet the columns of site j goes from i to j: i copies it into shared memory
 * as it is, j turns it over as it reads. Three exchanges of two barriers each, in which a site fetches (count-1) / count of
 * its rows; see all-to-all.ts.
 */
import type { Site } from "isles";
import type { KernelAnswer, KernelArgs, Part } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  checkFFT,
  FFT_PROBLEMS,
  type FftRows,
  makeSignal,
  prepareRows,
  transformRow,
  transposeBlock,
} from "../kernels/fft.ts";
import { AllToAll, partsOf, type Turn } from "./all-to-all.ts";
import { pageSizeFor } from "./page-size.ts";

/** Shared array of the result. */
export const FFT_SPECTRUM = "fft spectrum";

/** What a site works with. */
interface Work {
  readonly site: Site;
  /** The rows of all sites. */
  readonly parts: readonly Part[];
  readonly own: FftRows;
  /** Elements of a row. */
  readonly width: number;
}

export function fft(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("fft", FFT_PROBLEMS, args.size);
  const { side } = problem;
  const width = 2 * side;
  const parts = partsOf(site, side);
  const { start, end } = parts[site.id];
  const work: Work = { site, parts, own: prepareRows(problem, { start, end }), width };
  const largest = Math.max(...parts.map((part) => part.end - part.start));
  const exchange = new AllToAll(site, "fft", 2 * largest ** 2);
  const matrix = new Float64Array((end - start) * width);
  const spectrum = site.memory.float64(FFT_SPECTRUM, side * width, { pageSize: pageSizeFor(width * 8) });
  const steps = stepsOf(site, "fft", args);
  return runKernel(site, "fft", args, {
    reset() {
      makeSignal(start * side, end * side, matrix, 0);
      using turn = exchange.first(); // the signal begins where the first transposition finds it
      for (let r = start; r < end; r++) putRow(work, r, matrix.subarray((r - start) * width), turn);
    },
    compute() {
      for (const isFirst of [true, false]) {
        using turn = exchange.next();
        transpose(work, turn, matrix);
        for (let r = start; r < end; r++)
          putRow(work, r, transformRow(work.own, r, matrix, (r - start) * width, isFirst), turn);
        steps(isFirst ? 1 : 2, 3);
      }
      using turn = exchange.next({ isLast: true });
      using rows = spectrum.write(start * width, end * width);
      transpose(work, turn, rows.view);
      steps(3, 3);
    },
    check() {
      using all = spectrum.read();
      return checkFFT(problem, all.view);
    },
  });
}

/** A row in pieces, into shared memory: columns that become rows of site j go to the block for j. */
function putRow({ parts, own }: Work, r: number, row: Float64Array, { outgoing }: Turn): void {
  for (let j = 0; j < parts.length; j++) {
    const piece = row.subarray(2 * parts[j].start, 2 * parts[j].end);
    outgoing[j].set(piece, (r - own.rows.start) * piece.length);
  }
}

/** What everybody has written for this site, turned over: column c of the matrix becomes this site's row c. */
function transpose({ parts, own, width }: Work, { incoming }: Turn, to: Float64Array): void {
  const columns = own.rows.end - own.rows.start;
  for (let j = 0; j < parts.length; j++) {
    const { start, end } = parts[j];
    transposeBlock(incoming[j], 0, 2 * columns, end - start, columns, to, 2 * start, width);
  }
}
