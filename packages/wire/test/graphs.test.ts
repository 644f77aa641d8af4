import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlaceError, travel } from "./support.ts";

/** Graphs: nodes made first, then joined at random, so that sharing and cycles come by themselves. */
const graph = fc
  .record({
    kinds: fc.array(fc.constantFrom("object", "array", "map", "set", "url", "search", "error", "date", "bytes"), {
      minLength: 1,
      maxLength: 12,
    }),
    edges: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.string({ maxLength: 4 })), { maxLength: 30 }),
    leaves: fc.array(
      fc.tuple(fc.nat(), fc.oneof(fc.string(), fc.double(), fc.bigInt(), fc.boolean(), fc.constant(undefined))),
    ),
  })
  .map(({ kinds, edges, leaves }) => {
    const nodes = kinds.map((kind, i): unknown => {
      switch (kind) {
        case "object":
          return {};
        case "array":
          return [];
        case "map":
          return new Map();
        case "set":
          return new Set();
        case "url":
          return new URL(`http://isles.test/${i}`);
        case "search":
          return new URLSearchParams({ i: String(i) });
        case "error":
          return i % 2 === 0 ? new PlaceError(`error ${i}`) : new RangeError(`error ${i}`);
        case "date":
          return new Date(i);
        default:
          return new Uint16Array(i).fill(i);
      }
    });
    const join = (node: unknown, key: string, child: unknown) => {
      if (Array.isArray(node)) node.push(child);
      else if (node instanceof Map) node.set(key, child);
      else if (node instanceof Set) node.add(child);
      else if (node instanceof Error) {
        if (child instanceof Error) node.cause = child;
      } else if (Object.getPrototypeOf(node) === Object.prototype) {
        Object.defineProperty(node, key, { value: child, configurable: true, enumerable: true, writable: true });
      }
    };
    for (const [from, to, key] of edges) join(nodes[from % nodes.length], key, nodes[to % nodes.length]);
    for (const [at, leaf] of leaves) join(nodes[at % nodes.length], String(at % 7), leaf);
    return nodes;
  });

/** Both graphs have the same shape: what is one object on one side is one object on the other. */
function sameShape(a: unknown, b: unknown, pairs = new Map<unknown, unknown>()): void {
  if (typeof a !== "object" || a === null) return expect(b).toBe(a);
  if (pairs.has(a)) return expect(pairs.get(a) === b, "one object arrived as two").toBe(true);
  pairs.set(a, b);
  expect(Object.getPrototypeOf(b)).toBe(Object.getPrototypeOf(a));
  const parts = (value: object): unknown[] => {
    if (value instanceof Map) return [...value].flat();
    if (value instanceof Set) return [...value];
    if (value instanceof Date) return [value.getTime()];
    if (value instanceof URL || value instanceof URLSearchParams) return [String(value)];
    if (value instanceof Error) return [value.name, value.message, value.stack, value.cause];
    if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer)];
    return Object.entries(value).flat();
  };
  const [left, right] = [parts(a), parts(b as object)];
  expect(right.length).toBe(left.length);
  left.forEach((part, i) => {
    sameShape(part, right[i], pairs);
  });
}

describe("any graph", () => {
  it("arrives with its shape, its sharing and its cycles (property)", () => {
    fc.assert(
      fc.property(graph, (nodes) => {
        sameShape(nodes, travel(nodes));
      }),
      { numRuns: 1_000 },
    );
  });
});
