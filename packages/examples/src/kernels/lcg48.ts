const TWO_24 = 2 ** 24;
/** The multiplier 0x5DEECE66D of the generator, in two halves of 24 bits. */
const HIGH = 0x5de;
const LOW = 0xece66d;
const INCREMENT = 11;
/** The lower 16 bits that `srand48` begins with. */
const SRAND48_LOW = 0x330e;

/**
 * The generator that java.util.Random and C's lrand48 have in common: 48 bits of state, multiplied by 0x5DEECE66D with 11 added
 * each time (Knuth, TAOCP 2, 3.2.1). The Java Grande benchmarks draw their inputs from the one, SPLASH-2 from the other.
 */
export class Lcg48 {
  // In halves, so that their products are exact in doubles.
  #high: number;
  #low: number;

  private constructor(high: number, low: number) {
    this.#high = high;
    this.#low = low;
  }

  /** As `new java.util.Random(seed)`; `seed` is a whole number below 2^48. */
  static java(seed: number): Lcg48 {
    return new Lcg48(Math.floor(seed / TWO_24) ^ HIGH, (seed % TWO_24) ^ LOW);
  }

  /** As after `srand48(seed)`; `seed` is a whole number below 2^32. */
  static srand48(seed: number): Lcg48 {
    const state = seed * 2 ** 16 + SRAND48_LOW;
    return new Lcg48(Math.floor(state / TWO_24), state % TWO_24);
  }

  /** The upper `bits` of the next state, 1 to 48: 31 are `lrand48`. */
  next(bits: number): number {
    const low = this.#low * LOW + INCREMENT;
    const carry = Math.floor(low / TWO_24);
    this.#high = (this.#high * LOW + this.#low * HIGH + carry) % TWO_24;
    this.#low = low % TWO_24;
    return Math.floor((this.#high * TWO_24 + this.#low) / 2 ** (48 - bits));
  }

  /** Java's `nextDouble`: from 0 to 1, with 53 random bits. */
  nextDouble(): number {
    const upper = this.next(26);
    return (upper * 2 ** 27 + this.next(27)) * 2 ** -53;
  }
}
