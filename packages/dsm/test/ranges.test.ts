import fc from "fast-check";
import { expect, it } from "vitest";
import { checkRange, clampRange } from "../src/ranges.ts";

const bound = fc.oneof(
  fc.integer({ min: -40, max: 40 }),
  fc.double({ min: -40, max: 40 }),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, -0.5),
);

it("clampRange cuts as the methods of typed arrays do (property)", () => {
  fc.assert(
    fc.property(fc.nat({ max: 30 }), bound, bound, (length, start, end) => {
      const part = Uint8Array.from({ length }, (_, i) => i).subarray(start, end);
      const [from, to] = clampRange(start, end, length);
      expect(to - from).toBe(part.length);
      if (part.length > 0) expect(from).toBe(part[0]);
      expect(from >= 0 && to <= length).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

it("checkRange takes exactly the ranges within the array (property)", () => {
  fc.assert(
    fc.property(fc.nat({ max: 30 }), bound, bound, (length, start, end) => {
      const within = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= length;
      if (within) checkRange("x", start, end, length);
      else expect(() => checkRange("x", start, end, length)).toThrow(RangeError);
    }),
  );
  expect(() => checkRange("grid", 3, 9, 8)).toThrow('range 3 to 9 is not within shared array "grid" of length 8');
});
