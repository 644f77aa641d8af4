import {
  checkHashmap,
  HASHMAP_CLIENTS,
  HASHMAP_PROBLEMS,
  hashmapSerially,
  type KernelAnswer,
  loadRecords,
  operationsFor,
  slotOf,
  sortByStripe,
  stripeLength,
  stripeOf,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

const tiny = HASHMAP_PROBLEMS.tiny!;
const all = operationsFor(tiny, { start: 0, end: HASHMAP_CLIENTS });
const kindOf = (operation: number) => operation & 3;
const keyOf = (operation: number) => operation >>> 2;

function run() {
  const map = new Int32Array(tiny.stripes * stripeLength(tiny));
  loadRecords(tiny, { start: 0, end: tiny.stripes }, map);
  return { hits: hashmapSerially(tiny, all, map), map };
}

describe("the shared hash map", () => {
  it("has operations in YCSB's mixture, and keys by Zipf's law", () => {
    expect(all.length).toBe(tiny.operations);
    const share = (kind: number) => all.filter((operation) => kindOf(operation) === kind).length / all.length;
    expect([share(0), share(1), share(2)].map((part) => Math.round(part * 100))).toEqual([50, 45, 5]);
    const chosen = (key: number) => all.filter((operation) => kindOf(operation) < 2 && keyOf(operation) === key).length;
    // The first key is chosen about 2 ** 0.99 as often as the second, and the first hundred more than half the time.
    expect(chosen(1) / chosen(2)).toBeGreaterThan(1.7);
    expect(chosen(1) / chosen(2)).toBeLessThan(2.3);
    const first = all.filter((operation) => keyOf(operation) <= 100).length;
    expect(first / all.length).toBeGreaterThan(0.5);
  });

  it("gives every client its operations, whoever carries them out; new keys are all different", () => {
    const parts = [0, 10, 37, HASHMAP_CLIENTS];
    const joined = parts.slice(1).flatMap((end, k) => [...operationsFor(tiny, { start: parts[k]!, end })]);
    expect(joined).toEqual([...all]);
    const inserted = [...all].filter((operation) => kindOf(operation) === 2).map(keyOf);
    expect(new Set(inserted).size).toBe(inserted.length);
    expect(Math.min(...inserted)).toBeGreaterThan(tiny.records);
  });

  it("sorts a batch by stripe, and keeps the order within one", () => {
    const sorted = new Int32Array(1000);
    const limits = new Int32Array(tiny.stripes + 1);
    sortByStripe(all, 500, 1500, tiny.stripes, sorted, limits);
    expect([limits[0], limits.at(-1)]).toEqual([0, 1000]);
    const batch = [...all.subarray(500, 1500)];
    for (let stripe = 0; stripe < tiny.stripes; stripe++) {
      const expected = batch.filter((operation) => stripeOf(keyOf(operation), tiny.stripes) === stripe);
      expect([...sorted.subarray(limits[stripe], limits[stripe + 1])]).toEqual(expected);
    }
  });

  it("says when a stripe is full", () => {
    const map = new Int32Array(4);
    map[0] = 7;
    map[2] = 8;
    expect(() => slotOf(map, 0, 2, 9)).toThrow("full with 2 keys");
  });

  it("is checked as a whole: a lost update, a lost key, one too many, a read that missed", () => {
    const { hits, map } = run();
    expect(checkHashmap(tiny, map, hits)).toMatchObject({ ok: true });
    expect(checkHashmap(tiny, map, hits - 1).found).toContain("reads found their key");
    const spoiled = (change: (map: Int32Array) => void) => {
      const copy = map.slice();
      change(copy);
      return checkHashmap(tiny, copy, hits);
    };
    const used = map.findLastIndex((value, k) => k % 2 === 0 && value !== 0);
    const free = map.findIndex((value, k) => k % 2 === 0 && value === 0);
    expect(spoiled((copy) => copy[used + 1]!--).found).toContain("instead of");
    expect(spoiled((copy) => copy.fill(0, used, used + 2)).found).toContain("keys instead of");
    expect(spoiled((copy) => (copy[free] = 5)).found).toContain("keys instead of");
    expect(spoiled((copy) => (copy[used] = 2 ** 28)).ok).toBe(false);
  });

  it.each([1, 2, 3])("on shared memory at %i sites", async (sites) => {
    await using cluster = await launch({
      program: new URL("../dist/programs/hashmap.program.js", import.meta.url),
      sites,
    });
    const answers = (await cluster.runAll("hashmap", { size: "tiny", repeats: 2 })) as KernelAnswer[];
    expect(answers[0]!.verdict).toMatchObject({ ok: true });
    expect(answers.map(({ seconds }) => seconds.length)).toEqual(Array(sites).fill(2));
  });
});
