/**
 * A hash map with open addressing in one array, cut into stripes; and clients that read, update and insert in the manner of YCSB (Cooper et al.,
 * *Benchmarking cloud serving systems with YCSB*, SoCC 2010).
 *
 * A key is a whole number, 1 or more, and is in the stripe that its hash says, by linear probing there. A slot is two 32-bit numbers:
 * the key, 0 where there is none, and its counter.
 */
import type { Part, SizeName, Verdict } from "../kernel/contract.ts";
import { Xorshift } from "./xorshift.ts";

export interface HashmapProblem {
  /** Keys 1 to `records` are there at the start, with counters of 1. */
  readonly records: number;
  /** All clients' together. */
  readonly operations: number;
  /** Powers of two. */
  readonly stripes: number;
  readonly slotsPerStripe: number;
  /** Operations that a site collects before it carries them out, stripe by stripe. */
  readonly batch: number;
}

export const HASHMAP_PROBLEMS: Partial<Record<SizeName, HashmapProblem>> = {
  tiny: { records: 1000, operations: 20_000, stripes: 8, slotsPerStripe: 512, batch: 4096 },
  S: { records: 2 ** 15, operations: 1_000_000, stripes: 32, slotsPerStripe: 8192, batch: 2 ** 18 },
  W: { records: 2 ** 17, operations: 8_000_000, stripes: 128, slotsPerStripe: 8192, batch: 2 ** 20 },
};

/** The shared array of the map. */
export const HASHMAP = "hashmap";

const READ = 0;
const UPDATE = 1;
const INSERT = 2;
/** An operation is a 32-bit number: the key times four, and what to do with it. */
const KINDS = 4;

/** Half of the operations read; these update, by adding one; the rest inserts a new key. */
const UPDATES = 0.45;
const READS = 0.5;

/** Whose operations these are depends on the number of workers, what they are does not. */
const CLIENTS = 64;
/** YCSB's skew: the key of rank k is chosen in proportion to k to the power of minus this. */
const SKEW = 0.99;

/** Numbers in a stripe. */
export function stripeLength({ slotsPerStripe }: HashmapProblem): number {
  return 2 * slotsPerStripe;
}

/** A good mixture of all bits (the end of MurmurHash3; Appleby, 2011). */
function hashOf(key: number): number {
  let hash = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The stripe that a key is in: the high bits of its hash. The low ones say where in it. */
export function stripeOf(key: number, stripes: number): number {
  return Math.floor((hashOf(key) >>> 0) * 2 ** -32 * stripes);
}

/** Where a key's slot begins in a stripe that begins at `base`, or the free one where it would be. Throws RangeError for a full stripe. */
export function slotOf(map: Int32Array, base: number, slots: number, key: number): number {
  const mask = slots - 1;
  let slot = hashOf(key) & mask;
  for (let probes = 0; probes < slots; probes++) {
    const found = map[base + 2 * slot]!;
    if (found === key || found === 0) return base + 2 * slot;
    slot = (slot + 1) & mask;
  }
  throw new RangeError(`the stripe at ${base} is full with ${slots} keys`);
}

/** The operations of a worker's clients, one client's after the other's. */
export function operationsFor(problem: HashmapProblem, { start, end }: Part): Int32Array {
  const zipf = zipfian(problem.records);
  const parts = Array.from({ length: end - start }, (_, k) => operationsOf(problem, start + k, zipf));
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export { CLIENTS as HASHMAP_CLIENTS };

function operationsOf({ records, operations }: HashmapProblem, client: number, zipf: Zipf): Int32Array {
  const random = new Xorshift(client + 1);
  const most = Math.ceil(operations / CLIENTS);
  const count = Math.min(most, operations - client * most);
  const list = new Int32Array(Math.max(0, count));
  let nextNew = 1 + records + client * most;
  for (let k = 0; k < list.length; k++) {
    const kind = random.next();
    if (kind >= READS + UPDATES) list[k] = KINDS * nextNew++ + INSERT;
    else list[k] = KINDS * (1 + zipf(random.next())) + (kind < READS ? READ : UPDATE);
  }
  return list;
}

/** From a number in [0, 1), a rank in 0 … items-1. */
type Zipf = (uniform: number) => number;

/** YCSB's generator: Gray et al., *Quickly generating billion-record synthetic databases*, SIGMOD 1994. */
function zipfian(items: number): Zipf {
  let zeta = 0;
  for (let k = 1; k <= items; k++) zeta += k ** -SKEW;
  const second = 0.5 ** SKEW;
  const eta = (1 - (2 / items) ** (1 - SKEW)) / (1 - (1 + second) / zeta);
  const power = 1 / (1 - SKEW);
  return (uniform) => {
    const scaled = uniform * zeta;
    if (scaled < 1) return 0;
    if (scaled < 1 + second) return 1;
    return Math.min(items - 1, Math.floor(items * (eta * uniform - eta + 1) ** power));
  };
}

/** Puts the first records into the stripes of a part of the map; `map` is that part. */
export function loadRecords({ records, stripes, slotsPerStripe }: HashmapProblem, part: Part, map: Int32Array): void {
  map.fill(0);
  for (let key = 1; key <= records; key++) {
    const stripe = stripeOf(key, stripes);
    if (stripe < part.start || stripe >= part.end) continue;
    const slot = slotOf(map, 2 * slotsPerStripe * (stripe - part.start), slotsPerStripe, key);
    map[slot] = key;
    map[slot + 1] = 1;
  }
}

/** Sorts operations by their stripe, those of one stripe in their order; `limits[s]` to `limits[s + 1]` are those of stripe s. */
export function sortByStripe(
  operations: Int32Array,
  start: number,
  end: number,
  stripes: number,
  sorted: Int32Array,
  limits: Int32Array,
): void {
  limits.fill(0);
  for (let k = start; k < end; k++) limits[stripeOf(operations[k]! >>> 2, stripes) + 1]!++;
  for (let stripe = 0; stripe < stripes; stripe++) limits[stripe + 1]! += limits[stripe]!;
  for (let k = start; k < end; k++) {
    const stripe = stripeOf(operations[k]! >>> 2, stripes);
    sorted[limits[stripe]!++] = operations[k]!;
  }
  // Each limit has become the next one.
  limits.copyWithin(1, 0, stripes);
  limits[0] = 0;
}

/** Carries out operations on the stripe that begins at `base`; how many reads found their key. */
export function applyToStripe(
  operations: Int32Array,
  start: number,
  end: number,
  map: Int32Array,
  base: number,
  slots: number,
): number {
  let hits = 0;
  for (let k = start; k < end; k++) {
    const operation = operations[k]!;
    const slot = slotOf(map, base, slots, operation >>> 2);
    const kind = operation & 3;
    if (kind === READ) {
      if (map[slot + 1]! > 0) hits++;
    } else {
      map[slot] = operation >>> 2; // an update finds it there
      map[slot + 1]!++;
    }
  }
  return hits;
}

/** All operations one after the other, each where its key is; how many reads found their key. */
export function hashmapSerially(problem: HashmapProblem, operations: Int32Array, map: Int32Array): number {
  const { stripes, slotsPerStripe } = problem;
  const stride = stripeLength(problem);
  let hits = 0;
  for (let k = 0; k < operations.length; k++) {
    const base = stride * stripeOf(operations[k]! >>> 2, stripes);
    hits += applyToStripe(operations, k, k + 1, map, base, slotsPerStripe);
  }
  return hits;
}

const expected = new Map<HashmapProblem, ReadonlyMap<number, number>>();
const expectedReads = new Map<HashmapProblem, number>();

/** What the counters must be: counted by a Map. */
function expectedCounters(problem: HashmapProblem): ReadonlyMap<number, number> {
  const counters = new Map<number, number>();
  let reads = 0;
  for (let key = 1; key <= problem.records; key++) counters.set(key, 1);
  for (const operation of operationsFor(problem, { start: 0, end: CLIENTS })) {
    const key = operation >>> 2;
    if ((operation & 3) === READ) reads++;
    else counters.set(key, (counters.get(key) ?? 0) + 1);
  }
  expected.set(problem, counters);
  expectedReads.set(problem, reads);
  return counters;
}

/** Every key is found and has its counter, there are no others, and every read found its key. `map` is all of it. */
export function checkHashmap(problem: HashmapProblem, map: Int32Array, hits: number): Verdict {
  const against = "a Map of the same operations";
  const counters = expected.get(problem) ?? expectedCounters(problem);
  const wrong = (found: string): Verdict => ({ ok: false, against, found });
  let used = 0;
  for (let slot = 0; slot < map.length; slot += 2) if (map[slot] !== 0) used++;
  if (used !== counters.size) return wrong(`${used} keys instead of ${counters.size}`);
  const { stripes, slotsPerStripe } = problem;
  for (const [key, counter] of counters) {
    const slot = slotOf(map, stripeLength(problem) * stripeOf(key, stripes), slotsPerStripe, key);
    if (map[slot] !== key) return wrong(`key ${key} is missing`);
    if (map[slot + 1] !== counter) return wrong(`key ${key} counts ${map[slot + 1]} instead of ${counter}`);
  }
  const reads = expectedReads.get(problem)!;
  if (hits !== reads) return wrong(`${hits} of ${reads} reads found their key`);
  return { ok: true, against, found: `${used} keys, their counters, ${reads} reads` };
}
