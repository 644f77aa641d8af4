/**
 * Radix sort of SPLASH-2 (Woo et al., ISCA 1995; Blelloch et al., *A Comparison of Sorting Algorithms for the Connection
 * Machine CM-2*, 1991): whole numbers of 32 bits, sorted digit by digit from the lowest; every pass is a stable sort by one digit.
 *
 * The keys are SPLASH-2's own: four numbers of NPB's generator, added up, so that they crowd around the middle.
 */
import { sameBits } from "../kernel/compare.ts";
import type { Part, SizeName, Verdict } from "../kernel/contract.ts";
import { multiplyModulo46, NPB_CG_SEED, NPB_MULTIPLIER } from "./randlc.ts";

export interface RadixProblem {
  readonly keys: number;
  /**
   * The lowest bit that is sorted by. What is below it is payload: each key's place in the input. The result then shows whether the
   * sort was stable.
   */
  readonly firstBit: number;
}

export const RADIX_PROBLEMS: Partial<Record<SizeName, RadixProblem>> = {
  tiny: { keys: 2 ** 14, firstBit: 14 },
  S: { keys: 2 ** 21, firstBit: 0 },
  W: { keys: 2 ** 24, firstBit: 0 },
};

/** Bits of a digit. SPLASH-2 takes 10 by default; with 11 it takes three passes for 32 bits instead of four. */
export const RADIX_BITS = 11;
export const RADIX = 2 ** RADIX_BITS;
const DIGIT_MASK = RADIX - 1;

/** How far each pass shifts the keys to the right. */
export function radixShifts({ firstBit }: RadixProblem): number[] {
  const shifts: number[] = [];
  for (let shift = firstBit; shift < 32; shift += RADIX_BITS) shifts.push(shift);
  return shifts;
}

/** The share of worker `worker` of so many: everybody must know everybody's. */
export function radixPart({ keys }: RadixProblem, worker: number, workers: number): Part {
  return { start: Math.floor((keys * worker) / workers), end: Math.floor((keys * (worker + 1)) / workers) };
}

const TWO_23 = 2 ** 23;
const TWO_46 = 2 ** 46;

/** The input's keys `start` to `start + to.length`; any part of the sequence can be made without the rest. */
export function makeRadixKeys({ firstBit }: RadixProblem, start: number, to: Uint32Array): void {
  const high = Math.floor(NPB_MULTIPLIER / TWO_23);
  const low = NPB_MULTIPLIER - high * TWO_23;
  // Each key takes four numbers. The loop is `randlc` with products instead of divisions, which are slow.
  let x = jump(4 * start);
  for (let i = 0; i < to.length; i++) {
    let sum = 0;
    for (let k = 0; k < 4; k++) {
      const xHigh = Math.floor(x / TWO_23);
      const xLow = x - xHigh * TWO_23;
      const middle = high * xLow + low * xHigh;
      const product = (middle - Math.floor(middle / TWO_23) * TWO_23) * TWO_23 + low * xLow;
      x = product - Math.floor(product / TWO_46) * TWO_46;
      sum += x / TWO_46;
    }
    to[i] = (sum / 4) * 2 ** 32;
  }
  if (firstBit === 0) return;
  // Few different keys, with bits in all digits, so that many are equal and their order counts; below them, where they stood.
  const keep = 0xc912_8000;
  for (let i = 0; i < to.length; i++) to[i] = (to[i] & keep) | (start + i);
}

/** The generator's state after so many numbers: seed · aᶜᵒᵘⁿᵗ. */
function jump(count: number): number {
  let x = NPB_CG_SEED;
  let power = NPB_MULTIPLIER;
  for (let left = count; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) x = multiplyModulo46(power, x);
    power = multiplyModulo46(power, power);
  }
  return x;
}

/** Adds to `counts` how often each digit occurs in keys `start` to `end`. */
export function countDigits(keys: Uint32Array, start: number, end: number, shift: number, counts: Int32Array): void {
  for (let i = start | 0; i < end; i++) counts[(keys[i] >>> shift) & DIGIT_MASK]++;
}

/** Writes keys `start` to `end` where they belong: `places[d]` is where the next key with digit d goes, and is moved on. */
export function permuteKeys(
  keys: Uint32Array,
  start: number,
  end: number,
  shift: number,
  places: Int32Array,
  to: Uint32Array,
): void {
  for (let i = start | 0; i < end; i++) {
    const key = keys[i];
    const digit = (key >>> shift) & DIGIT_MASK;
    const place = places[digit];
    places[digit] = place + 1;
    to[place] = key;
  }
}

/** Counts become places: what comes before each digit. */
export function digitPlaces(counts: Int32Array, places: Int32Array): void {
  let before = 0;
  for (let digit = 0; digit < RADIX; digit++) {
    places[digit] = before;
    before += counts[digit];
  }
}

/**
 * Where worker `worker` writes each digit if all write into one array: behind all lower digits, and behind the same digit of the
 * workers before it. `counts` has one row of RADIX for each worker.
 */
export function globalDigitPlaces(counts: Int32Array, workers: number, worker: number, places: Int32Array): void {
  let before = 0;
  for (let digit = 0; digit < RADIX; digit++) {
    for (let k = 0; k < workers; k++) {
      if (k === worker) places[digit] = before;
      before += counts[k * RADIX + digit];
    }
  }
}

/**
 * Part of the keys sorted so far, put together from the runs of the workers: each worker has sorted its own keys by one
 * digit, so those of one digit are a run in its block, and the sorted sequence is the runs of digit 0 of all workers,
 * then those of digit 1, and so on.
 */
export class RadixPieces {
  /** How many pieces there are, in the order of the keys. */
  length = 0;
  /** Of each piece: whose block it lies in, and from where until where in that block. */
  readonly owner: Int32Array;
  readonly from: Int32Array;
  readonly until: Int32Array;
  /** Of each worker's block, the range in which all of its pieces lie: they follow each other. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly #workers: number;

  constructor(workers: number) {
    this.#workers = workers;
    [this.owner, this.from, this.until] = Array.from({ length: 3 }, () => new Int32Array(workers * RADIX)) as Triple;
    this.first = new Int32Array(workers);
    this.last = new Int32Array(workers);
  }

  /** One piece: part of the worker's own block. */
  own(worker: number, length: number): void {
    this.#clear();
    this.#add(worker, 0, length);
  }

  /** Cuts keys `start` to `end` of the sorted sequence out of the runs; `counts` has one row of RADIX for each worker. */
  cut(counts: Int32Array, { start, end }: Part): void {
    this.#clear();
    const at = new Int32Array(this.#workers);
    let before = 0;
    for (let digit = 0; digit < RADIX; digit++) {
      for (let k = 0; k < this.#workers; k++) {
        const count = counts[k * RADIX + digit];
        const from = Math.max(start - before, 0);
        const until = Math.min(end - before, count);
        if (from < until) this.#add(k, at[k] + from, at[k] + until);
        at[k] += count;
        before += count;
      }
    }
  }

  #clear(): void {
    this.length = 0;
    this.first.fill(0);
    this.last.fill(0);
  }

  #add(worker: number, from: number, until: number): void {
    if (this.last[worker] === 0) this.first[worker] = from;
    this.last[worker] = until;
    const before = this.length - 1;
    if (before >= 0 && this.owner[before] === worker && this.until[before] === from) {
      this.until[before] = until;
      return;
    }
    this.owner[this.length] = worker;
    this.from[this.length] = from;
    this.until[this.length] = until;
    this.length++;
  }
}

type Triple = [Int32Array, Int32Array, Int32Array];

/** Sorts `keys` by one thread, with `other` as room of the same length. Returns the one of the two that holds the result. */
export function radixSerially(problem: RadixProblem, keys: Uint32Array, other: Uint32Array): Uint32Array {
  const counts = new Int32Array(RADIX);
  const places = new Int32Array(RADIX);
  let [from, to] = [keys, other];
  for (const shift of radixShifts(problem)) {
    counts.fill(0);
    countDigits(from, 0, from.length, shift, counts);
    digitPlaces(counts, places);
    permuteKeys(from, 0, from.length, shift, places, to);
    [from, to] = [to, from];
  }
  return from;
}

/** One serial result is kept for each problem: making and sorting the keys takes longer than sorting them on several workers. */
const expectations = new WeakMap<RadixProblem, Uint32Array>();

/** Looks at every key. */
export function checkRadix(problem: RadixProblem, sorted: Uint32Array): Verdict {
  let expected = expectations.get(problem);
  if (expected === undefined) {
    const keys = new Uint32Array(problem.keys);
    makeRadixKeys(problem, 0, keys);
    expected = keys.sort(); // the platform's: not the code that is being checked
    expectations.set(problem, expected);
  }
  return sameBits(sorted, expected);
}
