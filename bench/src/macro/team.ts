import type { Part, Team } from "@isles/examples";

/** Looks at a word before a thread lies down: some tens of microseconds, as good barriers in C spin. */
const SPINS = 20_000;
/** Words of the heap's head: arrivals and generation of the barrier, then one slot per thread for reductions. */
const ARRIVED = 0;
const GENERATION = 1;
const SLOTS_AT_BYTES = 64;
const SLOT_BYTES = 64;
/** A barrier that lasts this long, in milliseconds, has lost a thread. */
const LOST_MS = 60_000;

/** What a worker thread needs to join a team; may be posted. */
export interface TeamSeed {
  readonly heap: SharedArrayBuffer;
  readonly id: number;
  readonly count: number;
  /** Cores there are: threads beyond them do not spin. */
  readonly cores: number;
}

/**
 * Threads over one SharedArrayBuffer, as somebody would write them by hand: raw typed arrays that all threads see, a barrier that
 * spins and then sleeps by `Atomics.wait`, a reduction by a slot per thread. The yardstick of row 9.
 *
 * Memory is taken from the heap by `float64(length)` and its like; every thread takes the same arrays in the same order.
 */
export class ThreadTeam implements Team {
  readonly id: number;
  readonly count: number;
  readonly #heap: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #slots: Float64Array;
  readonly #spins: number;
  #used: number;
  /** Two sets of slots in turn: nobody may overwrite what a slower thread still adds up. */
  #phase = 0;

  constructor({ heap, id, count, cores }: TeamSeed) {
    this.id = id;
    this.count = count;
    this.#heap = heap;
    this.#words = new Int32Array(heap, 0, 2);
    this.#slots = new Float64Array(heap, SLOTS_AT_BYTES, (2 * count * SLOT_BYTES) / 8);
    this.#spins = count <= cores ? SPINS : 0;
    this.#used = headBytes(count);
  }

  /** A heap with room for arrays of so many bytes in all, and their alignment. */
  static heapFor(count: number, bytes: number, arrays = 64): SharedArrayBuffer {
    return new SharedArrayBuffer(headBytes(count) + bytes + arrays * SLOT_BYTES);
  }

  share(length: number): Part {
    return {
      start: Math.floor((length * this.id) / this.count),
      end: Math.floor((length * (this.id + 1)) / this.count),
    };
  }

  barrier(): void {
    if (this.count === 1) return;
    const generation = Atomics.load(this.#words, GENERATION);
    if (Atomics.add(this.#words, ARRIVED, 1) === this.count - 1) {
      Atomics.store(this.#words, ARRIVED, 0);
      Atomics.add(this.#words, GENERATION, 1);
      Atomics.notify(this.#words, GENERATION);
      return;
    }
    for (let spin = 0; spin < this.#spins; spin++) {
      if (Atomics.load(this.#words, GENERATION) !== generation) return;
    }
    while (Atomics.load(this.#words, GENERATION) === generation) {
      if (Atomics.wait(this.#words, GENERATION, generation, LOST_MS) === "timed-out")
        throw new Error(`thread ${this.id}: a barrier of ${this.count} threads has waited ${LOST_MS / 1000} s`);
    }
  }

  /** In the order of the threads, so that all get the same bits. One barrier. */
  reduce(_name: string, value: number, combine: (a: number, b: number) => number): number {
    const stride = SLOT_BYTES / 8;
    const first = this.#phase * this.count * stride;
    this.#phase = 1 - this.#phase;
    this.#slots[first + this.id * stride] = value;
    this.barrier();
    let all = this.#slots[first]!;
    for (let k = 1; k < this.count; k++) all = combine(all, this.#slots[first + k * stride]!);
    return all;
  }

  float64(length: number): Float64Array<SharedArrayBuffer> {
    return new Float64Array(this.#heap, this.#take(length * 8), length);
  }

  float32(length: number): Float32Array<SharedArrayBuffer> {
    return new Float32Array(this.#heap, this.#take(length * 4), length);
  }

  int32(length: number): Int32Array<SharedArrayBuffer> {
    return new Int32Array(this.#heap, this.#take(length * 4), length);
  }

  uint32(length: number): Uint32Array<SharedArrayBuffer> {
    return new Uint32Array(this.#heap, this.#take(length * 4), length);
  }

  uint8(length: number): Uint8Array<SharedArrayBuffer> {
    return new Uint8Array(this.#heap, this.#take(length), length);
  }

  #take(bytes: number): number {
    const at = this.#used;
    this.#used = at + Math.ceil(bytes / SLOT_BYTES) * SLOT_BYTES; // no two arrays share a cache line
    if (this.#used > this.#heap.byteLength)
      throw new RangeError(`the heap of ${this.#heap.byteLength} bytes has no room for ${bytes} more`);
    return at;
  }
}

function headBytes(count: number): number {
  return SLOTS_AT_BYTES + 2 * count * SLOT_BYTES;
}
