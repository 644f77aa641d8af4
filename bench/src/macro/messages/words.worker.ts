/** A worker that keeps a part of the text, a table of its words, and one of all words that it owns. */
import {
  merge,
  type Part,
  privateTable,
  sortByOwner,
  sortedLength,
  type TablePart,
  WordCounter,
  type WordTable,
} from "@isles/examples";
import { giveAway } from "../give-away.ts";
import { buffersOfBlocks } from "./exchange.ts";

const counter = new WordCounter();
let text: Uint8Array;
/** The part of `text` whose words are counted. */
let part: Part;
let distinct: number;
let id: number;
let workers: number;
let counted: WordTable;
let owned: WordTable;
/** The entries of `counted`, sorted by the worker that they go to. */
let sorted: Int32Array<ArrayBuffer>;

export function begin(bytes: Uint8Array, own: Part, most: number, worker: number, of: number): void {
  text = bytes;
  part = own;
  distinct = most;
  id = worker;
  workers = of;
  counted = privateTable(distinct);
  owned = privateTable(distinct);
  sorted = new Int32Array(sortedLength(distinct, workers));
}

export function reset(): void {
  owned.clear();
}

/** Counts the words of this worker's text; returns the entries for each of the others. */
export function count(): Int32Array[] {
  counted.clear();
  counter.count(text, part.start, part.end, counted);
  sortByOwner(counted, workers, sorted);
  // What is this worker's own stays here.
  const cuts = Array.from({ length: workers }, (_, k) => sorted.slice(sorted[k], sorted[k === id ? k : k + 1]));
  return giveAway(cuts, buffersOfBlocks(cuts));
}

/** Adds up the words that are this worker's. */
export function add(cuts: readonly Int32Array[]): void {
  owned.clear();
  merge(sorted.subarray(sorted[id]!, sorted[id + 1]!), 0, distinct, owned);
  for (const cut of cuts) merge(cut, 0, distinct, owned);
}

/** The table of this worker's words. */
export function result(): TablePart {
  return { slots: owned.slots, entries: owned.entries };
}
