/**
 * Bounce buffers for page bodies: one ring of bytes per ordered pair of endpoints in a SharedArrayBuffer. It is the
 * network card, never the memory: the sender copies a page in, the message says where, the receiver copies it out.
 * Measured, a page this way costs half of a page cloned inside a message (docs/MEASURED.md).
 *
 * Single producer, single consumer; bodies are taken in the order they were put, which FIFO delivery of the messages
 * that name them guarantees. A full ring is no error and no wait: `put` says so and the body travels in a message, so the
 * ring's size can never deadlock the protocol.
 */
export const GRANULE = 256; // bytes: the smallest page; a 16-bit granule number then reaches 16 MiB

const HEAD_WORDS = 16; // the consumer's counter on a cache line of its own

/** Bytes of one ring: enough for 128 pages of 4 KiB, and for four of the largest pages. Lazily backed by the system. */
const RING_BYTES_MAX = 512 * 1024;
const RING_BYTES_MIN = 64 * 1024;
/** All rings together, so that many sites do not reserve more than they can ever use. */
const RINGS_BYTES_TOTAL = 256 * 1024 * 1024;

export function ringBytes(endpoints: number): number {
  let bytes = RING_BYTES_MAX;
  while (bytes > RING_BYTES_MIN && bytes * endpoints * endpoints > RINGS_BYTES_TOTAL) bytes /= 2;
  return bytes;
}

/** One buffer for all that `receiver` gets: a ring per sender. */
export function createRings(endpoints: number): SharedArrayBuffer {
  return new SharedArrayBuffer(endpoints * (HEAD_WORDS * 4 + ringBytes(endpoints)));
}

/** One ring, seen from either end. */
export class BodyRing {
  readonly #taken: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #granules: number;
  /** Producer: granules put since the beginning, and how many of them are known to be taken. Wraps at 2³². */
  #put: number;
  #known: number;

  constructor(buffer: SharedArrayBuffer, sender: number, endpoints: number) {
    const bytes = ringBytes(endpoints);
    const start = sender * (HEAD_WORDS * 4 + bytes);
    this.#taken = new Int32Array(buffer, start, 1);
    this.#bytes = new Uint8Array(buffer, start + HEAD_WORDS * 4, bytes);
    this.#granules = bytes / GRANULE;
    this.#known = Atomics.load(this.#taken, 0) >>> 0;
    this.#put = this.#known;
  }

  /** Copies a body in; its granule, or -1 if there is no room for it (or it is larger than the ring). */
  put(bytes: Uint8Array, at: number, length: number): number {
    const granules = Math.ceil(length / GRANULE);
    const total = this.#granules;
    const place = this.#put % total;
    // A body is contiguous: if it does not fit before the end, the rest of the ring is skipped along with it. An empty
    // ring has room for that even where both together are more than the ring, so one body as large as it always fits.
    const skip = place + granules > total ? total - place : 0;
    if (!this.#hasRoom(granules + skip) && (granules > total || this.#put !== this.#known)) return -1;
    const start = skip === 0 ? place : 0;
    copy(this.#bytes, start * GRANULE, bytes, at, length);
    this.#put = (this.#put + skip + granules) >>> 0;
    return start;
  }

  take(granule: number, length: number, into: Uint8Array | null, at: number): void {
    const granules = Math.ceil(length / GRANULE);
    if (into !== null) copy(into, at, this.#bytes, granule * GRANULE, length);
    const taken = Atomics.load(this.#taken, 0) >>> 0;
    const place = taken % this.#granules;
    const skip = place + granules > this.#granules ? this.#granules - place : 0;
    Atomics.store(this.#taken, 0, (taken + skip + granules) | 0);
  }

  #hasRoom(needed: number): boolean {
    if (needed + ((this.#put - this.#known) >>> 0) <= this.#granules) return true;
    this.#known = Atomics.load(this.#taken, 0) >>> 0;
    return needed + ((this.#put - this.#known) >>> 0) <= this.#granules;
  }
}

/** From so many bytes on, the platform's own memcpy is worth the call. */
const NATIVE_BYTES = 2048;

/**
 * `TypedArray.set` between private and shared memory copies word by word, as if others wrote there meanwhile; nobody does, the
 * messages see to that. Buffer's `fill`, given as many bytes as it is to fill, is one memcpy: 1.4 times as fast at 16 KiB.
 */
function copy(to: Uint8Array, toAt: number, from: Uint8Array, fromAt: number, length: number): void {
  const source = from.subarray(fromAt, fromAt + length);
  if (length < NATIVE_BYTES) to.set(source, toAt);
  else Buffer.prototype.fill.call(to, source, toAt, toAt + length);
}
