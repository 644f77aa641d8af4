/**
 * The right to use an object of another endpoint. It is given back once: by `using` or `[Symbol.dispose]()`, or at the latest
 * by the garbage collector, which is only a hint; and its owner takes it back when this endpoint is lost.
 */
export class Lease {
  readonly owner: number;
  readonly id: number;
  readonly key: number;
  released = false;
  readonly #giveBack: (lease: Lease) => void;

  constructor(owner: number, id: number, key: number, giveBack: (lease: Lease) => void) {
    this.owner = owner;
    this.id = id;
    this.key = key;
    this.#giveBack = giveBack;
  }

  /** Idempotent. */
  release(): void {
    if (this.released) return;
    this.released = true;
    this.#giveBack(this);
  }

  /** The owner has ended it already: nothing to tell anybody. */
  expire(): void {
    this.released = true;
  }
}
