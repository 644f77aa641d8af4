import { constants } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ElementType, elementTypes } from "../src/elements.ts";
import type { SharedArray } from "../src/index.ts";
import { Mesh } from "./mesh.ts";

const types = Object.keys(elementTypes) as ElementType[];
const SITES = 3;

/** The same array as each site sees it. */
function everywhere(mesh: Mesh, type: ElementType, length: number, options = {}): SharedArray<Float64Array>[] {
  const name = `${type} array`;
  return Array.from({ length: SITES }, (_, site) => mesh.memory(site)[type](name, length, options) as never);
}

function plain(type: ElementType, length: number): Float64Array {
  return new elementTypes[type](length) as Float64Array;
}

function value(type: ElementType, n: number): number {
  return (type.startsWith("big") ? BigInt(n) * 12_345_678_901n : n * 1.25) as number;
}

const action = fc.record({
  site: fc.nat({ max: SITES - 1 }),
  what: fc.constantFrom("get", "set", "add", "exchange", "compareExchange", "fill", "copyFrom", "read", "write", "sub"),
  at: fc.nat(),
  to: fc.nat(),
  n: fc.integer({ min: -1000, max: 1000 }),
});
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** Does the same to a shared array and to a plain one; what it sees of each. */
function act(
  step: Action,
  type: ElementType,
  shared: SharedArray<Float64Array>,
  own: Float64Array,
): [unknown, unknown] {
  const length = own.length;
  const at = step.at % length;
  const to = at + (step.to % (length - at + 1));
  const v = value(type, step.n);
  const update = (result: number) => {
    const old = own[at]!;
    own[at] = result;
    return old;
  };
  switch (step.what) {
    case "get":
      return [shared.get(at), own[at]];
    case "set":
      shared.set(at, v);
      own[at] = v;
      return [undefined, undefined];
    case "add":
      if (!type.startsWith("big")) return [shared.add(at, Math.trunc(v)), update(own[at]! + Math.trunc(v))];
      return [shared.add(at, v), update(own[at]! + v)];
    case "exchange":
      return [shared.exchange(at, v), update(v)];
    case "compareExchange": {
      const expected = own[at]!;
      return [shared.compareExchange(at, expected, v), update(v)];
    }
    case "fill":
      shared.fill(v, at, to);
      return [undefined, void own.fill(v, at, to)];
    case "copyFrom": {
      const source = plain(type, to - at).map((_, i) => value(type, step.n + i));
      shared.copyFrom(source, at);
      return [undefined, own.set(source, at)];
    }
    case "read": {
      using span = shared.read(at, to);
      return [span.view.slice(), own.slice(at, to)];
    }
    case "write": {
      using span = shared.write(at, to);
      const before = [span.view.slice(), own.slice(at, to)] as [unknown, unknown];
      span.view.fill(v);
      own.fill(v, at, to);
      return before;
    }
    case "sub": {
      const part = shared.subarray(at, to).subarray(1);
      const own2 = own.subarray(at, to).subarray(1);
      if (own2.length === 0) return [part.length, 0];
      part.set(own2.length - 1, v);
      own2[own2.length - 1] = v;
      return [part.get(0), own2[0]];
    }
  }
}

describe("a shared array is a typed array", () => {
  it.each(types)("%s: whichever site does what, in pages of any size and with any home (property)", (type) => {
    const options = fc.record({
      pageSize: fc.constantFrom(256, 512, 4096, 65_536),
      home: fc.constantFrom("block" as const, "cyclic" as const, "first-touch" as const, "launcher" as const, 1),
    });
    fc.assert(
      fc.property(
        options,
        fc.integer({ min: 1, max: 700 }),
        fc.array(action, { maxLength: 40 }),
        (how, length, actions) => {
          const mesh = new Mesh({ sites: SITES, ring: 3 });
          const shared = everywhere(mesh, type, length, how);
          const own = plain(type, length);
          for (const step of actions) {
            const [got, expected] = act(step, type, shared[step.site]!, own);
            expect(got).toEqual(expected);
          }
          for (const one of shared) {
            using span = one.read();
            expect(span.view).toEqual(own);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it("sends pages through the ring and, when it is full, in frames, to the same effect", () => {
    for (const ring of [0, 1, 1_000]) {
      const mesh = new Mesh({ sites: 2, ring, pageSize: 256 });
      const [a, b] = [mesh.memory(0).uint8("x", 10_000), mesh.memory(1).uint8("x", 10_000)];
      const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7) & 0xff);
      a.copyFrom(bytes);
      using span = b.read();
      expect(Buffer.compare(span.view, bytes)).toBe(0);
      const { ringed, refused } = mesh.port(0);
      expect([ringed > 0, refused > 0]).toEqual([ring > 0, ring < 1_000]);
    }
  });

  it("is zero-filled and has its name and length on every site", () => {
    const mesh = new Mesh({ sites: SITES });
    for (const type of types) {
      for (const array of everywhere(mesh, type, 5)) {
        expect([array.name, array.length]).toEqual([`${type} array`, 5]);
        expect(array.get(4)).toBe(type.startsWith("big") ? 0n : 0);
      }
    }
  });

  it("of length 0 has no elements, and spans and fills of nothing", () => {
    const mesh = new Mesh({ sites: 2 });
    const empty = mesh.memory(1).float64("empty", 0);
    expect(empty.length).toBe(0);
    expect(() => empty.get(0)).toThrow(RangeError);
    using span = empty.write();
    expect(span.view.length).toBe(0);
    empty.fill(1);
    empty.copyFrom([]);
    empty.prefetch();
    expect(empty.subarray(0, 10).length).toBe(0);
  });

  it.each([256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536])(
    "pages of %i bytes hold what they are given",
    (pageSize) => {
      const mesh = new Mesh({ sites: 2 });
      const [a, b] = [
        mesh.memory(0).uint16("x", 100_000, { pageSize }),
        mesh.memory(1).uint16("x", 100_000, { pageSize }),
      ];
      const last = pageSize / 2 - 1;
      a.set(last, 1);
      b.set(last + 1, 2);
      expect([a.get(last), a.get(last + 1), b.get(last), b.get(99_999)]).toEqual([1, 2, 1, 0]);
    },
  );
});

describe("wrong use of a shared array", () => {
  const indices = [
    -1,
    10,
    1.5,
    Number.NaN,
    Infinity,
    2 ** 32,
    "1" as unknown as number,
    undefined as unknown as number,
  ];

  it.each(indices)("index %s is a RangeError naming array, index and length, for every access", (index) => {
    const array = new Mesh({ sites: 1 }).memory(0).int32("grid", 10);
    const accesses: (() => unknown)[] = [
      () => array.get(index),
      () => array.set(index, 1),
      () => array.load(index),
      () => array.store(index, 1),
      () => array.add(index, 1),
      () => array.sub(index, 1),
      () => array.and(index, 1),
      () => array.or(index, 1),
      () => array.xor(index, 1),
      () => array.exchange(index, 1),
      () => array.compareExchange(index, 1, 1),
      () => array.wait(index, 0, 0),
      () => array.notify(index),
    ];
    for (const access of accesses) {
      expect(access).toThrow(RangeError);
      expect(access).toThrow(`index ${String(index)} is outside shared array "grid" of length 10`);
    }
  });

  it("a subarray's bounds are its own", () => {
    const part = new Mesh({ sites: 1 }).memory(0).int32("grid", 10).subarray(2, 5);
    expect(part.length).toBe(3);
    expect(() => part.get(3)).toThrow("length 3");
    expect(() => part.get(-1)).toThrow(RangeError);
    expect(() => part.read(0, 4)).toThrow(RangeError);
  });

  it("ranges outside are a RangeError for spans, prefetch and copyFrom", () => {
    const array = new Mesh({ sites: 1 }).memory(0).int32("grid", 10);
    for (const [start, end] of [
      [-1, 5],
      [0, 11],
      [6, 5],
      [0.5, 2],
      [0, Number.NaN],
    ] as const) {
      for (const call of ["read", "write", "reading", "writing", "prefetch"] as const) {
        expect(() => array[call](start, end)).toThrow(
          `range ${start} to ${end} is not within shared array "grid" of length 10`,
        );
      }
    }
    expect(() => array.copyFrom([1, 2, 3], 8)).toThrow(RangeError);
    expect(() => array.copyFrom([1], -1)).toThrow(RangeError);
  });

  it("bitwise operations on floats, and waiting on what is no int32 or bigInt64, are TypeErrors naming the type", () => {
    const memory = new Mesh({ sites: 1 }).memory(0);
    const floats = memory.float64("floats", 4);
    for (const call of ["and", "or", "xor"] as const) {
      expect(() => floats[call](0, 1)).toThrow(TypeError);
      expect(() => floats[call](0, 1)).toThrow("float64; bitwise operations need integers");
    }
    expect(() => memory.uint8Clamped("clamped", 4).or(0, 1)).toThrow(TypeError);
    expect(() => floats.wait(0, 0)).toThrow("only int32 and bigInt64 can be waited on");
    expect(() => memory.uint32("words", 4).wait(0, 0)).toThrow(TypeError);
    expect(() => memory.uint32("words", 4).notify(0)).toThrow(TypeError);
  });

  it("a value of the wrong type is a TypeError, and the page is not left held", () => {
    const mesh = new Mesh({ sites: 2 });
    for (const [site, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const numbers = mesh.memory(site).float64("numbers", 4);
      const big = mesh.memory(site).bigInt64("big", 4);
      for (const wrong of [
        () => numbers.set(0, 1n as never),
        () => numbers.add(0, 1n as never),
        () => numbers.fill(1n as never),
        () => numbers.copyFrom(new BigInt64Array(1) as never),
        () => big.set(0, 1 as never),
        () => big.add(0, 1 as never),
        () => big.compareExchange(0, 0n, 1 as never),
        () => big.fill(1 as never),
      ]) {
        expect(wrong).toThrow(TypeError);
      }
      expect(mesh.members[site]!.endpoint.pins.idle).toBe(true);
      mesh.memory(other).float64("numbers", 4).set(0, 1);
      mesh.memory(other).bigInt64("big", 4).set(0, 0n);
    }
  });

  it("a name means one thing everywhere", () => {
    const mesh = new Mesh({ sites: 2 });
    mesh.memory(0).float64("grid", 10);
    const second = [
      () => mesh.memory(1).float32("grid", 10),
      () => mesh.memory(1).float64("grid", 11),
      () => mesh.memory(1).float64("grid", 10, { pageSize: 256 }),
      () => mesh.memory(1).float64("grid", 10, { home: 1 }),
    ];
    for (const open of second) {
      expect(open).toThrow('"grid" exists as float64[10] with pages of 4096 bytes and home block, but');
      expect(caught(open)).toMatchObject({ name: "MismatchError", code: "MISMATCH" });
    }
  });

  it("what the registry refuses arrives as it was thrown", () => {
    const memory = new Mesh({ sites: 2 }).memory(0);
    expect(caught(() => memory.int8("x", -1))).toBeInstanceOf(RangeError);
    expect(caught(() => memory.int8("x", 1, { pageSize: 100 }))).toBeInstanceOf(RangeError);
    expect(caught(() => memory.int8("", 1))).toMatchObject({ name: "UsageError", code: "BAD_NAME" });
    expect(caught(() => memory.int8("x", 1, { home: "far" as never }))).toMatchObject({
      name: "UsageError",
      code: "BAD_HOME",
    });
    expect(caught(() => memory.int8("x", 2 ** 32))).toMatchObject({ name: "LimitError", code: "LIMIT" });
    expect(caught(() => memory.free("nothing"))).toMatchObject({ name: "UsageError", code: "NO_SUCH_ARRAY" });
    expect(memory.int8("x", 1).length).toBe(1);
  });

  it.runIf(constants.MAX_LENGTH < 2 ** 33)("more than this Node's typed arrays hold is a LimitError", () => {
    const memory = new Mesh({ sites: 1 }).memory(0);
    for (const length of [2 ** 30, 2 ** 32 - 1]) {
      expect(caught(() => memory.float64("x", length))).toMatchObject({ name: "LimitError", code: "LIMIT" });
    }
    expect(memory.int8("x", 1).length).toBe(1);
  });
});

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
