import { signedFor } from "./narrow.ts";

/**
 * So many times in a row one site must have been given the right to write a page, with only readers in between, before the
 * page's home moves to it. A move is one message and no page, and saves two messages each time from then on, so fewer would
 * pay; but a new home that computes without poll points keeps later readers waiting, so it should be the writer for good.
 */
export const MOVE_AFTER = 8;
/** Each move of a page doubles what its next one needs, so often at most: pages come to rest. */
const DOUBLINGS_MAX = 4;
const RUN_MAX = 255;

/** Per slot of a directory, who wrote last and how often in a row. Nothing is kept before a page is first written back. */
export class WriterTally {
  readonly #after: number;
  readonly #endpoints: number;
  #writer: Int8Array | Int16Array | undefined;
  #run: Uint8Array | undefined;
  /** How often pages have moved; there when one of them has. */
  #moves: Uint8Array | undefined;

  /** Pages move after `after` grants in a row; Infinity: never. */
  constructor(after: number, endpoints: number) {
    this.#after = after;
    this.#endpoints = endpoints;
  }

  /** `to` was given the right to write. */
  granted(slot: number, to: number): void {
    if (this.#writer === undefined || this.#run === undefined) return;
    if (this.#writer[slot] !== to) {
      this.#writer[slot] = to;
      this.#run[slot] = 1;
    } else if (this.#run[slot] < RUN_MAX) {
      this.#run[slot]++;
    }
  }

  /** Has the owner, who wrote the page back, written it often enough in a row? `slots`: how many the directory has. */
  isDue(slot: number, owner: number, slots: number): boolean {
    if (this.#after === Infinity) return false;
    this.#makeRoom(slot, slots);
    if (this.#writer?.[slot] !== owner) this.granted(slot, owner); // written before anything was kept
    return (this.#run?.[slot] ?? 0) >= Math.min(RUN_MAX, this.#after * 2 ** this.movesOf(slot));
  }

  /** A page that has moved so often comes to the slot. */
  begin(slot: number, moves: number, slots: number): void {
    this.#makeRoom(slot, slots);
    if (moves > 0) this.#moves = withRoom(this.#moves, slot, slots, (length) => new Uint8Array(length));
    if (this.#moves !== undefined) this.#moves[slot] = moves;
    if (this.#run !== undefined) this.#run[slot] = 0;
    if (this.#writer !== undefined) this.#writer[slot] = -1;
  }

  /** How often the page has moved; counted up to {@link DOUBLINGS_MAX}. */
  movesOf(slot: number): number {
    return this.#moves?.[slot] ?? 0;
  }

  /** The same after one more move. */
  movesAfter(slot: number): number {
    return Math.min(DOUBLINGS_MAX, this.movesOf(slot) + 1);
  }

  #makeRoom(slot: number, slots: number): void {
    this.#writer = withRoom(this.#writer, slot, slots, (length) => signedFor(this.#endpoints, length).fill(-1));
    this.#run = withRoom(this.#run, slot, slots, (length) => new Uint8Array(length));
  }
}

/** The array, or a larger one with the same beginning; it doubles, since slots may come one by one. */
function withRoom<T extends Int8Array | Int16Array | Uint8Array>(
  array: T | undefined,
  slot: number,
  slots: number,
  make: (length: number) => T,
): T {
  if (array !== undefined && slot < array.length) return array;
  const larger = make(Math.max(slots, array === undefined ? 0 : array.length * 2));
  if (array !== undefined) larger.set(array);
  return larger;
}
