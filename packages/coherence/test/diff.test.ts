import { applyDiff, diffBytesMax, encodeDiff, ProtocolError } from "@isles/coherence";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const PAGE_BYTES = 256;
const WORDS = PAGE_BYTES / 4;

/** A page whose bytes are drawn from few values, so that runs, gaps and bytes that stay the same all occur. */
const pageOf = fc.uint8Array({ minLength: PAGE_BYTES, maxLength: PAGE_BYTES, max: 2 });
const sizes = fc.constantFrom(1, 2, 4, 8);
const words = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.slice().buffer);

function diffOf(page: Int32Array, twin: Int32Array, elementSize: number): { body: Int32Array; length: number } {
  const body = new Int32Array(diffBytesMax(PAGE_BYTES) / 4).fill(-1);
  return { body, length: encodeDiff(page, 0, twin, 0, WORDS, elementSize, body) };
}

describe.each([1, 2, 4, 8])("elements of %d bytes", (elementSize) => {
  test("what differs is written whole, and nothing else is touched", () => {
    fc.assert(
      fc.property(pageOf, pageOf, pageOf, (written, before, master) => {
        const { body, length } = diffOf(words(written), words(before), elementSize);
        const home = words(master);
        if (length > 0) applyDiff(body, length, elementSize, home, 0, WORDS);
        const bytes = new Uint8Array(home.buffer);
        for (let at = 0; at < PAGE_BYTES; at += elementSize) {
          const end = at + elementSize;
          const isSame = written.subarray(at, end).every((byte, i) => byte === before[at + i]);
          const expected = isSame ? master : written;
          expect([...bytes.subarray(at, end)]).toEqual([...expected.subarray(at, end)]);
        }
      }),
    );
  });

  test("one element is changed, at either end or in the middle, and its neighbours stay", () => {
    for (let element = 0; element < PAGE_BYTES / elementSize; element++) {
      const written = new Uint8Array(PAGE_BYTES);
      written[element * elementSize + elementSize - 1] = 1;
      const { body, length } = diffOf(words(written), new Int32Array(WORDS), elementSize);
      const home = new Uint8Array(PAGE_BYTES).fill(9);
      const page = new Int32Array(home.buffer);
      applyDiff(body, length, elementSize, page, 0, WORDS);
      const changed = [...home.keys()].filter((at) => home[at] !== 9);
      expect(changed).toEqual(Array.from({ length: elementSize }, (_, i) => element * elementSize + i));
    }
  });

  test("a page as it was has no diff, and none is longer than the limit", () => {
    const page = new Int32Array(WORDS).fill(7);
    expect(diffOf(page, page.slice(), elementSize).length).toBe(0);
    fc.assert(
      fc.property(pageOf, pageOf, (written, before) => {
        expect(diffOf(words(written), words(before), elementSize).length * 4).toBeLessThanOrEqual(
          diffBytesMax(PAGE_BYTES),
        );
      }),
    );
  });
});

test("-0 and the payload of a NaN are differences", () => {
  const before = new Int32Array(new Float64Array(WORDS / 2).fill(Number.NaN).buffer);
  const written = before.slice();
  new Float64Array(before.buffer)[3] = 0;
  new Float64Array(written.buffer)[3] = -0;
  written[10] ^= 1;
  const { body, length } = diffOf(written, before, 8);
  const home = before.slice();
  applyDiff(body, length, 8, home, 0, WORDS);
  expect([...home]).toEqual([...written]);
});

test("pages anywhere in a region, and twins anywhere", () => {
  const region = new Int32Array(3 * WORDS);
  const twins = new Int32Array(5 * WORDS);
  region[WORDS + 5] = 1;
  region[2 * WORDS] = 2; // of the next page
  const body = new Int32Array(diffBytesMax(PAGE_BYTES) / 4);
  const length = encodeDiff(region, WORDS, twins, 4 * WORDS, WORDS, 4, body);
  expect(length).toBe(3);
  applyDiff(body, length, 4, twins, 4 * WORDS, WORDS);
  expect([twins[4 * WORDS + 5], twins.filter((word) => word !== 0).length]).toEqual([1, 1]);
});

test("garbage is refused, and nothing is written", () => {
  fc.assert(
    fc.property(
      sizes,
      fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 40 }),
      (size, garbage) => {
        const page = new Int32Array(WORDS);
        const body = Int32Array.from([0xd1ff0000 | size, ...garbage]);
        try {
          applyDiff(body, body.length, size, page, 0, WORDS);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          expect(page.every((word) => word === 0)).toBe(true);
        }
      },
    ),
  );
});

test.each([
  ["of another element size", [0xd1ff0008, 1 << 16, 5]],
  ["without a head", [5, 1 << 16, 5]],
  ["of no runs", [0xd1ff0004]],
  ["of a run of no words", [0xd1ff0004, 0]],
  ["beyond the page", [0xd1ff0004, (WORDS - 1) | (2 << 16), 5, 5]],
  ["cut short", [0xd1ff0004, 3 << 16, 5]],
  ["with runs that overlap", [0xd1ff0004, 4 | (1 << 16), 5, 4 | (1 << 16), 6]],
])("a diff %s is refused", (_what, body) => {
  const page = new Int32Array(WORDS);
  expect(() => applyDiff(Int32Array.from(body), body.length, 4, page, 0, WORDS)).toThrow(ProtocolError);
  expect(page.every((word) => word === 0)).toBe(true);
});

test("a run that cuts an element of 8 bytes is refused, and so is a length beyond the body", () => {
  const page = new Int32Array(WORDS);
  expect(() => applyDiff(Int32Array.from([0xd1ff0008, 1 | (2 << 16), 5, 5]), 4, 8, page, 0, WORDS)).toThrow(
    "cuts an element",
  );
  expect(() => applyDiff(Int32Array.from([0xd1ff0004, 1 << 16, 5]), 9, 4, page, 0, WORDS)).toThrow(
    "its length is 9 words",
  );
});
