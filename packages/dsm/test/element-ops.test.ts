import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AtomicOp,
  applyAtomic,
  applyCompareExchange,
  atomicOpNames,
  converted,
  isInteger,
  same,
} from "../src/element-ops.ts";
import { elementTypes } from "../src/elements.ts";

const integers = ["int8", "uint8", "int16", "uint16", "int32", "uint32"] as const;
const bigIntegers = ["bigInt64", "bigUint64"] as const;
const floats = ["float32", "float64"] as const;

const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(
    0,
    -0,
    1.7,
    -1.7,
    Number.NaN,
    Infinity,
    -Infinity,
    2 ** 31,
    2 ** 32 + 5,
    2 ** 53 - 1,
    -(2 ** 60),
    2 ** 60,
  ),
);
const bigint = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.constantFrom(0n, -1n, 2n ** 63n, 2n ** 64n - 1n),
);

describe("operations on elements", () => {
  it.each(integers)("%s: as in Atomics, whatever the operand (property)", (type) => {
    fc.assert(
      fc.property(number, number, fc.constantFrom(...atomicOpNames), (initial, operand, name) => {
        const [mine, theirs] = [new elementTypes[type](3).fill(initial), new elementTypes[type](3).fill(initial)];
        expect(applyAtomic(mine, 1, AtomicOp[name], operand)).toBe(Atomics[name](theirs, 1, operand));
        expect(mine).toEqual(theirs);
      }),
      { numRuns: 500 },
    );
  });

  it.each(bigIntegers)("%s: as in Atomics, wrapping at 64 bits (property)", (type) => {
    fc.assert(
      fc.property(bigint, bigint, fc.constantFrom(...atomicOpNames), (initial, operand, name) => {
        const [mine, theirs] = [new elementTypes[type](3).fill(initial), new elementTypes[type](3).fill(initial)];
        expect(applyAtomic(mine, 1, AtomicOp[name], operand)).toBe(Atomics[name](theirs, 1, operand));
        expect(mine).toEqual(theirs);
      }),
      { numRuns: 500 },
    );
  });

  it.each(floats)("%s: plain arithmetic, rounded by the array (property)", (type) => {
    fc.assert(
      fc.property(number, number, fc.constantFrom("add", "sub", "exchange"), (initial, operand, name) => {
        const mine = new elementTypes[type]([initial]);
        const old = mine[0]!;
        const result = { add: old + operand, sub: old - operand, exchange: operand }[name];
        expect(applyAtomic(mine, 0, AtomicOp[name], operand)).toBe(old);
        expect(mine).toEqual(new elementTypes[type]([result]));
      }),
    );
  });

  it("uint8Clamped clamps", () => {
    const view = new Uint8ClampedArray([250]);
    expect(applyAtomic(view, 0, AtomicOp.add, 10)).toBe(250);
    expect(view[0]).toBe(255);
    applyAtomic(view, 0, AtomicOp.sub, 300);
    expect(view[0]).toBe(0);
  });

  it.each(integers)("%s: compareExchange as in Atomics (property)", (type) => {
    fc.assert(
      fc.property(number, number, number, fc.boolean(), (initial, other, replacement, hit) => {
        const [mine, theirs] = [new elementTypes[type]([initial]), new elementTypes[type]([initial])];
        const expected = hit ? initial : other;
        expect(applyCompareExchange(mine, 0, expected, replacement)).toBe(
          Atomics.compareExchange(theirs, 0, expected, replacement),
        );
        expect(mine).toEqual(theirs);
      }),
    );
  });

  it.each(bigIntegers)("%s: compareExchange as in Atomics (property)", (type) => {
    fc.assert(
      fc.property(bigint, bigint, bigint, fc.boolean(), (initial, other, replacement, hit) => {
        const [mine, theirs] = [new elementTypes[type]([initial]), new elementTypes[type]([initial])];
        const expected = hit ? initial : other;
        expect(applyCompareExchange(mine, 0, expected, replacement)).toBe(
          Atomics.compareExchange(theirs, 0, expected, replacement),
        );
        expect(mine).toEqual(theirs);
      }),
    );
  });

  it("compareExchange on floats finds what was stored, NaN too", () => {
    const view = new Float32Array([0.1]);
    expect(applyCompareExchange(view, 0, 0.1, Number.NaN)).toBe(Math.fround(0.1));
    expect(view[0]).toBeNaN();
    applyCompareExchange(view, 0, Number.NaN, 5);
    expect(view[0]).toBe(5);
  });

  it("refuses to mix bigints and numbers, like the platform", () => {
    expect(() => applyAtomic(new Int32Array(1), 0, AtomicOp.add, 1n as never)).toThrow(TypeError);
    expect(() => applyAtomic(new BigInt64Array(1), 0, AtomicOp.add, 1 as never)).toThrow(TypeError);
  });

  it("knows integers, conversions and equality", () => {
    for (const type of [...integers, ...bigIntegers]) expect(isInteger(new elementTypes[type](1))).toBe(true);
    for (const type of [...floats, "uint8Clamped"] as const) expect(isInteger(new elementTypes[type](1))).toBe(false);
    expect(converted(new Uint8Array(1), 257)).toBe(1);
    expect(same(Number.NaN, Number.NaN)).toBe(true);
    expect(same(1, 2)).toBe(false);
  });
});
