/** Piscina's workers of the affinity row. */
import { move, transferableSymbol, valueSymbol } from "piscina";
import { BLOCK_LENGTH, fillBlock, updateBlock } from "./affinity-work.ts";

export interface BlockTask {
  readonly block: number;
  readonly view: Float64Array;
}

export interface BlockResult {
  readonly sum: number;
  readonly view: Float64Array;
}

/** A block that came with its task goes back with the result, as a copy. */
export function cloned({ view }: BlockTask): BlockResult {
  return { sum: updateBlock(view), view };
}

/** The same without a copy: the block is moved here and back. */
export function moved({ view }: BlockTask): unknown {
  const result: BlockResult = { sum: updateBlock(view), view };
  return move({
    get [transferableSymbol]() {
      return view.buffer;
    },
    get [valueSymbol]() {
      return result;
    },
  } as never);
}

/** Blocks that stay here: those whose tasks always come to this worker. */
const kept = new Map<number, Float64Array>();

/** A block that is kept here from its first task on. */
export function keptHere({ block }: { block: number }): number {
  let view = kept.get(block);
  if (view === undefined) {
    view = new Float64Array(BLOCK_LENGTH);
    fillBlock(view, block);
    kept.set(block, view);
  }
  return updateBlock(view);
}

export function nothing(): number {
  return 0;
}
