import type { Acquisition, PageRange } from "@isles/coherence";
import type { TypedArray } from "./elements.ts";

/**
 * A range of a shared array as a raw typed array over this site's private memory. While it is not released, its pages
 * stay readable (`read`) or exclusively this site's (`write`): other sites that want them wait.
 *
 * A blocking call made meanwhile (another span, a barrier, a lock) may lend pages out and fetch them back before it
 * returns, so after such a call the view may show what other sites have written.
 */
export interface Span<T extends TypedArray> extends Disposable {
  /** Elements `start` to `end` of the array; `view[0]` is element `start`. Not to be used after release. */
  readonly view: T;
  readonly start: number;
  /** Not included. */
  readonly end: number;
  /** Lets the pages go. Idempotent; `using` does it by itself. */
  release(): void;
}

/** A range to be acquired together with others: `memory.acquire({ a: x.reading(…), b: y.writing(…) })`. */
export interface SpanRequest<T extends TypedArray> {
  readonly array: SpanSource<T>;
  readonly start: number;
  readonly end: number;
  readonly write: boolean;
}

export interface SpanSource<T extends TypedArray> {
  readonly name: string;
  /** The raw view of a range, without any right to use it. */
  viewOf(start: number, end: number): T;
  /** The view as the program gets it. */
  exposeView(view: T, canWrite: boolean, isReleased: () => boolean): T;
  /** The pages of a range. */
  pages(start: number, end: number, write: boolean): PageRange[];
}

/** What lets the pages of a span go. */
export interface SpanOwner {
  release(acquisition: Acquisition): void;
}

export class HeldSpan<T extends TypedArray> implements Span<T> {
  readonly view: T;
  readonly start: number;
  readonly end: number;
  readonly #name: string;
  readonly #owner: SpanOwner;
  #acquisition: Acquisition | null;

  constructor(request: SpanRequest<T>, owner: SpanOwner, acquisition: Acquisition) {
    const { array, start, end, write } = request;
    this.start = start;
    this.end = end;
    this.#name = array.name;
    this.#owner = owner;
    this.#acquisition = acquisition;
    this.view = array.exposeView(array.viewOf(start, end), write, () => this.#acquisition === null);
  }

  release(): void {
    const acquisition = this.#acquisition;
    this.#acquisition = null;
    if (acquisition !== null) this.#owner.release(acquisition);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /** In words, for messages. */
  describe(): string {
    return `a ${this.#acquisition === null ? "released span" : "span"} of array "${this.#name}" [${this.start}, ${this.end})`;
  }
}
