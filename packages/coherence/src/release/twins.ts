import { assert } from "@isles/base";
import { ProtocolError } from "../protocol-error.ts";
import { applyDiff, diffBytesMax, encodeDiff } from "./diff.ts";

/** So many twins that are not in use are kept for the next pages, so that a release does not feed the garbage collector. */
const SPARE_MAX = 64;

/**
 * The twins of one region at one site, over the region's bytes: what its pages were when they were last clean.
 *
 * Does what ReleaseCacheEffects and ReleaseHomeEffects ask about bytes. Memory: a page for each that is dirty, and for up to
 * 64 that were.
 */
export class Twins {
  readonly #memory: Int32Array;
  readonly #pageWords: number;
  readonly #elementSize: number;
  readonly #twins = new Map<number, Int32Array>();
  readonly #spare: Int32Array[] = [];
  readonly #diff: Int32Array;
  /** The diff that {@link diff} found last, valid up to `diffLength`. One buffer, used again and again. */
  readonly diffBytes: Uint8Array;
  /** Bytes; a multiple of 4. */
  diffLength = 0;
  /** Where a shell puts the body of a message before {@link merge} or {@link apply}. */
  readonly incoming: Uint8Array;
  readonly #incoming: Int32Array;

  /** `bytes`: all pages of the region, from the beginning of a buffer; `pageSize` and `elementSize` in bytes. */
  constructor(bytes: Uint8Array, pageSize: number, elementSize: number) {
    this.#memory = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    this.#pageWords = pageSize / 4;
    this.#elementSize = elementSize;
    this.#diff = new Int32Array(diffBytesMax(pageSize) / 4);
    this.diffBytes = new Uint8Array(this.#diff.buffer);
    this.#incoming = new Int32Array(this.#diff.length);
    this.incoming = new Uint8Array(this.#incoming.buffer);
  }

  /** How many pages have a twin. */
  get count(): number {
    return this.#twins.size;
  }

  /** The twin becomes a copy of the page, whether there was one or not. */
  make(page: number): void {
    let twin = this.#twins.get(page);
    if (twin === undefined) {
      twin = this.#spare.pop() ?? new Int32Array(this.#pageWords);
      this.#twins.set(page, twin);
    }
    const at = page * this.#pageWords;
    twin.set(this.#memory.subarray(at, at + this.#pageWords));
  }

  drop(page: number): void {
    const twin = this.#twins.get(page);
    if (twin === undefined) return;
    this.#twins.delete(page);
    if (this.#spare.length < SPARE_MAX) this.#spare.push(twin);
  }

  /** Finds what differs: true if something does, and `diffBytes` and `diffLength` are it. */
  diff(page: number): boolean {
    const words = this.#pageWords;
    const twin = this.#of(page);
    const length = encodeDiff(this.#memory, page * words, twin, 0, words, this.#elementSize, this.#diff);
    this.diffLength = length * 4;
    return length > 0;
  }

  /**
   * `incoming` (the page as its home has it) becomes the page and the twin, but for what differs between them now: that
   * stays in the page.
   */
  merge(page: number): void {
    const words = this.#pageWords;
    const isWritten = this.diff(page);
    const fetched = this.#incoming.subarray(0, words);
    this.#of(page).set(fetched);
    this.#memory.set(fetched, page * words);
    if (isWritten) {
      applyDiff(this.#diff, this.diffLength / 4, this.#elementSize, this.#memory, page * words, words);
    }
  }

  /** `incoming`, a diff of `length` bytes, is written into the page, whose home is here. Throws ProtocolError if it is none. */
  apply(page: number, length: number): void {
    const words = this.#pageWords;
    if (length % 4 !== 0) throw new ProtocolError(`a diff of page ${page} with ${length} bytes: not a multiple of 4`);
    applyDiff(this.#incoming, length / 4, this.#elementSize, this.#memory, page * words, words);
  }

  /** Append the pages that have twins, and these, to `out`. For the model checker. */
  capture(out: number[]): void {
    out.push(this.#twins.size);
    for (const page of [...this.#twins.keys()].sort((a, b) => a - b)) out.push(page, ...this.#of(page));
  }

  /** Become what capture() wrote from `words[at]` on; returns where the following words begin. */
  restore(words: ArrayLike<number>, at: number): number {
    for (const page of [...this.#twins.keys()]) this.drop(page);
    let next = at + 1;
    for (let count = words[at]; count > 0; count--) {
      const page = words[next++];
      this.make(page);
      const twin = this.#of(page);
      for (let i = 0; i < this.#pageWords; i++) twin[i] = words[next++];
    }
    return next;
  }

  #of(page: number): Int32Array {
    const twin = this.#twins.get(page);
    assert(twin !== undefined, `page ${page} has no twin`);
    return twin;
  }
}
