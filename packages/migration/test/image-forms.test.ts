import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import {
  capture,
  type Frame,
  imageFromBytes,
  imageToBytes,
  type ProcessImage,
  pinnedBy,
  registerClass,
  revive,
} from "@isles/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Loaded } from "./support/differential.ts";

const loaded = new Loaded();
afterAll(() => loaded[Symbol.dispose]());

let holds: (data: unknown) => Frame;
beforeAll(async () => {
  const { compiled } = await loaded.loadText("export function* holds(data) { for (;;) yield data; }", "forms");
  holds = compiled.programs.holds as unknown as typeof holds;
});

function imageOf(data: unknown): ProcessImage {
  const process = holds(data);
  process.next();
  return capture(process);
}

/** What a process holds after it has moved. */
function moved<T>(data: T): T {
  return revive(imageFromBytes(imageToBytes(imageOf(data)))).next().value as T;
}

function pinOf(data: unknown, options?: Parameters<typeof pinnedBy>[1]): string | undefined {
  const process = holds(data);
  process.next();
  return pinnedBy(process, options);
}

const long = (length: number, item: (index: number) => unknown) => Array.from({ length }, (_, index) => item(index));

describe("data of every form comes out as it went in", () => {
  const nested = { list: [1, { deep: [null, undefined, "x", 5n, -0, Number.NaN] }, [[]], {}] };
  const cases: Record<string, unknown> = {
    "objects in objects": nested,
    "kinds of objects by turns": [{ a: 1 }, { b: 1 }, { a: 2 }, { a: 1, b: 2 }, { b: 2, a: 1 }, { a: [] }],
    "numbers that look like references": [0, 1, 2, {}, 0, 1, 2, [], "0"],
    "long lists of primitives": [long(500, (i) => i), long(500, (i) => `s${i}`), long(500, () => undefined)],
    "long lists of objects": long(500, (i) => ({ i, next: { i } })),
    "a long list with a hole": Object.assign(new Array(100).fill(1), { length: 200 }),
    "a long list with a name": Object.assign(
      long(100, (i) => i),
      { extra: 1 },
    ),
    "a long list with a symbol": Object.assign(
      long(100, (i) => i),
      { [Symbol.iterator]: 1 },
    ),
    "maps and sets": [new Map<unknown, unknown>([["a", { b: 1 }]]), new Map(), new Set([1, [2], "3"]), new Set()],
    "long maps and sets": [new Map(long(200, (i) => [i, `v${i}`]) as [number, string][]), new Set(long(200, (i) => i))],
    "long maps of objects": new Map(long(200, (i) => [{ i }, [i]]) as [object, unknown][]),
    "a dictionary": Object.fromEntries(long(100, (i) => [`k${i}`, { i }]) as [string, object][]),
    "keys that objects inherit": JSON.parse('{ "__proto__": 1, "constructor": 2, "toString": 3 }'),
    "no prototype": Object.assign(Object.create(null) as object, { a: { b: 1 } }),
    "properties of other kinds": Object.defineProperties(
      { plain: [1] },
      { hidden: { value: {} }, fixed: { value: 2 } },
    ),
    "frozen ones": Object.freeze([Object.freeze({ a: {} }), Object.seal([1, 2]), Object.freeze({})]),
    "integer keys": { b: 1, 2: "two", 1: {} },
  };
  for (const [name, data] of Object.entries(cases)) {
    it(name, () => {
      const arrived = moved(data);
      expect(arrived).toStrictEqual(data);
      if (typeof data === "object") expect(Reflect.ownKeys(arrived as object)).toEqual(Reflect.ownKeys(data as object));
    });
  }

  it("with identity and cycles", () => {
    const shared = { name: "shared" };
    const ring: { next?: unknown; list: unknown[] } = { list: [shared, shared] };
    ring.next = ring;
    ring.list.push(ring.list, new Map([[shared, ring]]), new Set([ring]));
    const arrived = moved(ring);
    expect(arrived.next).toBe(arrived);
    const [first, second, list, map, set] = arrived.list as [
      object,
      object,
      unknown[],
      Map<object, object>,
      Set<object>,
    ];
    expect([second === first, list === arrived.list, map.get(first) === arrived, set.has(arrived)]).toEqual(
      long(4, () => true),
    );
  });

  it("with a setter or a fixed property in the prototype", () => {
    const base = Object.freeze({ fixed: 1 });
    const one = Object.defineProperty(Object.create(base) as object, "fixed", {
      value: 2,
      writable: true,
      enumerable: true,
      configurable: true,
    });
    const first = Object.create(base) as object;
    expect(moved([first, one]).map((object) => (object as { fixed: number }).fixed)).toEqual([1, 2]);
  });

  it("and an image is used as often as one likes", () => {
    const image = imageOf([long(100, (i) => i), { a: [1] }]);
    const [one, two] = [revive(image), revive(image)].map((frame) => frame.next().value as [number[], { a: number[] }]);
    one![0].push(7);
    one![1].a.push(7);
    expect(two).toStrictEqual([long(100, (i) => i), { a: [1] }]);
  });

  it("also where a class decodes what others lead to as well", () => {
    class Wraps {
      readonly inner: unknown;
      constructor(inner: unknown) {
        this.inner = inner;
      }
    }
    let decoded = 0;
    registerClass(Wraps, {
      encode: ({ inner }) => ({ inner }),
      decode: ({ inner }: { inner: { list: unknown[] } }) => {
        decoded++;
        expect(inner.list).toHaveLength(3); // whole before its class sees it
        return new Wraps(inner);
      },
    });
    const inner = { list: [1, { two: 2 }, new Map([["k", { deep: [1] }]])] };
    const arrived = moved([new Wraps(inner), inner, new Wraps(inner)]);
    const [one, plain, two] = arrived as [Wraps, typeof inner, Wraps];
    expect([one.inner === plain, two.inner === plain, decoded]).toEqual([true, true, 2]);
    expect(plain).toStrictEqual(inner);
  });
});

describe("time grows as the data does", () => {
  interface Item {
    readonly value: number;
    readonly next: Item | null;
  }
  const listOf = (length: number): Item | null => {
    let head: Item | null = null;
    for (let value = 0; value < length; value++) head = { value, next: head };
    return head;
  };
  const describeNothing = { describe: (_value: object, _path: string) => undefined, resolve: () => ({}) };

  it("of a list of 100,000 with references looked for", () => {
    const process = holds(listOf(100_000));
    process.next();
    const start = performance.now();
    const image = imageFromBytes(imageToBytes(structuredClone(capture(process, { references: describeNothing }))));
    let item = revive(image).next().value as Item | null;
    expect(performance.now() - start).toBeLessThan(2_000); // a path to each item took minutes
    let length = 0;
    for (; item !== null; item = item.next) length++;
    expect(length).toBe(100_000);
  });

  it("of many instances that lead to the same", () => {
    class Leads {
      readonly to: unknown;
      constructor(to: unknown) {
        this.to = to;
      }
    }
    registerClass(Leads, { encode: ({ to }) => to, decode: (to: unknown) => new Leads(to) });
    const all = long(3_000, (i) => [{ i }]);
    const start = performance.now();
    const arrived = moved(long(3_000, () => new Leads(all))) as Leads[];
    expect(performance.now() - start).toBeLessThan(2_000); // each of them going to all took half a minute
    expect(new Set(arrived.map(({ to }) => to)).size).toBe(1);
    expect(arrived[0]!.to).toStrictEqual(all);
  });

  it("of a long list of instances with a codec", () => {
    class Link {
      readonly next: Link | null;
      constructor(next: Link | null) {
        this.next = next;
      }
    }
    registerClass(Link, {
      encode: ({ next }) => ({ next }),
      decode: ({ next }: { next: Link | null }) => new Link(next),
    });
    let head: Link | null = null;
    for (let i = 0; i < 20_000; i++) head = new Link(head);
    let length = 0;
    for (let at: Link | null = moved(head); at !== null; at = at.next) {
      expect(at instanceof Link).toBe(true);
      length++;
    }
    expect(length).toBe(20_000); // by recursion, the stack was full after a few thousand
  });

  it("and a look stops at its limit", () => {
    const promise = Promise.resolve();
    const near = [promise, long(10_000, (i) => ({ i }))];
    const far = [long(10_000, (i) => ({ i })), long(10, () => promise)];
    expect(pinOf(near)).toContain("a promise");
    expect(pinOf(far)).toContain('local "data"[1][0]: a promise');
    expect(pinOf(far, { limit: 2_000 })).toBeUndefined();
    expect(pinOf(near, { limit: 20_000 })).toContain("a promise");
    expect(pinOf(new Map([["k", promise]]), { limit: 2_000 })).toContain('.get("k"): a promise');
    const process = holds(far);
    process.next();
    expect(() => capture(process, { limit: 2_000 })).toThrow(/it leads to more than 2000 values/);
  });
});

describe("an image that was tampered with is refused", () => {
  const image = imageOf.bind(null, [{ a: {} }]);
  const cases: [string, (image: ProcessImage) => unknown, RegExp][] = [
    [
      "too few values",
      ({ stream, ...rest }) => ({ ...rest, stream: { ...stream!, values: [] } }),
      /values in the stream/,
    ],
    ["no stream", ({ stream: _stream, ...rest }) => rest, /values in the stream/],
    ["references beyond", (one) => ({ ...one, stream: { ...one.stream!, refs: [0, 1e9] } }), /a reference beyond/],
    ["references before", (one) => ({ ...one, stream: { ...one.stream!, refs: [-1] } }), /a reference beyond/],
    [
      "a node that is not there",
      (one) => ({ ...one, stream: { ...one.stream!, values: one.stream!.values.map(() => 1e6) } }),
      /node 1000000, which is not there/,
    ],
    [
      "a list as long as nothing",
      (one) => ({ ...one, nodes: one.nodes.map((node) => (node.t === "run" ? { ...node, length: 1e12 } : node)) }),
      /values in the stream/,
    ],
    [
      "a list of no length",
      (one) => ({ ...one, nodes: one.nodes.map((node) => (node.t === "run" ? { ...node, length: -1 } : node)) }),
      /a list of -1 values/,
    ],
  ];
  for (const [name, tamper, message] of cases) {
    it(name, () => {
      expect(() => revive(tamper(image()) as ProcessImage)).toThrow(expect.objectContaining({ code: "MALFORMED" }));
      expect(() => revive(tamper(image()) as ProcessImage)).toThrow(message);
    });
  }
});

describe("what is Node's or the engine's own", () => {
  const made: Record<string, () => unknown> = {
    Timeout: () => setTimeout(() => {}, 0),
    Immediate: () => setImmediate(() => {}),
    AbortController: () => new AbortController(),
    NumberFormat: () => new Intl.NumberFormat("en"),
    Socket: () => new Socket(),
    EventEmitter: () => new EventEmitter(),
    Hash: () => createHash("sha256"),
    Blob: () => new Blob([]),
    TextDecoder: () => new TextDecoder(),
  };
  for (const [name, make] of Object.entries(made)) {
    it(`${name} is not to be registered`, () => {
      expect(pinOf(make())).toBe(
        `frame holds, local "data": an instance of ${name}, which only exists here: let go of it before the yield, and make it anew after it`,
      );
    });
  }

  it("unlike what extends it", () => {
    class Emits extends EventEmitter {}
    expect(pinOf(new Emits())).toMatch(/Emits, which is not registered: declare the class at the top level/);
  });
});
