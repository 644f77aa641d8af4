import {
  ArrayCursor,
  type Collection,
  CollectionCursor,
  type Cursor,
  IteratorCursor,
  KeysCursor,
  PlainCursor,
  StringCursor,
  type View,
} from "./cursors.ts";
import { isUntouched, originals } from "./language.ts";

/** A cursor over what `for…of` is given; `words` are the program's own, for errors. */
export function iterate(iterable: unknown, words: string): Cursor {
  const method = methodOf(iterable, Symbol.iterator);
  return plainCursor(iterable, method) ?? iteratorCursor(iterable, method, words);
}

/** A cursor over `collection[view]()`. */
export function iterateView(collection: unknown, view: View, words: string): Cursor {
  const viewed = delegateView(collection, view, words);
  return viewed instanceof PlainCursor ? viewed : iterate(viewed, words);
}

/** What a `yield*` of `collection[view]()` walks: a cursor where that is the language's own way, or else what the call gives. */
export function delegateView(collection: unknown, view: View, words: string): unknown {
  if (collection === undefined || collection === null) {
    throw new TypeError(`Cannot read properties of ${String(collection)} (reading '${view}')`);
  }
  const method = methodOf(collection, view);
  const cursor = plainCursor(collection, method);
  if (cursor !== undefined) return cursor;
  if (typeof method !== "function") throw new TypeError(`${words.replace(/\(\s*\)$/, "")} is not a function`);
  return Reflect.apply(method, collection, []);
}

/** A cursor over what a `for…in` is given. */
export function keys(object: unknown): Cursor {
  if (object === undefined || object === null) return new KeysCursor(null, []);
  const target: object = Object(object);
  const found: string[] = [];
  for (const key in target) found.push(key);
  return new KeysCursor(target, found);
}

export function methodOf(value: unknown, key: string | symbol): unknown {
  return value === undefined || value === null ? undefined : (value as Record<string | symbol, unknown>)[key];
}

/** What the language itself walks over, if `method` is its own way to do so. */
export function plainCursor(iterable: unknown, method: unknown): Cursor | undefined {
  if (typeof iterable === "string") {
    return method === originals.string && isUntouched("string") ? new StringCursor(iterable) : undefined;
  }
  if (typeof iterable !== "object" || iterable === null) return undefined;
  const kind = ArrayBuffer.isView(iterable) ? "typed" : "array";
  const view = viewOf(originals[kind], method);
  if (view !== undefined && isUntouched("array")) return new ArrayCursor(iterable as ArrayLike<unknown>, view);
  for (const [collection, type] of collections) {
    if (!(iterable instanceof type) || !isUntouched(collection)) continue;
    const found = viewOf(originals[collection], method);
    if (found !== undefined) return new CollectionCursor(iterable as Collection, found);
  }
  return undefined;
}

const collections = [
  ["map", Map],
  ["set", Set],
] as const;

function viewOf(methods: Readonly<Record<View, unknown>>, method: unknown): View | undefined {
  if (methods.values === method) return "values";
  if (methods.entries === method) return "entries";
  return methods.keys === method ? "keys" : undefined;
}

/** Any other iterable's own iterator. */
export function iteratorCursor(iterable: unknown, method: unknown, words: string): IteratorCursor {
  if (typeof method !== "function") throw new TypeError(`${words} is not iterable`);
  const iterator: unknown = Reflect.apply(method, iterable, []);
  if ((typeof iterator !== "object" || iterator === null) && typeof iterator !== "function") {
    throw new TypeError("Result of the Symbol.iterator method is not an object");
  }
  const { next } = iterator as Iterator<unknown>;
  return new IteratorCursor(iterator as Iterator<unknown>, next);
}
