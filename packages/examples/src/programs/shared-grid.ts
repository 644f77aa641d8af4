/** MG's grids in shared memory: plane after plane, each on pages of its own, so that whole planes travel and none has two writers. */
import type { Memory, SharedArray, Span } from "isles";
import { planeLength } from "../kernels/mg.ts";
import type { MgGrid } from "../kernels/mg-cycle.ts";
import { pageSizeFor } from "./page-size.ts";

/** Larger pages fill the pipe between two sites too soon. */
const LARGEST_PAGE_BYTES = 16_384;

/** Some planes of a grid, at their places, until they are released. */
export interface Planes extends MgGrid, Disposable {}

class HeldPlanes implements Planes {
  readonly n: number;
  readonly planes: readonly Float64Array[];
  readonly #held: Disposable;

  constructor(n: number, planes: readonly Float64Array[], held: Disposable) {
    this.n = n;
    this.planes = planes;
    this.#held = held;
  }

  [Symbol.dispose](): void {
    this.#held[Symbol.dispose]();
  }
}

export class SharedGrid {
  readonly n: number;
  readonly #memory: Memory;
  readonly #array: SharedArray<Float64Array>;
  readonly #stride: number;

  /** A grid of n³; every site makes it with the same name. */
  constructor(memory: Memory, name: string, n: number) {
    const bytes = planeLength(n) * Float64Array.BYTES_PER_ELEMENT;
    const pageSize = Math.min(pageSizeFor(bytes), LARGEST_PAGE_BYTES);
    this.n = n;
    this.#memory = memory;
    this.#stride = (Math.ceil(bytes / pageSize) * pageSize) / Float64Array.BYTES_PER_ELEMENT;
    this.#array = memory.float64(name, n * this.#stride, { pageSize, home: "block" });
  }

  /** The planes from `start` to `end`, exclusively. */
  write(start: number, end: number): Planes {
    const span = this.#array.write(start * this.#stride, end * this.#stride);
    return new HeldPlanes(this.n, this.#planesOf([span]), span);
  }

  /** The planes from `start` to `end`, which may lie beyond the grid's ends by less than n: it is periodic. */
  read(start: number, end: number): Planes {
    const { n } = this;
    const planes = (from: number, to: number) =>
      this.#array.reading(from * this.#stride, Math.max(from, to) * this.#stride);
    const [first, last] = [Math.max(0, start), Math.min(n, end)];
    const spans = this.#memory.acquire({
      here: planes(first, last),
      below: planes(Math.max(Math.min(start, 0) + n, last), n),
      above: planes(0, Math.min(Math.max(end - n, 0), first)),
    });
    const { here, below, above } = spans;
    return new HeldPlanes(n, this.#planesOf([here, below, above]), spans);
  }

  /** All planes one after the other, without what is between them. */
  toArray(): Float64Array {
    using span = this.#array.read();
    return this.#packed(span.view);
  }

  /** The same for the launcher, which must not block. */
  async fetch(): Promise<Float64Array> {
    using span = await this.#array.async.read();
    return this.#packed(span.view);
  }

  #packed(values: Float64Array): Float64Array {
    const length = planeLength(this.n);
    const packed = new Float64Array(this.n * length);
    for (let k = 0; k < this.n; k++)
      packed.set(values.subarray(k * this.#stride, k * this.#stride + length), k * length);
    return packed;
  }

  #planesOf(spans: readonly Span<Float64Array>[]): Float64Array[] {
    const length = planeLength(this.n);
    const planes: Float64Array[] = new Array(this.n).fill(NOWHERE);
    for (const { view, start } of spans) {
      for (let at = 0; at < view.length; at += this.#stride)
        planes[(start + at) / this.#stride] = view.subarray(at, at + length);
    }
    return planes;
  }
}

/** In place of a plane that was not asked for. */
const NOWHERE = new Float64Array();
