/** A worker that keeps a part of the map's stripes, and its clients' operations. */
import {
  applyToStripe,
  HASHMAP_CLIENTS,
  HASHMAP_PROBLEMS,
  type HashmapProblem,
  loadRecords,
  operationsFor,
  type Part,
  problemOf,
  type SizeName,
  sortByStripe,
  stripeLength,
} from "@isles/examples";
import { partOf } from "../crew.ts";
import { giveAway } from "../give-away.ts";
import { buffersOfBlocks } from "./exchange.ts";

let problem: HashmapProblem;
let operations: Int32Array;
/** The stripes of each worker. */
let parts: readonly Part[];
let id: number;
/** This worker's stripes. */
let map: Int32Array;
let sorted: Int32Array;
let limits: Int32Array;
/** The operations before this one have been sorted. */
let done = 0;
let found = 0;

/** Returns how many operations this worker's clients have. */
export function begin(size: SizeName, worker: number, workers: number): number {
  problem = problemOf("hashmap", HASHMAP_PROBLEMS, size);
  const { stripes, batch } = problem;
  operations = operationsFor(problem, partOf(HASHMAP_CLIENTS, worker, workers));
  parts = Array.from({ length: workers }, (_, other) => partOf(stripes, other, workers));
  id = worker;
  map = new Int32Array((parts[id]!.end - parts[id]!.start) * stripeLength(problem));
  sorted = new Int32Array(Math.min(batch, operations.length));
  limits = new Int32Array(stripes + 1);
  return operations.length;
}

export function reset(): void {
  loadRecords(problem, parts[id]!, map);
  done = 0;
  found = 0;
}

/**
 * Carries out the other workers' operations, then the next batch of this one's own as far as they are on its stripes; returns the rest, a
 * cut for each worker: where the operations on each of its stripes begin in the cut, where the last ones end, and the operations.
 */
export function turn(cuts: readonly Int32Array[]): Int32Array[] {
  for (const cut of cuts) carryOut(cut, cut, 0);
  const end = Math.min(done + problem.batch, operations.length);
  sortByStripe(operations, done, end, problem.stripes, sorted, limits);
  done = end;
  carryOut(sorted, limits, parts[id]!.start);
  const others = parts.map(cutFor);
  return giveAway(others, buffersOfBlocks(others));
}

/** Reads that have found their key. */
export function hits(): number {
  return found;
}

export function part(): Int32Array {
  return map;
}

/** Operations on all of this worker's stripes; those on the first lie at `places[first]` to `places[first + 1]`. */
function carryOut(from: Int32Array, places: Int32Array, first: number): void {
  if (places.length === 0) return;
  const { slotsPerStripe } = problem;
  const stride = stripeLength(problem);
  for (let at = 0, base = 0; base < map.length; at++, base += stride)
    found += applyToStripe(from, places[first + at]!, places[first + at + 1]!, map, base, slotsPerStripe);
}

/** Nothing for this worker itself. */
function cutFor({ start, end }: Part, worker: number): Int32Array<ArrayBuffer> {
  if (worker === id || limits[start] === limits[end]) return new Int32Array(0);
  const head = end - start + 1;
  const cut = new Int32Array(head + limits[end]! - limits[start]!);
  for (let k = 0; k < head; k++) cut[k] = head + limits[start + k]! - limits[start]!;
  cut.set(sorted.subarray(limits[start], limits[end]), head);
  return cut;
}
