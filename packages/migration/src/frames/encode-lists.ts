import { inspect } from "node:util";
import type { Capture } from "./capture.ts";
import { encodeProperties } from "./encode-properties.ts";
import { type Encoded, type ImageNode, isPrimitive, type ListKind, type Primitive } from "./image.ts";

/** Lists up to this length are in the image's stream, which has no object for each; longer ones of primitives are copied as they are. */
const SHORT = 32;

export function encodeArray(c: Capture, array: unknown[]): ImageNode {
  c.spend(array.length);
  const named = Object.isFrozen(array) ? c.nameOf(array) : undefined; // the strings of a tagged template
  if (named !== undefined) return { t: "named", ...named };
  if (isDense(array)) return encodeList(c, "array", array);
  return { t: "sparse", length: array.length, properties: encodeProperties(c, array, "length") };
}

/** Items of an array or a set, or keys and values of a map by turns. */
export function encodeList(c: Capture, kind: ListKind, items: readonly unknown[]): ImageNode {
  const { length } = items;
  if (length > SHORT && isAllPrimitive(items)) return { t: "list", kind, items: items.slice() };
  for (let i = 0; i < length; i++) c.put(items[i], i);
  return c.runOf(kind, length);
}

function isAllPrimitive(items: readonly unknown[]): items is Primitive[] {
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (!isPrimitive(item) && item !== null) return false;
  }
  return true;
}

/** No holes, and nothing else in it. */
function isDense(array: readonly unknown[]): boolean {
  const { length } = array;
  if (!Object.isExtensible(array)) return false;
  if (length > SHORT && isBare(array)) {
    for (let i = 0; i < length; i++) if (array[i] === undefined && !Object.hasOwn(array, i)) return false;
    return true;
  }
  const keys = Reflect.ownKeys(array);
  // Indices come first: with a hole and as many names hung on it, too, there are so many keys.
  return keys.length === length + 1 && keys[length] === "length";
}

/**
 * Whether an array has no properties but its items. The language lists names only together with all indices, as strings,
 * which takes a hundred times as long as copying the array; Node's inspection can leave the items out. Should it word
 * that otherwise one day, the indices are listed.
 */
function isBare(array: readonly unknown[]): boolean {
  const { length } = array;
  const items = `... ${length} more item${length === 1 ? "" : "s"}`;
  const text = inspect(array, {
    depth: 0,
    maxArrayLength: 0,
    showHidden: true,
    customInspect: false,
    compact: true,
    breakLength: Number.POSITIVE_INFINITY,
  });
  return text === `[ ${items}, [length]: ${length} ]`;
}

/** The items of `arguments`, or what a closure shares; `label` where they have no places of their own. */
export function encodeAll(c: Capture, values: ArrayLike<unknown>, label?: string): Encoded[] {
  return Array.from(values, (value, index) => (isPrimitive(value) ? value : c.encode(value, label ?? index)));
}
