import { CloneError, LimitError } from "@isles/base";
import { pack, type ReferenceCodec, unpack } from "@isles/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** Something that travels as a reference: the receiver has one of its own of the same name. */
class Handle {
  readonly name: string;
  readonly secret = new Array(10).fill("contents that must not travel");

  constructor(name: string) {
    this.name = name;
  }
}

class Side implements ReferenceCodec {
  readonly handles = new Map<string, Handle>();

  describe(value: object): unknown {
    return value instanceof Handle ? { handle: value.name } : undefined;
  }

  resolve(description: unknown): object {
    const { handle } = description as { handle: string };
    const known = this.handles.get(handle) ?? new Handle(handle);
    this.handles.set(handle, known);
    return known;
  }
}

/** There and back, through the platform's structured clone. */
function travel<T>(value: T, to = new Side()): T {
  return unpack(structuredClone(pack(value, new Side(), "args")), to) as T;
}

function pathOf(value: unknown): string | undefined {
  try {
    pack(value, new Side(), "args");
  } catch (error) {
    if (error instanceof CloneError) return error.path;
    throw error;
  }
  return undefined;
}

describe("values without references", () => {
  it("travel as structured clone has it, with no copy and no list", () => {
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withSet: true, withDate: true, withBigInt: true, withTypedArray: true }),
        (value) => {
          const packed = pack(value, new Side(), "args");
          expect(packed.value).toBe(value);
          expect(packed.references).toBeUndefined();
          expect(travel(value)).toEqual(structuredClone(value));
        },
      ),
    );
  });

  it.each([
    ["a regular expression", /x/g],
    ["an array buffer", new ArrayBuffer(8)],
    ["a shared array buffer", new SharedArrayBuffer(8)],
    ["a view", new DataView(new ArrayBuffer(8))],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
    ["an array with holes", new Array(3)],
  ])("%s passes", (_name, value) => {
    expect(pack(value, new Side(), "args").value).toBe(value);
  });
});

describe("references", () => {
  it("arrive as the receiver's own, wherever they were", () => {
    const a = new Handle("a");
    const b = new Handle("b");
    const to = new Side();
    const got = travel(
      {
        a,
        deep: [[{ b }]],
        map: new Map<unknown, unknown>([
          ["k", a],
          [b, 1],
        ]),
        set: new Set([a]),
      },
      to,
    );
    const [mine, other] = [to.handles.get("a"), to.handles.get("b")];
    expect(got.a).toBe(mine);
    expect(got.deep[0]![0]!.b).toBe(other);
    expect(got.map.get("k")).toBe(mine);
    expect(got.map.get(other)).toBe(1);
    expect([...got.set]).toEqual([mine]);
    expect(travel(a, to)).toBe(mine);
  });

  it("leave the sender's value as it was", () => {
    const a = new Handle("a");
    const value = { list: [a], map: new Map([["a", a]]) };
    pack(value, new Side(), "args");
    expect(value.list[0]).toBe(a);
    expect(value.map.get("a")).toBe(a);
  });

  it("of one object are one object on arrival, and so is everything around them", () => {
    const a = new Handle("a");
    const shared = { a };
    const got = travel({ first: shared, second: shared, list: [a, a] });
    expect(got.first).toBe(got.second);
    expect(got.list[0]).toBe(got.first.a);
    expect(got.list[1]).toBe(got.first.a);
  });

  it("work in cycles through objects, arrays, maps and sets", () => {
    interface Node {
      handle: Handle;
      self?: Node;
      list: unknown[];
      map: Map<unknown, unknown>;
      set: Set<unknown>;
    }
    const node: Node = { handle: new Handle("a"), list: [], map: new Map(), set: new Set() };
    node.self = node;
    node.list.push(node, node.list);
    node.map.set("node", node).set(node, "node");
    node.set.add(node).add(node.set);
    const got = travel(node);
    expect(got.self).toBe(got);
    expect(got.list).toEqual([got, got.list]);
    expect(got.list[1]).toBe(got.list);
    expect(got.map.get("node")).toBe(got);
    expect(got.map.get(got)).toBe("node");
    expect(got.set.has(got)).toBe(true);
    expect(got.set.has(got.set)).toBe(true);
    expect(got.handle).toBeInstanceOf(Handle);
  });

  it("never travel as their contents, not even inside an instance of a class", () => {
    class Box {
      readonly content: Handle;
      readonly size = 3;
      constructor(content: Handle) {
        this.content = content;
      }
    }
    const got = travel({ box: new Box(new Handle("a")) });
    expect(got.box.content).toBeInstanceOf(Handle);
    expect({ ...got.box }).toMatchObject({ size: 3 }); // a plain object, as structured clone makes of every instance
  });

  it("leave values of the platform beside them alone", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const got = travel({ a: new Handle("a"), bytes, when: new Date(5), pattern: /x/gi, error: new RangeError("far") });
    expect(got.bytes).toEqual(bytes);
    expect(got.when).toEqual(new Date(5));
    expect(got.pattern).toEqual(/x/gi);
    expect(got.error).toBeInstanceOf(RangeError);
    expect(got.error.message).toBe("far");
  });

  it("keep holes of arrays and what is beside them", () => {
    const sparse: unknown[] = [new Handle("a")];
    sparse[2] = 3;
    const got = travel(sparse);
    expect(got.length).toBe(3);
    expect(1 in got).toBe(false);
    expect(got[2]).toBe(3);
  });

  it("in random structures arrive at the same places (property)", () => {
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.oneof(fc.integer(), fc.string(), fc.constantFrom(...["p", "q", "r"].map((name) => new Handle(name)))),
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 3 }), tie("tree"), { maxKeys: 4 }),
        fc.array(fc.tuple(fc.string(), tie("tree")), { maxLength: 3 }).map((entries) => new Map(entries)),
        fc.uniqueArray(tie("tree"), { maxLength: 3 }).map((items) => new Set(items)),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(travel(value)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });
});

describe("what cannot travel is refused with its place", () => {
  const f = () => 1;
  it.each<[string, unknown, string]>([
    ["itself", f, "args"],
    ["a property", { onDone: f }, "args.onDone"],
    ["a nested one", { options: { onDone: f } }, "args.options.onDone"],
    ["an element", [1, [f]], "args[1][0]"],
    ["a property with an odd name", { "a-b": { "": f } }, 'args["a-b"][""]'],
    ["a map's value by its key", new Map([["k", { f }]]), 'args.get("k").f'],
    [
      "a map's value by its place",
      new Map([
        [1, 0 as unknown],
        [2, f],
      ]),
      "args.values()[1]",
    ],
    ["a map's key", new Map([[{ f }, 1]]), "args.keys()[0].f"],
    ["an item of a set", new Set<unknown>([1, f]), "args.values()[1]"],
    ["a symbol", { s: Symbol("x") }, "args.s"],
    ["a promise", { p: Promise.resolve(1) }, "args.p"],
    ["a weak map", { w: new WeakMap() }, "args.w"],
    ["a weak set", { w: new WeakSet() }, "args.w"],
    ["a weak reference", { w: new WeakRef({}) }, "args.w"],
    ["a property of an array", Object.assign([1], { f }), "args.f"],
    ["what a getter gives", Object.defineProperty({}, "g", { get: () => [f], enumerable: true }), "args.g[0]"],
    ["an instance's own function", Object.assign(new (class Job {})(), { run: f }), "args.run"],
    ["beside a reference", { a: new Handle("a"), f }, "args.f"],
    ["behind a cycle", cyclic({ f }), "args.next.f"],
  ])("%s", (_name, value, path) => {
    expect(pathOf(value)).toBe(path);
  });

  it("names functions, and says what to do about a promise", () => {
    expect(() => pack({ f }, new Side(), "args")).toThrow("args.f is the function f, which cannot travel");
    expect(() => pack([() => 1], new Side(), "args")).toThrow("args[0] is a function");
    expect(() => pack(Promise.resolve(), new Side(), "result of f")).toThrow(
      "result of f is a promise (await it first)",
    );
  });

  it("nesting too deep is refused before structured clone overflows", () => {
    const nest = (depth: number) => {
      let value: unknown = 0;
      for (let i = 0; i < depth; i++) value = { value };
      return value;
    };
    expect(pathOf(nest(1_000))).toBeUndefined();
    expect(() => structuredClone(nest(1_000))).not.toThrow();
    expect(() => pack(nest(1_100), new Side(), "args")).toThrow(LimitError);
    expect(() => pack(nest(1_100), new Side(), "args")).toThrow(
      /^args\.value.* … .*\.value brings the value to at least 1001 levels of nesting; maxDepth is 1000 levels/,
    );
  });
});

function cyclic(value: object): object {
  const head: { next?: unknown } = {};
  head.next = Object.assign(value, { head });
  return head;
}
