/**
 * Word count into a shared hash table, one program for any number of sites.
 *
 * Site 0 loads the text into shared memory, and each site reads its part of it, for good. A site counts its part into a private table, and lays the
 * words out in shared memory, sorted by the sites that own them: a word's hash says which. After a barrier each site reads what all
 * have laid out for it, in long spans, and adds it up in its own part of the shared table.
 *
 * Synchronisation: one barrier, and the one at the end. No locks: every page has one writer.
 */
import type { SharedArray, Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  bytesAround,
  checkWords,
  merge,
  privateTable,
  sortByOwner,
  sortedLength,
  tableSize,
  WORDS_ENTRIES,
  WORDS_SLOTS,
  WordCounter,
  WordTable,
} from "../kernels/words.ts";
import { WORDS_PROBLEMS, type WordsProblem, wordsText } from "../kernels/words-text.ts";

const PAGE = { pageSize: 65_536, home: "block" } as const;
const PAGE_NUMBERS = PAGE.pageSize / Int32Array.BYTES_PER_ELEMENT;
/** Bytes counted, and entries merged, between two looks at the mail: some hundred microseconds. */
const POLL_BYTES = 16_384;
const POLL_ENTRIES = 2048;

export function words(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("words", WORDS_PROBLEMS, args.size);
  const { bytes, distinct } = problem;
  const step = stepsOf(site, "words", args);
  const part = site.share(bytes);
  const around = bytesAround(bytes, part);
  using text = sharedText(site, problem).read(around.start, around.end);
  const size = tableSize(distinct);
  const sorted = partsFor(site, "words sorted", sortedLength(distinct, site.count));
  const slots = partsFor(site, WORDS_SLOTS, size.slots);
  const entries = partsFor(site, WORDS_ENTRIES, size.entries);
  const counter = new WordCounter();
  const own = privateTable(distinct);

  function countOwn(): void {
    own.clear();
    for (let start = part.start; start < part.end; start += POLL_BYTES) {
      const end = Math.min(start + POLL_BYTES, part.end);
      counter.count(text.view, start - around.start, end - around.start, own);
      site.poll();
      step(end - part.start, part.end - part.start);
    }
    using mine = sorted.write(site.id);
    sortByOwner(own, site.count, mine.view);
  }

  /** Everybody's words that are this site's; begins with those of the next site, so that not all ask the same one at once. */
  function mergeOwn(): void {
    using mySlots = slots.write(site.id);
    using myEntries = entries.write(site.id);
    const table = new WordTable(mySlots.view, myEntries.view);
    table.clear();
    for (let k = 1; k <= site.count; k++) {
      using words = wordsFor(site.id, (site.id + k) % site.count);
      for (let at = 0; at < words.view.length; site.poll()) at = merge(words.view, at, POLL_ENTRIES, table);
    }
  }

  function wordsFor(owner: number, from: number) {
    using limits = sorted.read(from, owner, owner + 2);
    return sorted.read(from, limits.view[0]!, limits.view[1]!);
  }

  return runKernel(site, "words", args, {
    reset: () => {
      using mine = slots.write(site.id);
      mine.view.fill(0);
    },
    compute: () => {
      countOwn();
      site.barrier(); // all words are laid out
      mergeOwn();
    },
    check: () => {
      using allSlots = slots.whole.read();
      using allEntries = entries.whole.read();
      const parts = Array.from({ length: site.count }, (_, k) => ({
        slots: slots.of(allSlots.view, k),
        entries: entries.of(allEntries.view, k),
      }));
      return checkWords(problem, parts);
    },
  });
}

function sharedText(site: Site, problem: WordsProblem): SharedArray<Uint8Array> {
  const text = site.memory.uint8("words text", problem.bytes, PAGE);
  if (site.id === 0) text.copyFrom(wordsText(problem));
  site.barrier();
  return text;
}

/** An array with a part of `length` numbers for each site, on pages of its own. */
function partsFor(site: Site, name: string, length: number) {
  const stride = Math.ceil(length / PAGE_NUMBERS) * PAGE_NUMBERS;
  const whole = site.memory.int32(name, stride * site.count, PAGE);
  return {
    whole,
    /** Numbers `start` to `end` of the part of site `of`. */
    read: (of: number, start: number, end: number) => whole.read(of * stride + start, of * stride + end),
    write: (of: number) => whole.write(of * stride, of * stride + length),
    /** A site's part of a view of all. */
    of: (view: Int32Array, of: number) => view.subarray(of * stride, of * stride + length),
  };
}
