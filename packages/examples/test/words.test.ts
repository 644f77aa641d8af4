import {
  bytesAround,
  checkWords,
  countsByMap,
  countsOf,
  type KernelAnswer,
  merge,
  privateTable,
  sortByOwner,
  sortedLength,
  WORDS_PROBLEMS,
  WordCounter,
  wordsSerially,
  wordsText,
} from "@isles/examples";
import fc from "fast-check";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

const tiny = WORDS_PROBLEMS.tiny!;
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

function tableOf(text: Uint8Array, distinct = 1000) {
  const table = privateTable(distinct);
  wordsSerially(text, table);
  return table;
}

describe("word count", () => {
  it("counts words of letters, small and capital alike", () => {
    const table = tableOf(bytesOf("It was the best of times, it was the worst of TIMES -- a b2c x"));
    expect(Object.fromEntries(countsOf([table]))).toEqual({
      it: 2,
      was: 2,
      the: 2,
      best: 1,
      of: 2,
      times: 2,
      worst: 1,
      a: 1,
      b: 1,
      c: 1,
      x: 1,
    });
  });

  it("counts any text as a regular expression does, in any number of parts and for any number of owners", () => {
    const texts = fc.string({ unit: fc.constantFrom(..."abcdefgZ '-.é\n"), maxLength: 200 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 5 }), (text, workers) => {
        const bytes = bytesOf(text);
        const sorted = Array.from({ length: workers }, (_, k) => {
          const part = {
            start: Math.floor((bytes.length * k) / workers),
            end: Math.floor((bytes.length * (k + 1)) / workers),
          };
          const around = bytesAround(bytes.length, part);
          const table = privateTable(1000);
          new WordCounter().count(
            bytes.subarray(around.start, around.end),
            part.start - around.start,
            part.end - around.start,
            table,
          );
          const into = new Int32Array(sortedLength(1000, workers));
          sortByOwner(table, workers, into);
          return into;
        });
        const tables = sorted.map((_, owner) => {
          const table = privateTable(1000);
          for (const from of sorted) {
            const words = from.subarray(from[owner]!, from[owner + 1]!);
            for (let at = 0; at < words.length; ) at = merge(words, at, 2, table);
          }
          return table;
        });
        expect(countsOf(tables)).toEqual(countsByMap(text));
      }),
    );
  });

  it("cuts a run of letters where the regular expression does", () => {
    const text = "x".repeat(150);
    expect(countsOf([tableOf(bytesOf(text))])).toEqual(countsByMap(text));
  });

  it("says when its table is full", () => {
    const table = privateTable(4);
    expect(() => wordsSerially(bytesOf("a b c d e f g h i j"), table)).toThrow(
      /table of 8 slots is full with \d words/,
    );
  });

  it("has texts as long as their sizes say", () => {
    for (const problem of Object.values(WORDS_PROBLEMS)) expect(wordsText(problem).length).toBe(problem.bytes);
    expect(() => wordsText({ ...tiny, bytes: 1 })).toThrow("the glosses of adv are 283501 bytes instead of 1");
  });

  it("is checked as a whole: a count, a letter, a word that is missing or there twice", () => {
    const table = tableOf(wordsText(tiny), tiny.distinct);
    const spoiled = (change: (slots: Int32Array, entries: Int32Array) => void) => {
      const parts = [{ slots: table.slots.slice(), entries: table.entries.slice() }];
      change(parts[0]!.slots, parts[0]!.entries);
      return checkWords(tiny, parts);
    };
    expect(spoiled(() => undefined)).toMatchObject({ ok: true, found: "46028 words, 9456 different" });
    const used = table.slots.findLastIndex((place) => place !== 0);
    const free = table.slots.indexOf(0);
    const entry = table.slots[used]! - 1;
    const moved = (slots: Int32Array) => {
      slots[free] = slots[used]!;
      slots[used] = 0;
    };
    expect(spoiled(moved).ok).toBe(false);
    expect(spoiled((_, entries) => entries[entry + 1]!++).ok).toBe(false);
    expect(spoiled((_, entries) => (entries[entry + 3]! ^= 1)).ok).toBe(false);
    expect(spoiled((slots) => (slots[used] = 0)).ok).toBe(false);
    expect(spoiled((slots) => (slots[free] = slots[used]!)).ok).toBe(false);
  });

  it.each([1, 2, 3])("on shared memory at %i sites", async (sites) => {
    await using cluster = await launch({
      program: new URL("../dist/programs/words.program.js", import.meta.url),
      sites,
    });
    const answers = (await cluster.runAll("words", { size: "tiny", repeats: 2 })) as KernelAnswer[];
    expect(answers[0]!.verdict).toMatchObject({ ok: true });
    expect(answers.map(({ seconds }) => seconds.length)).toEqual(Array(sites).fill(2));
  });
});
