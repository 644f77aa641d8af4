import {
  checkRadix,
  makeRadixKeys,
  RADIX,
  RADIX_PROBLEMS,
  RadixPieces,
  type RadixProblem,
  Randlc,
  radixPart,
  radixSerially,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";
import type * as Program from "../src/programs/radix.program.ts";

const program = new URL("../dist/programs/radix.program.js", import.meta.url);
const tiny = RADIX_PROBLEMS.tiny!;

function keysOf(problem: RadixProblem): Uint32Array {
  const keys = new Uint32Array(problem.keys);
  makeRadixKeys(problem, 0, keys);
  return keys;
}

describe("radix: the keys", () => {
  it("are four numbers of NPB's generator each, scaled to 32 bits", () => {
    const random = new Randlc();
    const keys = keysOf({ keys: 100, firstBit: 0 });
    for (const key of keys) {
      const sum = random.next() + random.next() + random.next() + random.next();
      expect(key).toBe(Math.floor((sum / 4) * 2 ** 32));
    }
  });

  it("are the same in parts", () => {
    const problem = { keys: 1000, firstBit: 0 };
    const parts = new Uint32Array(problem.keys);
    for (let worker = 0; worker < 3; worker++) {
      const { start, end } = radixPart(problem, worker, 3);
      makeRadixKeys(problem, start, parts.subarray(start, end));
    }
    expect(parts).toEqual(keysOf(problem));
  });
});

describe("radix: serially", () => {
  it("sorts as the platform does", () => {
    const problem = { keys: 10_000, firstBit: 0 };
    const keys = keysOf(problem);
    const sorted = radixSerially(problem, keys.slice(), new Uint32Array(problem.keys));
    expect(sorted).toEqual(keys.toSorted());
    expect(sorted).not.toEqual(keys);
  });

  it("is stable: equal keys keep their order, told by the payload below the first bit", () => {
    const keys = keysOf(tiny);
    expect(new Set(keys.map((key) => key >>> tiny.firstBit)).size).toBeLessThan(tiny.keys / 50); // many are equal
    const sorted = radixSerially(tiny, keys.slice(), new Uint32Array(tiny.keys));
    // Sorted by the key alone, in a stable way, is sorted by key and place.
    expect(sorted).toEqual(keys.toSorted());
  });

  it("fails the check when one key is spoiled, or two have changed places", () => {
    const sorted = radixSerially(tiny, keysOf(tiny), new Uint32Array(tiny.keys));
    expect(checkRadix(tiny, sorted)).toMatchObject({ ok: true });
    const spoiled = sorted.slice();
    spoiled[5000]++;
    expect(checkRadix(tiny, spoiled)).toMatchObject({ ok: false, found: expect.stringContaining("element 5000") });
    const swapped = sorted.slice();
    [swapped[1], swapped[2]] = [swapped[2], swapped[1]];
    expect(checkRadix(tiny, swapped).ok).toBe(false);
    expect(checkRadix(tiny, sorted.subarray(1)).ok).toBe(false);
  });
});

describe("radix: pieces of the workers' runs", () => {
  it("are each share of the sequence, in order, from one range of each block", () => {
    // Worker 0 has digits 0 0 1, worker 1 has 0 1 1 1: the sequence is 0:0 0:1 1:0 | 0:2 1:1 1:2 1:3.
    const counts = new Int32Array(2 * RADIX);
    counts.set([2, 1], 0);
    counts.set([1, 3], RADIX);
    const pieces = new RadixPieces(2);
    const list = () =>
      Array.from({ length: pieces.length }, (_, k) => [pieces.owner[k], pieces.from[k], pieces.until[k]]);
    pieces.cut(counts, { start: 0, end: 3 });
    expect(list()).toEqual([
      [0, 0, 2],
      [1, 0, 1],
    ]);
    pieces.cut(counts, { start: 3, end: 7 });
    expect(list()).toEqual([
      [0, 2, 3],
      [1, 1, 4],
    ]);
    expect([...pieces.first, ...pieces.last]).toEqual([2, 1, 3, 4]);
  });
});

describe("radix: on sites", () => {
  it.each([1, 2, 3])("sorts at %i sites, again and again", async (sites) => {
    await using cluster = await launch<typeof Program>({ program, sites });
    const answers = await cluster.runAll("radix", { size: "tiny", repeats: 2 });
    expect(answers[0].verdict).toMatchObject({ ok: true });
    expect(answers.map(({ seconds }) => seconds.length)).toEqual(Array.from({ length: sites }, () => 2));
  });
});
