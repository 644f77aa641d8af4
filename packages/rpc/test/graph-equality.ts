import { types } from "node:util";

/**
 * The first place where two values differ, or undefined if they are alike: in kind, contents, order and in which of their
 * parts are one object. Stricter than deep equality of test runners, and at home with cycles.
 */
export function difference(
  a: unknown,
  b: unknown,
  path = "value",
  pairs = new Map<object, object>(),
): string | undefined {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null)
    return Object.is(a, b) ? undefined : path;
  const partner = pairs.get(a);
  if (partner !== undefined) return partner === b ? undefined : `${path} (identity)`;
  if ([...pairs.values()].includes(b)) return `${path} (identity)`;
  if (isContainer(a)) pairs.set(a, b);
  if (kind(a) !== kind(b)) return `${path} (${kind(a)} and ${kind(b)})`;
  const [left, right] = [parts(a), parts(b)];
  if (left.length !== right.length) return `${path} (size)`;
  for (const [i, [key, item]] of left.entries()) {
    const [otherKey, other] = right[i]!;
    const found =
      difference(key, otherKey, `${path}.keys()[${i}]`, pairs) ?? difference(item, other, `${path}[${i}]`, pairs);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What text and structured clone keep the identity of; leaves of a test's values may be shared by chance. */
function isContainer(value: object): boolean {
  return Array.isArray(value) || types.isMap(value) || types.isSet(value) || kind(value) === "Object";
}

function kind(value: object): string {
  return (Object.getPrototypeOf(value) as { constructor: { name: string } }).constructor.name;
}

function parts(value: object): [unknown, unknown][] {
  if (types.isMap(value)) return [...value];
  if (types.isSet(value)) return [...value].map((item, i) => [i, item]);
  if (value instanceof Error)
    return [
      ["message", value.message],
      ["name", value.name],
    ];
  if (value instanceof URL || value instanceof URLSearchParams || value instanceof RegExp) return [["", String(value)]];
  if (value instanceof Date) return [["", value.getTime()]];
  if (value instanceof ArrayBuffer) return [["", Buffer.from(value).toString("hex")]];
  if (ArrayBuffer.isView(value))
    return [["", Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")]];
  const own: [unknown, unknown][] = Object.keys(value).map((key) => [key, (value as Record<string, unknown>)[key]]);
  return Array.isArray(value) ? [["length", value.length], ...own] : own;
}
