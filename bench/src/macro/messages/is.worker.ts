import {
  addRanks,
  changeKeys,
  countKeys,
  IS_ITERATIONS,
  type IsProblem,
  noteProbes,
  npbKeys,
  type Part,
  probeKeys,
  ranksOf,
} from "@isles/examples";

interface Own {
  readonly problem: IsProblem;
  readonly part: Part;
  readonly range: Part;
  readonly probes: Int32Array;
  readonly keys: Int32Array;
  readonly counts: Int32Array;
  readonly ranks: Int32Array;
  readonly sums: Int32Array;
  readonly found: Int32Array;
}

let own: Own | undefined;

function state(): Own {
  if (own === undefined) throw new Error("the IS worker has no keys yet: call reset first");
  return own;
}

/** This worker's part of the keys, and of their range. */
export function reset(problem: IsProblem, part: Part, range: Part): void {
  const probes = probeKeys(problem);
  own = {
    problem,
    part,
    range,
    probes,
    keys: new Int32Array(part.end - part.start),
    counts: new Int32Array(problem.maxKey),
    ranks: new Int32Array(problem.maxKey),
    sums: new Int32Array(range.end - range.start),
    found: new Int32Array(IS_ITERATIONS * probes.length),
  };
  npbKeys(problem, part.start, own.keys);
}

/** Ranks among this worker's keys: for each of the others' ranges, in pieces. */
export function rank(iteration: number, ranges: readonly Part[]): Int32Array[] {
  const { problem, part, range, keys, counts, ranks, sums } = state();
  changeKeys(problem, iteration, part.start, keys);
  counts.fill(0);
  countKeys(keys, counts);
  ranksOf(counts, ranks);
  sums.set(ranks.subarray(range.start, range.end));
  return ranges.map(({ start, end }) => ranks.slice(start, end));
}

/** Adds the others' ranks of this worker's range. */
export function add(iteration: number, pieces: readonly Int32Array[]): void {
  const { range, probes, sums, found } = state();
  for (const piece of pieces) addRanks(sums, piece);
  noteProbes(probes, iteration, range.start, sums, found);
}

/** What this worker has in the end. */
export function result(): { keys: Int32Array; ranks: Int32Array; found: Int32Array } {
  const { keys, sums, found } = state();
  return { keys, ranks: sums, found };
}
