/** Tasks on blocks of a shared array, for the affinity row. */
import type { SharedArray, Site } from "isles";
import { BLOCK_LENGTH, fillBlock, updateBlock } from "../raw/affinity-work.ts";

export interface Blocks {
  readonly data: SharedArray<Float64Array>;
}

/** Each site fills its share of the blocks. */
export function fill(site: Site, { data }: Blocks): void {
  const { start, end } = site.share(data.length / BLOCK_LENGTH);
  for (let block = start; block < end; block++) {
    using span = data.write(block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH);
    fillBlock(span.view, block);
  }
}

/** One task: `part` is a block. */
export function update(_site: Site, part: SharedArray<Float64Array>): number {
  using span = part.write();
  return updateBlock(span.view);
}

export function nothing(_site: Site): number {
  return 0;
}
