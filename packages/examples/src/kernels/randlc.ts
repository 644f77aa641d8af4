/**
 * The random number generator of the NAS Parallel Benchmarks (`randlc`): x ← a·x mod 2⁴⁶, read as x·2⁻⁴⁶ in (0, 1).
 *
 * Source: Bailey et al., *The NAS Parallel Benchmarks*, RNR-94-007, section 2.3. Its published kernels depend on
 * every bit of this sequence, which is why `Math.random` or a better generator will not do.
 */

const TWO_23 = 2 ** 23;
const TWO_46 = 2 ** 46;
/** Multiplying by a power of two is exact, and many times faster than `%` or a division. */
const TWO_M23 = 2 ** -23;
const TWO_M46 = 2 ** -46;

/** NPB's multiplier, 5¹³. */
export const NPB_MULTIPLIER = 1220703125;
/** The seed NPB's CG and IS start from. */
export const NPB_CG_SEED = 314159265;
/** The seed NPB's EP starts from. */
export const NPB_EP_SEED = 271828183;

/**
 * The low 46 bits of a·x. The product has 92 bits and a double 53, so both factors are taken in halves of 23 bits.
 */
export function multiplyModulo46(a: number, x: number): number {
  const aHigh = Math.floor(a * TWO_M23);
  const aLow = a - aHigh * TWO_23;
  const xHigh = Math.floor(x * TWO_M23);
  const xLow = x - xHigh * TWO_23;
  const middle = aHigh * xLow + aLow * xHigh;
  const low = (middle - Math.floor(middle * TWO_M23) * TWO_23) * TWO_23 + aLow * xLow;
  return low - Math.floor(low * TWO_M46) * TWO_46;
}

/** The state that follows `seed` after so many steps (a whole number, 0 or more): seed · aˢᵗᵉᵖˢ mod 2⁴⁶, by repeated squaring. */
export function skipAhead(seed: number, steps: number, multiplier: number = NPB_MULTIPLIER): number {
  let state = seed;
  let power = multiplier;
  for (let left = steps; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) state = multiplyModulo46(power, state);
    power = multiplyModulo46(power, power);
  }
  return state;
}

/** NPB's `vranlc`: the next numbers of the sequence from state `x` on, as many as `into` holds; returns the state after them. */
export function nextNumbers(x: number, into: Float64Array, multiplier: number = NPB_MULTIPLIER): number {
  const aHigh = Math.floor(multiplier * TWO_M23);
  const aLow = multiplier - aHigh * TWO_23;
  const length = into.length;
  let state = x;
  for (let i = 0; i < length; i++) {
    const high = Math.floor(state * TWO_M23);
    const xLow = state - high * TWO_23;
    const middle = aHigh * xLow + aLow * high;
    const low = (middle - Math.floor(middle * TWO_M23) * TWO_23) * TWO_23 + aLow * xLow;
    state = low - Math.floor(low * TWO_M46) * TWO_46;
    into[i] = state * TWO_M46;
  }
  return state;
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
    return this.#x * TWO_M46;
  }
}
