/**
 * The random number generator of the NAS Parallel Benchmarks (`randlc`): x ← a·x mod 2⁴⁶, read as x·2⁻⁴⁶ in (0, 1).
 *
 * Source: Bailey et al., *The NAS Parallel Benchmarks*, RNR-94-007, section 2.3. Its published kernels depend on
 * every bit of this sequence, which is why `Math.random` or a better generator will not do.
 */

const TWO_23 = 2 ** 23;
const TWO_46 = 2 ** 46;

/** NPB's multiplier, 5¹³. */
export const NPB_MULTIPLIER = 1220703125;
/** The seed NPB's CG starts from. */
export const NPB_CG_SEED = 314159265;

/**
 * The low 46 bits of a·x. The product has 92 bits and a double 53, so both factors are taken in halves of 23 bits.
 */
export function multiplyModulo46(a: number, x: number): number {
  const aHigh = Math.floor(a / TWO_23);
  const aLow = a - aHigh * TWO_23;
  const xHigh = Math.floor(x / TWO_23);
  const xLow = x - xHigh * TWO_23;
  const middle = aHigh * xLow + aLow * xHigh;
  const low = (middle % TWO_23) * TWO_23 + aLow * xLow;
  return low % TWO_46;
}

/** One stream of `randlc` numbers. */
export class Randlc {
  /** The state: an odd integer below 2⁴⁶. */
  #x: number;
  readonly #a: number;

  constructor(seed: number = NPB_CG_SEED, multiplier: number = NPB_MULTIPLIER) {
    this.#x = seed;
    this.#a = multiplier;
  }

  /** The next number, in (0, 1). */
  next(): number {
    this.#x = multiplyModulo46(this.#a, this.#x);
    return this.#x / TWO_46;
  }
}
