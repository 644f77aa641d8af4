/** Marsaglia's xorshift generator of 128 bits (*Xorshift RNGs*, Journal of Statistical Software 8, 2003): fast, and the same everywhere. */
export class Xorshift {
  #x: number;
  #y = 362436069;
  #z = 521288629;
  #w = 88675123;

  constructor(seed: number) {
    this.#x = 123456789 ^ Math.imul(seed, 0x9e3779b1);
    for (let skip = 0; skip < 16; skip++) this.bits();
  }

  /** 32 random bits, as a signed integer. */
  bits(): number {
    const t = this.#x ^ (this.#x << 11);
    this.#x = this.#y;
    this.#y = this.#z;
    this.#z = this.#w;
    this.#w = this.#w ^ (this.#w >>> 19) ^ (t ^ (t >>> 8));
    return this.#w;
  }

  /** A number in [0, 1), in steps of 2⁻³². */
  next(): number {
    return (this.bits() >>> 0) * 2 ** -32;
  }
}
