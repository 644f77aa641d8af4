import { WouldBlockError } from "@isles/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ElementType, elementTypes } from "../src/elements.ts";
import type { SharedArray } from "../src/index.ts";
import { Mesh } from "./mesh.ts";

type Call = { method: string; args: unknown[] };

const index = fc.oneof(fc.nat({ max: 79 }), fc.constantFrom(-1, 80, 1.5));
const number = fc.oneof(fc.integer({ min: -500, max: 500 }), fc.double(), fc.constantFrom(Number.NaN, Infinity));

function callOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<Call> {
  const one = (method: string, ...args: fc.Arbitrary<unknown>[]) =>
    fc.record({ method: fc.constant(method), args: fc.tuple(...args) });
  return fc.oneof(
    one("get", index),
    one("load", index),
    one("set", index, value),
    one("store", index, value),
    ...["add", "sub", "and", "or", "xor", "exchange"].map((method) => one(method, index, value)),
    one("compareExchange", index, value, value),
    one("fill", value, fc.integer({ min: -90, max: 90 }), fc.integer({ min: -90, max: 90 })),
    one("copyFrom", fc.array(value, { maxLength: 30 }), index),
    one("notify", index),
    one("wait", index, value, fc.constant(0)),
  );
}

function outcomeOf(act: () => unknown): unknown {
  try {
    return { value: act() };
  } catch (error) {
    return { error: (error as Error).message, type: (error as Error).name };
  }
}

describe("every blocking call and its twin", () => {
  it.each<[ElementType, fc.Arbitrary<unknown>]>([
    ["int32", number],
    ["uint8Clamped", number],
    ["float64", number],
    ["bigInt64", fc.oneof(fc.bigInt({ min: -1000n, max: 1000n }), number)],
  ])("%s: do the same, return the same, throw the same (property)", async (type, value) => {
    await fc.assert(
      fc.asyncProperty(fc.array(callOf(value), { maxLength: 25 }), async (calls) => {
        const mesh = new Mesh({ sites: 2, pageSize: 256 });
        const open = (site: number, name: string) =>
          mesh.members[site]!.memory[type](name, 80) as unknown as SharedArray<Int32Array>;
        const blocking = [open(0, "array"), open(1, "array")];
        const mesh2 = new Mesh({ sites: 2, pageSize: 256 });
        const twin = [0, 2].map(
          (site) => mesh2.members[site]!.memory[type]("array", 80) as unknown as SharedArray<Int32Array>,
        );
        for (const [turn, { method, args }] of calls.entries()) {
          const direct = outcomeOf(() => invoke(blocking[turn % 2]!, method, args));
          const later = await mesh2.outcome(
            Promise.resolve()
              .then(() => invoke(twin[turn % 2]!.async, method, args))
              .then(
                (result) => ({ value: result }),
                (error: Error) => ({ error: error.message, type: error.name }),
              ),
          );
          const isVoid = method === "fill" && "value" in (direct as object);
          expect(isVoid ? { value: undefined } : direct).toEqual(later);
        }
        using direct = blocking[0]!.read();
        using later = await mesh2.outcome(twin[1]!.async.read());
        expect(later.view).toEqual(direct.view);
      }),
      { numRuns: 40 },
    );
  });
});

function invoke(target: object, method: string, args: unknown[]): unknown {
  return (target as Record<string, (...args: unknown[]) => unknown>)[method]!(...args);
}

describe("on the launcher's thread", () => {
  const mesh = new Mesh({ sites: 2 });
  const { memory } = mesh.launcher;
  const array = memory.int32("array", 10);

  it("making an array needs no waiting, so it works", () => {
    expect(array.length).toBe(10);
    expect(mesh.memory(0).int32("array", 10).get(0)).toBe(0);
    expect(Object.keys(elementTypes).every((type) => memory[type as ElementType](type, 1).length === 1)).toBe(true);
  });

  it.each<[string, () => unknown, string]>([
    ['"array".get', () => array.get(0), '"array".async.get'],
    ['"array".set', () => array.set(0, 1), '"array".async.set'],
    ['"array".get', () => array.load(0), '"array".async.get'],
    ['"array".add', () => array.add(0, 1), '"array".async.add'],
    ['"array".xor', () => array.xor(0, 1), '"array".async.xor'],
    ['"array".compareExchange', () => array.compareExchange(0, 0, 1), '"array".async.compareExchange'],
    ['"array".read', () => array.read(), '"array".async.read'],
    ['"array".write', () => array.write(0, 0), '"array".async.write'],
    ['"array".write', () => array.fill(1), '"array".async.write'],
    ['"array".write', () => array.copyFrom([1]), '"array".async.write'],
    ['"array".wait', () => array.wait(0, 0, 0), '"array".async.wait'],
    ['"array".notify', () => array.notify(0), '"array".async.notify'],
    ["memory.acquire", () => memory.acquire({ x: array.reading() }), "memory.async.acquire"],
    ["memory.free", () => memory.free("array"), "memory.async.free"],
  ])("%s refuses to block and names its twin", (call, act, twin) => {
    expect(act).toThrow(WouldBlockError);
    expect(act).toThrow(`${call} would block the launcher's thread; use ${twin} there`);
  });

  it("refuses before anything has happened", () => {
    expect(mesh.memory(0).int32("array", 10).get(0)).toBe(0);
    expect(mesh.launcher.endpoint.pending.size).toBe(0);
    expect(mesh.launcher.endpoint.pins.idle).toBe(true);
  });
});
