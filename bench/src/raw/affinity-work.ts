/** The work of the affinity row: the same arithmetic on the same blocks, whoever does it and however it got there. */

/** Bytes of a block. */
export const BLOCK_BYTES = 1024 * 1024;
export const BLOCK_LENGTH = BLOCK_BYTES / 8;

/** What block `block` holds at first. */
export function fillBlock(view: Float64Array, block: number): void {
  for (let i = 0; i < view.length; i++) view[i] = ((i * 31 + block * 17) % 1000) / 1000;
}

/** One task: changes every element of a block, and sums it up. */
export function updateBlock(view: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < view.length; i++) {
    const next = view[i]! * 0.999 + 0.0005;
    view[i] = next;
    sum += next;
  }
  return sum;
}
