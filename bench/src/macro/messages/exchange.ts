/** What one worker has for each of all, or each of all for one. */
export type Blocks = readonly Float64Array<ArrayBuffer>[];

/** From what each has made for everybody to what everybody gets of each. */
export function exchanged<Block>(made: readonly (readonly Block[])[]): Block[][] {
  return made.map((_, to) => made.map((blocks) => blocks[to]!));
}

/** To be moved rather than copied. */
export function buffersOfBlocks(blocks: readonly { readonly buffer: ArrayBuffer }[]): ArrayBuffer[] {
  return blocks.map((block) => block.buffer);
}
