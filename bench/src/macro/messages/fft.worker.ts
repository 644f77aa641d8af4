/** A worker that keeps its rows of the matrix, and turns over what comes from the others. */
import {
  FFT_PROBLEMS,
  type FftProblem,
  type FftRows,
  makeSignal,
  type Part,
  prepareRows,
  problemOf,
  type SizeName,
  transformRow,
  transposeBlock,
} from "@isles/examples";
import { partOf } from "../crew.ts";
import { giveAway } from "../give-away.ts";
import { type Blocks, buffersOfBlocks } from "./exchange.ts";

let problem: FftProblem;
let parts: readonly Part[];
let own: FftRows;
let matrix: Float64Array;

export function begin(size: SizeName, worker: number, workers: number): void {
  problem = problemOf("fft", FFT_PROBLEMS, size);
  parts = Array.from({ length: workers }, (_, k) => partOf(problem.side, k, workers));
  own = prepareRows(problem, parts[worker]!);
  matrix = new Float64Array((own.rows.end - own.rows.start) * own.width);
}

/** The signal, as the first transposition wants it. */
export function reset(): Blocks {
  const { start, end } = own.rows;
  makeSignal(start * problem.side, end * problem.side, matrix, 0);
  return blocksOf((r) => matrix.subarray((r - start) * own.width, (r - start + 1) * own.width));
}

export function first(incoming: Blocks): Blocks {
  transpose(incoming);
  return transformed(true);
}

export function second(incoming: Blocks): Blocks {
  transpose(incoming);
  return transformed(false);
}

export function last(incoming: Blocks): Blocks {
  transpose(incoming);
  return [];
}

/** This worker's rows of the spectrum. */
export function part(): Float64Array {
  return matrix;
}

function transformed(twiddle: boolean): Blocks {
  return blocksOf((r) => {
    const at = (r - own.rows.start) * own.width;
    own.row.set(matrix.subarray(at, at + own.width));
    return transformRow(own, r, twiddle);
  });
}

/** Rows in pieces, one for each worker. */
function blocksOf(rowAt: (r: number) => Float64Array): Blocks {
  const { start, end } = own.rows;
  const blocks = parts.map((columns) => new Float64Array((end - start) * 2 * (columns.end - columns.start)));
  for (let r = start; r < end; r++) {
    const row = rowAt(r);
    for (const [worker, columns] of parts.entries()) {
      const length = 2 * (columns.end - columns.start);
      blocks[worker]!.set(row.subarray(2 * columns.start, 2 * columns.end), (r - start) * length);
    }
  }
  return giveAway(blocks, buffersOfBlocks(blocks));
}

function transpose(incoming: Blocks): void {
  const columns = own.rows.end - own.rows.start;
  for (const [worker, rows] of parts.entries()) {
    const count = rows.end - rows.start;
    transposeBlock(incoming[worker]!, 0, 2 * columns, count, columns, matrix, 2 * rows.start, own.width);
  }
}
