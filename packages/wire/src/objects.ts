import { types } from "node:util";

/** A value that always travels and leads nowhere. */
export function isLeaf(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol");
}

/** DOMExceptions are instances only, errors of another realm are native only. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

/** An object literal of this realm or another (vm contexts), or one without a prototype. Not `arguments`, `Math` or a module. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== null && prototype !== Object.prototype && !isRootPrototype(prototype)) return false;
  return tagOf(value) === "[object Object]" || (Object.hasOwn(value, Symbol.toStringTag) && isTaggedLiteral(value));
}

function isRootPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

/** `{ [Symbol.toStringTag]: "Mine" }` may say what it likes; the platform's own namespaces have no enumerable property. */
function isTaggedLiteral(value: object): boolean {
  return !types.isModuleNamespaceObject(value) && !types.isArgumentsObject(value) && Object.keys(value).length > 0;
}

export function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

/** What to call an object in a message: "a Response", "an AbortSignal". */
export function nameOf(value: object): string {
  const tag = tagOf(value).slice("[object ".length, -1);
  const type: unknown = tag === "Object" ? (value as { constructor?: unknown }).constructor : undefined;
  const name = typeof type === "function" && type.name !== "" ? type.name : tag;
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}

/** Creates the property; assigning to `__proto__` would set the prototype instead. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key !== "__proto__") (target as Record<string, unknown>)[key] = value;
  else Object.defineProperty(target, key, { value, configurable: true, enumerable: true, writable: true });
}

/** An array's own enumerable properties beside its elements (`match.index`); keys list elements first. */
export function namedKeys(array: readonly unknown[]): string[] {
  const keys = Object.keys(array);
  let first = keys.length;
  while (first > 0 && !isIndex(keys[first - 1]!)) first--;
  return keys.slice(first);
}

function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return String(index) === key && index !== 0xffff_ffff;
}

export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    return new Uint8Array(buffer).length > 0;
  } catch {
    return true; // the only reason there is; `buffer.detached` comes with Node 22
  }
}
