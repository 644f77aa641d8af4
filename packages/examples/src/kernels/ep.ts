/**
 * NPB EP on plain typed arrays: pairs of random numbers in the square, those inside the circle turned into pairs of Gaussian
 * deviates (Marsaglia's polar method), their sums, and how many fall into each square annulus. Source: RNR-94-007, section 2.2.1.
 *
 * Pairs are made in batches; any batch can be made alone, since the random sequence can be entered anywhere.
 */
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { NPB_EP_SEED, nextNumbers, skipAhead } from "./randlc.ts";

export interface EpProblem {
  readonly pairs: number;
  /** What NPB publishes: the two sums, and (in its reports) the pairs in each annulus. None for the size of the tests. */
  readonly published?: { readonly sx: number; readonly sy: number; readonly annuli: readonly number[] };
}

export const EP_PROBLEMS: Readonly<Partial<Record<SizeName, EpProblem>>> = {
  tiny: { pairs: 2 ** 16 },
  S: {
    pairs: 2 ** 24,
    published: {
      sx: -3.24783465203474e3,
      sy: -6.958407078382297e3,
      annuli: [6140517, 5865300, 1100361, 68546, 1648, 17, 0, 0, 0, 0],
    },
  },
  W: {
    pairs: 2 ** 25,
    published: {
      sx: -2.863319731645753e3,
      sy: -6.320053679109499e3,
      // Not published; the serial run's, by which the published sums come out.
      annuli: [12281576, 11729692, 2202726, 137368, 3371, 36, 0, 0, 0, 0],
    },
  },
  A: {
    pairs: 2 ** 28,
    published: {
      sx: -4.295875165629892e3,
      sy: -1.580732573678431e4,
      annuli: [98257395, 93827014, 17611549, 1110028, 26536, 245, 0, 0, 0, 0],
    },
  },
};

/** Pairs made at a time: their random numbers (64 KiB) stay in a cache, and a batch takes a fraction of a millisecond. */
export const EP_BATCH = 2 ** 12;
/** Annuli counted: pairs with max(|x|, |y|) from l to l + 1. */
export const EP_ANNULI = 10;
/** What is found: the sum of the x, the sum of the y, then the counts of the annuli. */
export const EP_RESULTS = 2 + EP_ANNULI;
/** NPB's bound on the relative error of the sums. */
const EPSILON = 1e-8;

/** Room for the random numbers of one batch. */
export const epScratch = (): Float64Array => new Float64Array(2 * EP_BATCH);

/** Makes batch number `batch` and adds what it finds to `results`. `scratch` is overwritten. */
export function tallyBatch(batch: number, scratch: Float64Array, results: Float64Array): void {
  nextNumbers(skipAhead(NPB_EP_SEED, batch * 2 * EP_BATCH), scratch);
  let sx = 0;
  let sy = 0;
  for (let i = 0; i < scratch.length; i += 2) {
    const x = 2 * scratch[i] - 1;
    const y = 2 * scratch[i + 1] - 1;
    const t = x * x + y * y;
    if (t > 1) continue;
    const factor = Math.sqrt((-2 * Math.log(t)) / t);
    const gx = x * factor;
    const gy = y * factor;
    results[2 + (Math.max(Math.abs(gx), Math.abs(gy)) | 0)]++;
    sx += gx;
    sy += gy;
  }
  results[0] += sx;
  results[1] += sy;
}

/** Adds one worker's results to those of all. */
export function addResults(results: Float64Array, more: Float64Array): void {
  for (let i = 0; i < EP_RESULTS; i++) results[i] += more[i];
}

/** All batches by one thread. */
export function epSerially({ pairs }: EpProblem): Float64Array {
  const results = new Float64Array(EP_RESULTS);
  const scratch = epScratch();
  for (let batch = 0; batch < pairs / EP_BATCH; batch++) tallyBatch(batch, scratch, results);
  return results;
}

const serialResults = new WeakMap<EpProblem, Float64Array>();

/** Counts must be equal, sums within NPB's 1e-8 (their order depends on who was first); against NPB, or else the serial run. */
export function checkEp(problem: EpProblem, results: Float64Array): Verdict {
  const against = `${problem.published ? "NPB's" : "the serial run's"} sums, relative ${EPSILON}, and counts`;
  const expected = expectedResults(problem);
  if (results.length !== EP_RESULTS)
    return { ok: false, against, found: `${results.length} numbers instead of ${EP_RESULTS}` };
  for (let i = 0; i < EP_RESULTS; i++) {
    const isRight = i < 2 ? Math.abs((results[i] - expected[i]) / expected[i]) <= EPSILON : results[i] === expected[i];
    const name = i < 2 ? `the sum of the ${"xy"[i]}` : `the count of annulus ${i - 2}`;
    if (!isRight) return { ok: false, against, found: `${name} is ${results[i]} instead of ${expected[i]}` };
  }
  return { ok: true, against, found: `sums ${results[0]} and ${results[1]}` };
}

function expectedResults(problem: EpProblem): Float64Array {
  const { published } = problem;
  if (published) return Float64Array.of(published.sx, published.sy, ...published.annuli);
  let results = serialResults.get(problem);
  if (results === undefined) {
    results = epSerially(problem);
    serialResults.set(problem, results);
  }
  return results;
}
