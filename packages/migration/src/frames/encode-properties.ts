import type { Capture } from "./capture.ts";
import { whyNot } from "./class-words.ts";
import { type Encoded, type ImageNode, isPrimitive, type Properties } from "./image.ts";
import { wordsForKey } from "./words-for-key.ts";

const WRITABLE = 1;
const ENUMERABLE = 2;
const CONFIGURABLE = 4;
export const PLAIN = WRITABLE | ENUMERABLE | CONFIGURABLE;

/**
 * An object by its prototype and properties: as most are, with nothing but what assignments make, with its values in the
 * stream. `keys`: its own.
 */
export function encodePlain(c: Capture, object: object, keys: readonly (string | symbol)[]): ImageNode {
  c.spend(keys.length);
  const prototype = prototypeOf(c, object);
  const values: unknown[] = [];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    const isPlain =
      descriptor?.writable === true && descriptor.enumerable && descriptor.configurable && typeof key === "string";
    if (!isPlain) return { t: "object", prototype, properties: encodeProperties(c, object) };
    values.push(descriptor.value);
  }
  if (!Object.isExtensible(object)) return { t: "object", prototype, properties: encodeProperties(c, object) };
  const { node, steps } = c.shapeOf(keys as string[], prototype);
  for (let i = 0; i < values.length; i++) c.put(values[i], steps[i]!);
  return node;
}

/** The own properties of an object, less some. */
export function encodeProperties(c: Capture, object: object, ...except: readonly string[]): Properties {
  const keys: Encoded[] = [];
  const values: Encoded[] = [];
  const flags: number[] = [];
  let isPlain = true;
  for (const key of Reflect.ownKeys(object)) {
    if (except.length > 0 && except.includes(key as string)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined) continue;
    if (!("value" in descriptor)) throw refusedAccessor(c, labelOf(object, key));
    const { value } = descriptor as { value: unknown };
    keys.push(isPrimitive(key) ? key : c.encode(key, labelOf(object, key)));
    values.push(isPrimitive(value) ? value : c.encode(value, labelOf(object, key)));
    const flag = flagsOf(descriptor);
    flags.push(flag);
    if (flag !== PLAIN) isPlain = false;
  }
  return {
    keys,
    values,
    ...(isPlain ? {} : { flags }),
    ...(Object.isExtensible(object) ? {} : { isSealed: true as const }),
  };
}

function refusedAccessor(c: Capture, label: string): never {
  return c.refuse(`its property ${label} is a getter or setter, which moves only as part of a registered class`);
}

function flagsOf({ writable, enumerable, configurable }: PropertyDescriptor): number {
  return (writable ? WRITABLE : 0) | (enumerable ? ENUMERABLE : 0) | (configurable ? CONFIGURABLE : 0);
}

export function descriptorOf(value: unknown, flags: number): PropertyDescriptor {
  return {
    value,
    writable: (flags & WRITABLE) !== 0,
    enumerable: (flags & ENUMERABLE) !== 0,
    configurable: (flags & CONFIGURABLE) !== 0,
  };
}

function labelOf(object: object, key: string | symbol): string {
  return Array.isArray(object) && typeof key === "string" ? `[${key}]` : wordsForKey(key);
}

/** The prototype of an object: the language's, a registered class's, or another plain object. */
export function prototypeOf(c: Capture, value: object): Encoded {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return prototype === null ? null : undefined;
  if (c.realm.intrinsics.nameOf(prototype) !== undefined) {
    // An instance of a class of the language that nothing above knows how to take apart: a socket, a stream.
    if (!/(Error|Object)\.prototype$/.test(c.realm.intrinsics.nameOf(prototype)!)) c.refuse(whyNot(c, value));
    return c.encode(prototype, " (prototype)");
  }
  if (c.realm.classByPrototype(prototype) !== undefined) return c.encode(prototype, " (prototype)");
  if (Object.hasOwn(prototype, "constructor")) {
    c.refuse(whyNot(c, value));
  }
  return c.encode(prototype, " (prototype)");
}

export function encodeError(c: Capture, error: Error): ImageNode {
  const { stack } = error;
  return {
    t: "error",
    prototype: prototypeOf(c, error),
    stack: typeof stack === "string" ? stack : undefined,
    properties: encodeProperties(c, error, "stack"),
  };
}
