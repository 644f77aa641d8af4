import { CloneError, LimitError } from "@isles/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byReference, transfer, withOptions } from "../src/index.ts";
import { echoing } from "./echoing.ts";
import { type Any, FakeNet } from "./fake-net.ts";
import { difference } from "./graph-equality.ts";

/** Every kind of value that is copied; a shared pool of objects gives cycles and shared identity. */
function anyValue(): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined, NaN, -0, Infinity, -Infinity, 2 ** 53, ""),
    fc.date(),
    fc.uint8Array(),
    fc.float64Array(),
    fc.webUrl().map((url) => new URL(url)),
    fc.string().map((message) => new TypeError(message)),
    fc.constantFrom(/x+/gi, new URLSearchParams("a=1&b=2"), new ArrayBuffer(3)),
  );
  const key = fc.oneof(fc.string(), fc.constantFrom("constructor", "toString", "then", "__proto__", "0", "length"));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      { arbitrary: leaf, weight: 4 },
      { arbitrary: fc.array(tie("tree"), { maxLength: 5 }), weight: 2 },
      { arbitrary: fc.dictionary(key, tie("tree"), { maxKeys: 5, noNullPrototype: true }), weight: 3 },
      fc.sparseArray(tie("tree"), { maxNumElements: 3, maxLength: 6 }),
      fc.array(fc.tuple(tie("tree"), tie("tree")), { maxLength: 3 }).map((entries) => new Map(entries)),
      fc.array(tie("tree"), { maxLength: 3 }).map((items) => new Set(items)),
    ),
  }));
  return fc.tuple(tree, fc.nat({ max: 3 })).map(([value, links]) => knot(value, links));
}

/** Leads from the first containers of a value back to the value. */
function knot(value: unknown, links: number): unknown {
  const items = typeof value === "object" && value !== null ? Object.values(value) : [];
  for (const item of items.slice(0, links)) {
    if (Array.isArray(item)) item.push(value, item);
    else if (item instanceof Map) item.set(value, item);
    else if (item instanceof Set) item.add(value);
    else if (typeof item === "object" && item !== null && Object.getPrototypeOf(item) === Object.prototype)
      Object.assign(item, { up: value });
  }
  return value;
}

describe("values", () => {
  it("arrive equal, as arguments and as results, whatever they are", async () => {
    const { net, echo, got } = echoing();
    await fc.assert(
      fc.asyncProperty(anyValue(), fc.array(fc.integer(), { maxLength: 2 }), async (value, rest) => {
        const [back] = await net.run(echo.same(value, ...rest));
        expect(difference(got.pop(), [value, ...rest])).toBe(undefined);
        expect(difference(back, value)).toBe(undefined);
      }),
      { numRuns: 400 },
    );
    net.expectClean();
  });

  it("keep shared identity within one call, also across arguments", async () => {
    const { net, echo, got } = echoing();
    const shared = { n: 1 };
    const [back] = await net.run(echo.same({ a: shared, b: [shared] }, shared, new Map([[shared, shared]])));
    const [first, second, map] = got[0] as [Any, object, Map<object, object>];
    expect(first.a).toBe(first.b[0]);
    expect(second).toBe(first.a);
    expect(map.get(second)).toBe(second);
    expect(back.a).toBe(back.b[0]);
  });

  it.each([
    ["a function in an object", { onDone: () => 1 }, "args[0].onDone"],
    ["a function in a tree", { options: { list: [1, { onDone() {} }] } }, "args[0].options.list[1].onDone"],
    ["a symbol", [[Symbol("x")]], "args[0][0][0]"],
    ["a promise", { p: Promise.resolve(1) }, "args[0].p"],
    ["a weak map", { w: new WeakMap() }, "args[0].w"],
    ["a namespace", { m: Math }, "args[0].m"],
    ["a namespace as it is", Math, "args[0]"],
    ["an arguments object", sloppyArguments(1, 2), "args[0]"],
    ["an empty class instance", { i: new (class Empty {})() }, "args[0].i"],
    ["a proxy", { p: new Proxy({ a: 1 }, {}) }, "args[0].p"],
    [
      "a getter that throws",
      {
        get bad() {
          throw new Error("no");
        },
      },
      "args[0].bad",
    ],
    ["a function as a map's item", new Map([["k", () => 1]]), 'args[0].get("k")'],
  ])("refuse %s with its path, and nothing is sent", async (_what, value, path) => {
    const { net, echo } = echoing();
    await net.settle();
    const sent = net.sent.length;
    const error = await net.failure(echo.same(value));
    expect(error).toBeInstanceOf(CloneError);
    expect(error.path).toBe(path);
    expect(net.sent.length).toBe(sent);
    net.expectClean();
  });

  it("refuse the unreturned result of a call inside an argument, which is a promise", async () => {
    const { net, echo } = echoing();
    const inner = echo.same(1);
    const error = await net.failure(echo.same({ inner }));
    expect(error.path).toBe("args[0].inner");
    await net.run(inner);
    net.expectClean();
  });

  it("refuse a result that cannot travel with its path, and hold nothing of it", async () => {
    const net = new FakeNet();
    net.rpc(1).expose("s", { get: () => ({ ok: byReference(() => 1), deep: [{ f: () => 2 }] }) });
    const error = await net.failure(net.stub(0, 1, "s").get());
    expect(error).toBeInstanceOf(CloneError);
    expect(error.message).toContain("the result of s.get.deep[0].f");
    net.expectClean();
  });

  it("keep nothing of a call whose later argument is refused", async () => {
    const { net, echo } = echoing();
    await net.failure(
      echo.same(() => 1, byReference({ f() {} }), AbortSignal.timeout(1e6), (function* () {})(), Symbol()),
    );
    net.expectClean();
  });

  it("run getters once, and not when the value is refused by text first", async () => {
    const { net, echo } = echoing();
    let runs = 0;
    const value = {
      get n() {
        return ++runs;
      },
    };
    const [back] = await net.run(echo.same(value));
    expect(back).toEqual({ n: 1 });
    expect(runs).toBe(1);
  });

  it("move what is asked to, in arguments and in results", async () => {
    const { net, got } = echoing();
    net.rpc(2).expose("maker", {
      make: () => {
        const bytes = new Uint8Array([1, 2, 3]);
        return transfer({ bytes }, [bytes.buffer]);
      },
    });
    const buffer = new ArrayBuffer(8);
    const moving = withOptions(net.stub(0, 1, "echo"), { transfer: [buffer] }) as Any;
    await net.run(moving.same({ buffer }));
    expect(buffer.byteLength).toBe(0);
    expect((got[0] as Any)[0].buffer.byteLength).toBe(8);
    const [made] = await net.run(net.stub(0, 2, "maker").make());
    expect([...made.bytes]).toEqual([1, 2, 3]);
    net.expectClean();
  });

  it("that cannot be moved after all fail their call, and hold nothing", async () => {
    const { net, echo } = echoing();
    const gone = new ArrayBuffer(8);
    const error = await net.failure((withOptions(echo, { transfer: [gone, gone] }) as Any).same(() => 1));
    expect(error.name).toBe("DataCloneError");
    net.rpc(1).expose("bad", { get: () => transfer(() => 1, [gone, gone]) });
    const atCallee = await net.failure(net.stub(0, 1, "bad").get());
    expect(atCallee.name).toBe("DataCloneError");
    net.expectClean();
  });
});

describe("limits", () => {
  it.each([
    ["maxDepth", { maxDepth: 3 }, [[[[1]]]], [[[[[1]]]]]],
    ["maxDepth of what needs structured clone", { maxDepth: 3 }, [[new Map()]], [[[[new Map()]]]]],
    ["maxBytes", { maxBytes: 1000 }, ["x".repeat(400)], "x".repeat(600)],
    ["maxBytes of buffers", { maxBytes: 1000 }, new Uint8Array(400), new Uint8Array(1100)],
    ["maxReferences", { maxReferences: 2 }, marked(2), marked(3)],
  ])("%s holds on both sides of a call", async (_name, limits, allowed, refused) => {
    const { net, echo } = echoing({ limits });
    net.rpc(1).expose("too", { much: () => refused });
    await net.run(Array.isArray(allowed) && allowed.length === 1 ? echo.same(allowed[0]) : echo.same(allowed));
    const error = await net.failure(echo.same(refused));
    expect(error).toBeInstanceOf(LimitError);
    expect(await net.failure(net.stub(0, 1, "too").much())).toBeInstanceOf(LimitError);
  });
});

function marked(count: number): object[] {
  return Array.from({ length: count }, () => byReference(() => 1));
}

function sloppyArguments(..._values: unknown[]): unknown {
  // biome-ignore lint/complexity/noArguments: that is what it is about
  return arguments;
}
