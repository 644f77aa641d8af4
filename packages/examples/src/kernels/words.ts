/**
 * Counting the words of a text into hash tables, as every worker does it: first the words of its part of the text into a table of its own; then,
 * for the part of the words that is its, what all workers have counted into the table that all can see. Map, shuffle and reduce
 * (Dean and Ghemawat, *MapReduce*, OSDI 2004), in memory.
 *
 * A word is a run of the letters a to z, capitals as well, of at most 60 letters; longer runs are cut there. It is kept as an entry of 32-bit
 * numbers: its hash, its count, how many numbers its letters fill, and its letters, four to a number.
 */
import type { Part, Verdict } from "../kernel/contract.ts";
import { type WordsProblem, wordsText } from "./words-text.ts";

/** The shared arrays that the table is in at last: a part for each worker. */
export const WORDS_SLOTS = "words slots";
export const WORDS_ENTRIES = "words entries";

export const LONGEST_WORD = 60;
const LANES = LONGEST_WORD / 4;
const HASH = 0;
const COUNT = 1;
const LENGTH = 2;
const LETTERS = 3;

/** Numbers that an entry takes on average, and more: English words of a dictionary have eight letters. */
const NUMBERS_PER_WORD = 8;

/** A hash table with linear probing over plain arrays; the arrays may lie in shared memory. */
export class WordTable {
  /** Where each word's entry begins in `entries`, plus one; 0 where there is none. As many as a power of two. */
  readonly slots: Int32Array;
  /** The entries, one after the other, in the order in which the words came. */
  readonly entries: Int32Array;
  /** Numbers used of `entries`. */
  used = 0;
  /** Different words. */
  distinct = 0;

  constructor(slots: Int32Array, entries: Int32Array) {
    this.slots = slots;
    this.entries = entries;
  }

  clear(): void {
    this.slots.fill(0);
    this.used = 0;
    this.distinct = 0;
  }

  /** Adds `count` to the word whose letters fill `length` numbers from `at` on in `letters`. Throws RangeError when the table is full. */
  add(hash: number, letters: Int32Array, at: number, length: number, count: number): void {
    const { slots, entries } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let place = slots[slot]!; place !== 0; place = slots[slot]!) {
      const entry = place - 1;
      if (entries[entry] === hash && isWord(entries, entry, letters, at, length)) {
        entries[entry + COUNT]! += count;
        return;
      }
      slot = (slot + 1) & mask;
    }
    const entry = this.used;
    if (entry + LETTERS + length > entries.length || 2 * this.distinct > slots.length)
      throw new RangeError(`the table of ${slots.length} slots is full with ${this.distinct} words`);
    slots[slot] = entry + 1;
    entries[entry + HASH] = hash;
    entries[entry + COUNT] = count;
    entries[entry + LENGTH] = length;
    for (let k = 0; k < length; k++) entries[entry + LETTERS + k] = letters[at + k]!;
    this.used = entry + LETTERS + length;
    this.distinct++;
  }
}

function isWord(entries: Int32Array, entry: number, letters: Int32Array, at: number, length: number): boolean {
  if (entries[entry + LENGTH] !== length) return false;
  for (let k = 0; k < length; k++) if (entries[entry + LETTERS + k] !== letters[at + k]) return false;
  return true;
}

/** Slots and numbers of entries that so many different words need. */
export function tableSize(distinct: number): { slots: number; entries: number } {
  return { slots: 2 ** Math.ceil(Math.log2(2 * distinct)), entries: NUMBERS_PER_WORD * distinct };
}

/** A table in private memory. */
export function privateTable(distinct: number): WordTable {
  const { slots, entries } = tableSize(distinct);
  return new WordTable(new Int32Array(slots), new Int32Array(entries));
}

/** The letter that a byte stands for, as a small one; 0 if it is none. */
function letterOf(byte: number): number {
  const small = byte | 32;
  return small >= 97 && small <= 122 ? small : 0;
}

/** The bytes that a worker must see to count the words that begin in `part`: the one before, and the rest of the last word. */
export function bytesAround(length: number, { start, end }: Part): Part {
  return { start: Math.max(0, start - 1), end: Math.min(length, end + LONGEST_WORD) };
}

/** Counts the words of a text a part at a time; words longer than {@link LONGEST_WORD} must not lie across the ends of parts. */
export class WordCounter {
  readonly #letters = new Int32Array(LANES);

  /** Counts the words that begin at `start` to `end` of `text`. */
  count(text: Uint8Array, start: number, end: number, table: WordTable): void {
    const letters = this.#letters;
    let at = start;
    // A word that began before is another part's.
    if (at > 0 && letterOf(text[at - 1]!) !== 0) while (at < end && letterOf(text[at]!) !== 0) at++;
    while (at < end) {
      let letter = letterOf(text[at]!);
      if (letter === 0) {
        at++;
        continue;
      }
      let hash = 0;
      let lane = 0;
      let length = 0;
      for (; letter !== 0 && length < LONGEST_WORD; letter = at < text.length ? letterOf(text[at]!) : 0) {
        lane |= letter << (8 * (length & 3));
        if ((length & 3) === 3) {
          letters[length >> 2] = lane;
          hash = mixed(hash, lane);
          lane = 0;
        }
        length++;
        at++;
      }
      if (lane !== 0) {
        letters[length >> 2] = lane;
        hash = mixed(hash, lane);
      }
      table.add(hash, letters, 0, (length + 3) >> 2, 1);
    }
  }
}

/** A step of a multiplicative hash (Knuth, *The art of computer programming* 3, 6.4); its high bits are good, and are brought down. */
function mixed(hash: number, lane: number): number {
  const product = Math.imul(hash ^ lane, 0x9e3779b1);
  return product ^ (product >>> 15);
}

/** The worker whose part of the words this one is in. */
function ownerOf(hash: number, workers: number): number {
  return Math.floor((Math.imul(hash, 0x85ebca6b) >>> 0) * 2 ** -32 * workers);
}

/**
 * Copies a table's entries to `into`, sorted by the worker that they go to: `into[k]` to `into[k + 1]` is where those for worker k lie. Returns the
 * numbers written.
 */
export function sortByOwner({ entries, used }: WordTable, workers: number, into: Int32Array): number {
  into.fill(0, 0, workers + 1);
  for (let at = 0; at < used; at += LETTERS + entries[at + LENGTH]!)
    into[ownerOf(entries[at]!, workers) + 1]! += LETTERS + entries[at + LENGTH]!;
  into[0] = workers + 1;
  for (let owner = 0; owner < workers; owner++) into[owner + 1]! += into[owner]!;
  const next = into.slice(0, workers);
  for (let at = 0; at < used; ) {
    const owner = ownerOf(entries[at]!, workers);
    const length = LETTERS + entries[at + LENGTH]!;
    const place = next[owner]!;
    for (let k = 0; k < length; k++) into[place + k] = entries[at + k]!;
    next[owner] = place + length;
    at += length;
  }
  return into[workers]!;
}

/** Numbers that `sortByOwner` may write. */
export function sortedLength(distinct: number, workers: number): number {
  return workers + 1 + tableSize(distinct).entries;
}

/** Adds up to `most` entries to a table, from `start` on; where the next one begins. */
export function merge(entries: Int32Array, start: number, most: number, table: WordTable): number {
  let at = start;
  for (let entry = 0; entry < most && at < entries.length; entry++) {
    const length = entries[at + LENGTH]!;
    table.add(entries[at]!, entries, at + LETTERS, length, entries[at + COUNT]!);
    at += LETTERS + length;
  }
  return at;
}

/** Whole text, one table. */
export function wordsSerially(text: Uint8Array, table: WordTable): void {
  table.clear();
  new WordCounter().count(text, 0, text.length, table);
}

/** The word of an entry. */
function wordAt(entries: Int32Array, entry: number): string {
  let word = "";
  for (let k = 0; k < entries[entry + LENGTH]!; k++) {
    for (let lane = entries[entry + LETTERS + k]!; lane !== 0; lane >>>= 8) word += String.fromCharCode(lane & 255);
  }
  return word;
}

/** One part of the table that all can see. */
export interface TablePart {
  readonly slots: Int32Array;
  readonly entries: Int32Array;
}

/** The counts of a table, read through its slots as a look-up would. */
export function countsOf(parts: readonly TablePart[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { slots, entries } of parts) {
    for (const [slot, place] of slots.entries()) {
      if (place === 0) continue;
      const word = wordAt(entries, place - 1);
      // A word that is in two places would be found in one of them only, and one behind a gap not at all.
      const isSound = !counts.has(word) && isReached(slots, entries[place - 1]!, slot);
      counts.set(word, isSound ? entries[place - 1 + COUNT]! : Number.NaN);
    }
  }
  return counts;
}

/** Whether probing for that hash comes to that slot. */
function isReached(slots: Int32Array, hash: number, slot: number): boolean {
  const mask = slots.length - 1;
  for (let at = hash & mask; at !== slot; at = (at + 1) & mask) if (slots[at] === 0) return false;
  return true;
}

const expected = new Map<WordsProblem, ReadonlyMap<string, number>>();

/** Every word and its count against a Map's that is filled by a regular expression's matches. */
export function checkWords(problem: WordsProblem, parts: readonly TablePart[]): Verdict {
  const against = "a Map filled from a regular expression's matches";
  let wanted = expected.get(problem);
  if (wanted === undefined) {
    wanted = countsByMap(Buffer.from(wordsText(problem)).toString("latin1"));
    expected.set(problem, wanted);
  }
  const found = countsOf(parts);
  if (found.size !== wanted.size) return { ok: false, against, found: `${found.size} words instead of ${wanted.size}` };
  let sum = 0;
  for (const [word, count] of wanted) {
    if (found.get(word) !== count)
      return { ok: false, against, found: `"${word}" ${found.get(word) ?? 0} times instead of ${count}` };
    sum += count;
  }
  return { ok: true, against, found: `${sum} words, ${wanted.size} different` };
}

/** The same by other means. */
export function countsByMap(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/[A-Za-z]{1,60}/g)) {
    const small = word.toLowerCase();
    counts.set(small, (counts.get(small) ?? 0) + 1);
  }
  return counts;
}
