/**
 * SPLASH-2's FFT on shared memory; the method is in ../kernels/fft.ts.
 *
 * Each site owns some consecutive rows of the matrix. They lie in pieces: one block for each site j, with the columns that become
 * rows of j in the next transposition. So a transposition goes from block to block: the site turns over what it gets of j
 * into the block that is for j, and transforms the rows there. Three exchanges of two barriers each, in which a site fetches
 * (count-1) / count of its rows; see all-to-all.ts.
 */
import type { SharedArray, Site } from "isles";
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
  const spectrum = site.memory.float64(FFT_SPECTRUM, side * width, { pageSize: pageSizeFor(width * 8) });
  const steps = stepsOf(site, "fft", args);
  return runKernel(site, "fft", args, {
    reset() {
      spectrum.fill(Number.NaN, start * width, end * width); // a result that is there already would be no result
      using turn = exchange.first(); // the signal begins where the first transposition finds it
      const row = new Float64Array(width);
      for (let r = start; r < end; r++) {
        makeSignal(r * side, (r + 1) * side, row, 0);
        putRow(work, r, row, turn);
      }
    },
    compute: () => transformAll(work, exchange, spectrum, steps),
    check() {
      using all = spectrum.read();
      return checkFFT(problem, all.view);
    },
  });
}

/** The six steps: three exchanges, and after the first two of them transforms of this site's rows. */
function transformAll(
  work: Work,
  exchange: AllToAll,
  spectrum: SharedArray<Float64Array>,
  steps: (done: number, total: number) => void,
): void {
  const { start, end } = work.parts[work.site.id];
  for (const isFirst of [true, false]) {
    using turn = exchange.next();
    transposeInto(work, turn);
    for (let r = start; r < end; r++) {
      takeRow(work, r, turn);
      putRow(work, r, transformRow(work.own, r, isFirst), turn);
    }
    steps(isFirst ? 1 : 2, 3);
  }
  using turn = exchange.next({ isLast: true });
  using rows = spectrum.write(start * work.width, end * work.width);
  transposeLast(work, turn, rows.view);
  steps(3, 3);
}

/** A row into its pieces. */
function putRow({ parts, own }: Work, r: number, row: Float64Array, { outgoing }: Turn): void {
  for (let j = 0; j < parts.length; j++) {
    const piece = row.subarray(2 * parts[j].start, 2 * parts[j].end);
    outgoing[j].set(piece, (r - own.rows.start) * piece.length);
  }
}

/** A row from its pieces, to be transformed. */
function takeRow({ parts, own }: Work, r: number, { outgoing }: Turn): void {
  for (let j = 0; j < parts.length; j++) {
    const length = 2 * (parts[j].end - parts[j].start);
    const at = (r - own.rows.start) * length;
    own.row.set(outgoing[j].subarray(at, at + length), 2 * parts[j].start);
  }
}

/** What everybody has written for this site, turned over, block by block: column c of the matrix becomes this site's row c. */
function transposeInto({ parts, own }: Work, { incoming, outgoing }: Turn): void {
  const columns = own.rows.end - own.rows.start;
  for (let j = 0; j < parts.length; j++) {
    const rows = parts[j].end - parts[j].start;
    transposeBlock(incoming[j], 0, 2 * columns, rows, columns, outgoing[j], 0, 2 * rows);
  }
}

/** The same into whole rows. */
function transposeLast({ parts, own, width }: Work, { incoming }: Turn, to: Float64Array): void {
  const columns = own.rows.end - own.rows.start;
  for (let j = 0; j < parts.length; j++) {
    const { start, end } = parts[j];
    transposeBlock(incoming[j], 0, 2 * columns, end - start, columns, to, 2 * start, width);
  }
}
