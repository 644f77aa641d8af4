/**
 * NPB IS on plain typed arrays: ranks whole numbers, as a bucket sort does. Ten times over: change two keys, count how often
 * each key occurs, and turn the counts into ranks. Source: RNR-94-007, section 2.2.5, and `is.c` of NPB 3 for the partial
 * verification.
 *
 * The rank of a key is how many smaller keys there are. So ranks add up: the rank of a key among all keys is the sum of its
 * ranks among each worker's keys.
 */
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { multiplyModulo46, NPB_CG_SEED, NPB_MULTIPLIER, skipAhead } from "./randlc.ts";

/** A key whose rank NPB publishes, after iteration k: `rank + sign · (k + offset)`. */
export interface IsProbe {
  /** Place of the key in the list. */
  readonly place: number;
  readonly rank: number;
  readonly sign: 1 | -1;
  readonly offset: number;
}

export interface IsProblem {
  readonly keys: number;
  /** Keys are below this. */
  readonly maxKey: number;
  readonly probes: readonly IsProbe[];
}

const probe = (place: number, rank: number, sign: 1 | -1, offset = 0): IsProbe => ({ place, rank, sign, offset });

export const IS_PROBLEMS: Readonly<Partial<Record<SizeName, IsProblem>>> = {
  tiny: { keys: 2 ** 13, maxKey: 2 ** 9, probes: [] },
  S: {
    keys: 2 ** 16,
    maxKey: 2 ** 11,
    probes: [
      probe(48427, 0, 1),
      probe(17148, 18, 1),
      probe(23627, 346, 1),
      probe(62548, 64917, -1),
      probe(4431, 65463, -1),
    ],
  },
  W: {
    keys: 2 ** 20,
    maxKey: 2 ** 16,
    probes: [
      probe(357773, 1249, 1, -2),
      probe(934767, 11698, 1, -2),
      probe(875723, 1039987, -1),
      probe(898999, 1043896, -1),
      probe(404505, 1048018, -1),
    ],
  },
  A: {
    keys: 2 ** 23,
    maxKey: 2 ** 19,
    probes: [
      probe(2112377, 104, 1, -1),
      probe(662041, 17523, 1, -1),
      probe(5336171, 123928, 1, -1),
      probe(3642833, 8288932, -1, -1),
      probe(4250760, 8388264, -1, -1),
    ],
  },
};

export const IS_ITERATIONS = 10;

/** Keys and ranks are shared out in so many equal parts, each of whole pages, so that no page has two writers. */
export const IS_PARTS = 64;

/** Keys `start` to `start + keys.length` of NPB's sequence: each is a quarter of the key range times the sum of four random numbers. */
export function npbKeys({ maxKey }: IsProblem, start: number, keys: Int32Array): void {
  const unit = (maxKey / 4) * 2 ** -46;
  let state = skipAhead(NPB_CG_SEED, 4 * start);
  for (let i = 0; i < keys.length; i++) {
    let sum = 0;
    for (let k = 0; k < 4; k++) {
      state = multiplyModulo46(NPB_MULTIPLIER, state);
      sum += state;
    }
    keys[i] = Math.floor(unit * sum);
  }
}

/** What iteration k = 1 … 10 changes: key k becomes k, and key k + 10 becomes maxKey − k. `keys` begin with key `start`. */
export function changeKeys({ maxKey }: IsProblem, iteration: number, start: number, keys: Int32Array): void {
  const first = iteration - start;
  if (first >= 0 && first < keys.length) keys[first] = iteration;
  const second = iteration + IS_ITERATIONS - start;
  if (second >= 0 && second < keys.length) keys[second] = maxKey - iteration;
}

/** counts[k] += how often k occurs among keys `start` to `end`. */
export function countKeys(keys: Int32Array, counts: Int32Array, start = 0, end: number = keys.length): void {
  for (let i = start | 0; i < end; i++) counts[keys[i]]++;
}

/** ranks[k] = how many of the counted keys are smaller than k. */
export function ranksOf(counts: Int32Array, ranks: Int32Array): void {
  const length = counts.length;
  let smaller = 0;
  for (let k = 0; k < length; k++) {
    ranks[k] = smaller;
    smaller = (smaller + counts[k]) | 0;
  }
}

/** ranks[i] += more[i] */
export function addRanks(ranks: Int32Array, more: Int32Array): void {
  const length = ranks.length;
  for (let i = 0; i < length; i++) ranks[i] += more[i];
}

/** What is looked at in the end: the ranks of all keys, the keys themselves, and for each iteration the ranks of the probes. */
export interface IsResult {
  readonly keys: Int32Array;
  /** `ranks[k]`: how many keys are smaller than k; `maxKey` of them. */
  readonly ranks: Int32Array;
  /** Of iteration k and probe j: `(k - 1) · probes + j`. */
  readonly found: Int32Array;
}

/** The values of the probes, which no iteration changes. */
export function probeKeys(problem: IsProblem): Int32Array {
  const one = new Int32Array(1);
  return Int32Array.from(problem.probes, ({ place }) => {
    npbKeys(problem, place, one);
    return one[0];
  });
}

/** Notes the ranks of those probes whose keys lie in `ranks`, which begin with key `start`. */
export function noteProbes(
  probes: Int32Array,
  iteration: number,
  start: number,
  ranks: Int32Array,
  found: Int32Array,
): void {
  for (let j = 0; j < probes.length; j++) {
    const at = probes[j] - start;
    if (at >= 0 && at < ranks.length) found[(iteration - 1) * probes.length + j] = ranks[at];
  }
}

/** The ten iterations by one thread; `keys` are as `npbKeys` makes them, and changed. */
export function isSerially(problem: IsProblem, keys: Int32Array): IsResult {
  const counts = new Int32Array(problem.maxKey);
  const ranks = new Int32Array(problem.maxKey);
  const probes = probeKeys(problem);
  const found = new Int32Array(IS_ITERATIONS * probes.length);
  for (let iteration = 1; iteration <= IS_ITERATIONS; iteration++) {
    changeKeys(problem, iteration, 0, keys);
    counts.fill(0);
    countKeys(keys, counts);
    ranksOf(counts, ranks);
    noteProbes(probes, iteration, 0, ranks, found);
  }
  return { keys, ranks, found };
}

/**
 * NPB's two verifications: the published ranks in every iteration, and in the end that the ranks put the keys in order. More than
 * NPB: that the keys are those of the published rule, so that nobody sorts something easier; and that every rank is right.
 */
export function checkIs(problem: IsProblem, { keys, ranks, found }: IsResult): Verdict {
  const { probes, maxKey } = problem;
  const against = `${probes.length > 0 ? "NPB's ranks in each iteration, and " : ""}the sorted keys`;
  const bad = (what: string): Verdict => ({ ok: false, against, found: what });
  if (found.length !== IS_ITERATIONS * probes.length) return bad(`${found.length} probed ranks`);
  for (let i = 0; i < found.length; i++) {
    const iteration = 1 + Math.floor(i / probes.length);
    const { place, rank, sign, offset } = probes[i % probes.length];
    const expected = rank + sign * (iteration + offset);
    if (found[i] !== expected)
      return bad(`after iteration ${iteration} the rank of key ${place} is ${found[i]} instead of ${expected}`);
  }
  const expectedKeys = lastKeys(problem);
  if (keys.length !== expectedKeys.length) return bad(`${keys.length} keys instead of ${expectedKeys.length}`);
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] !== expectedKeys[i]) return bad(`key ${i} is ${keys[i]} instead of ${expectedKeys[i]}`);
  }
  if (ranks.length !== maxKey) return bad(`${ranks.length} ranks instead of ${maxKey}`);
  const sorted = keys.toSorted();
  for (let k = 0, smaller = 0; k < maxKey; k++) {
    while (smaller < sorted.length && sorted[smaller] < k) smaller++;
    if (ranks[k] !== smaller) return bad(`${ranks[k]} keys are said to be smaller than ${k}, but ${smaller} are`);
  }
  return { ok: true, against, found: `${keys.length} keys in order` };
}

const keysInTheEnd = new WeakMap<IsProblem, Int32Array>();

/** The keys after the last iteration, by the published rule. */
function lastKeys(problem: IsProblem): Int32Array {
  let keys = keysInTheEnd.get(problem);
  if (keys === undefined) {
    keys = new Int32Array(problem.keys);
    npbKeys(problem, 0, keys);
    for (let iteration = 1; iteration <= IS_ITERATIONS; iteration++) changeKeys(problem, iteration, 0, keys);
    keysInTheEnd.set(problem, keys);
  }
  return keys;
}
