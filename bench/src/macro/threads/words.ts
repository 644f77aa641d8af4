import {
  checkWords,
  type KernelAnswer,
  type KernelArgs,
  merge,
  privateTable,
  problemOf,
  runKernel,
  sortByOwner,
  sortedLength,
  tableSize,
  WORDS_PROBLEMS,
  WordCounter,
  WordTable,
  wordsText,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** Room for the tables of so many threads. */
const MOST_THREADS = 16;

export function heapBytes(args: KernelArgs): number {
  const { bytes, distinct } = problemOf("words", WORDS_PROBLEMS, args.size);
  const { slots, entries } = tableSize(distinct);
  return bytes + 4 * MOST_THREADS * (sortedLength(distinct, MOST_THREADS) + slots + entries + 48);
}

/** Words are laid out for the threads that own them, and each adds up its own: one barrier, no locks. */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const { id, count } = team;
  if (count > MOST_THREADS) throw new RangeError(`words: there is room for ${MOST_THREADS} threads, not ${count}`);
  const problem = problemOf("words", WORDS_PROBLEMS, args.size);
  const { bytes, distinct } = problem;
  const size = tableSize(distinct);
  const text = team.uint8(bytes);
  const each = (length: number) => Array.from({ length: count }, () => team.int32(length));
  const sorted = each(sortedLength(distinct, count));
  const slots = each(size.slots);
  const entries = each(size.entries);
  if (id === 0) text.set(wordsText(problem));
  team.barrier();
  const { start, end } = team.share(bytes);
  const counter = new WordCounter();
  const own = privateTable(distinct);
  const table = new WordTable(slots[id]!, entries[id]!);
  return runKernel(team, "words", args, {
    reset: () => table.clear(),
    compute: () => {
      own.clear();
      counter.count(text, start, end, own);
      sortByOwner(own, count, sorted[id]!);
      team.barrier(); // all words are laid out
      table.clear();
      for (let k = 1; k <= count; k++) {
        const from = sorted[(id + k) % count]!;
        merge(from.subarray(from[id]!, from[id + 1]!), 0, distinct, table);
      }
    },
    check: () =>
      checkWords(
        problem,
        slots.map((part, k) => ({ slots: part, entries: entries[k]! })),
      ),
  });
}
