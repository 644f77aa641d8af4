import type { Primitive, ValueStream } from "./image.ts";

/**
 * Collects what is in the small objects and lists of an image: one flat list of primitives, which the platform copies many
 * times as fast as an object for each of them. A reference is in it as its node's number, and `refs` tells where.
 */
export class StreamWriter {
  readonly #values: Primitive[] = [];
  readonly #refs: number[] = [];
  #lastRef = 0;

  value(value: Primitive): void {
    this.#values.push(value);
  }

  ref(node: number): void {
    const at = this.#values.push(node) - 1;
    this.#refs.push(at - this.#lastRef); // distances are short numbers, and so take few bytes
    this.#lastRef = at;
  }

  /** Undefined if there is nothing in it, as with most processes. */
  finish(): ValueStream | undefined {
    return this.#values.length === 0 ? undefined : { values: this.#values, refs: this.#refs };
  }
}

const nothing: ValueStream = { values: [], refs: [] };

/** Reads it anywhere. */
export class StreamReader {
  readonly values: readonly Primitive[];
  /** 1 where a reference stands. */
  readonly #isRef: Uint8Array;

  /** `length`: what all nodes together have in it. Throws what `malformed` makes of it if that is not what is there. */
  constructor(stream: ValueStream | undefined, length: number, malformed: (what: string) => Error) {
    const { values, refs } = stream ?? nothing;
    if (!Array.isArray(values) || !Array.isArray(refs) || values.length !== length) {
      throw malformed(`nodes with ${length} values in the stream, which has not as many`);
    }
    this.values = values;
    this.#isRef = new Uint8Array(length);
    let at = 0;
    for (const distance of refs) {
      at += distance;
      if (!(at >= 0 && at < length)) throw malformed("a reference beyond the end of its values");
      this.#isRef[at] = 1;
    }
  }

  isRef(at: number): boolean {
    return this.#isRef[at] === 1;
  }
}
