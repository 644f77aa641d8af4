import { types } from "node:util";
import type { Capture } from "./capture.ts";
import { howToRegister, nameOf } from "./class-words.ts";
import { ArrayCursor, CollectionCursor, IteratorCursor, KeysCursor, StringCursor } from "./cursors.ts";
import { Delegation } from "./delegation.ts";
import { encodeBytes } from "./encode-bytes.ts";
import { encodeAll, encodeArray, encodeList } from "./encode-lists.ts";
import { encodeError, encodePlain } from "./encode-properties.ts";
import { Frame } from "./frame.ts";
import type { Encoded, ImageNode } from "./image.ts";
import { DONE } from "./modes.ts";
import { Box } from "./operations.ts";
import { Taking } from "./taking.ts";

/** One object, function or symbol of a process as a node. */
export function encodeObject(c: Capture, value: object | symbol): ImageNode {
  if (typeof value === "symbol") return encodeSymbol(c, value);
  if (typeof value === "function") return encodeFunction(c, value as (...values: never[]) => unknown);
  if (types.isProxy(value)) return c.refuse("a proxy, whose target and traps cannot be seen");
  const common = encodeCommon(c, value);
  if (common !== undefined) return common;
  if (value instanceof Frame) return encodeFrame(c, value);
  if (value instanceof Box) return { t: "box", value: c.encode(value.v, "") };
  const intrinsic = c.realm.intrinsics.nameOf(value);
  if (intrinsic !== undefined) return { t: "intrinsic", name: intrinsic };
  const ofClass = c.realm.classByPrototype(value);
  if (ofClass !== undefined) return { t: "class", name: ofClass.name, isPrototype: true };
  return encodeCursor(c, value) ?? encodeData(c, value);
}

/** What most data is made of, found out by few questions. */
function encodeCommon(c: Capture, value: object): ImageNode | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Array.prototype) return Array.isArray(value) ? encodeArray(c, value) : undefined;
  if (prototype !== Object.prototype || Object.prototype.toString.call(value) !== "[object Object]") return undefined;
  if (c.realm.intrinsics.nameOf(value) !== undefined || c.realm.classByPrototype(value) !== undefined) return undefined;
  const keys = Reflect.ownKeys(value);
  // What is not what it seems, a promise that was given another prototype, has as a rule no properties of its own.
  return keys.length === 0 ? undefined : encodePlain(c, value, keys);
}

function encodeSymbol(c: Capture, value: symbol): ImageNode {
  const key = Symbol.keyFor(value);
  if (key !== undefined) return { t: "symbol", key };
  const intrinsic = c.realm.intrinsics.nameOf(value);
  if (intrinsic !== undefined) return { t: "intrinsic", name: intrinsic };
  const named = c.nameOf(value);
  if (named !== undefined) return { t: "named", ...named };
  return c.refuse(
    `${String(value)}, which only this site knows; use Symbol.for(), or declare it at the top of the program`,
  );
}

const frameFields = new Set(["pc", "owner", "child", "top", "isBusy"]);

function encodeFrame(c: Capture, frame: Frame): ImageNode {
  if (frame instanceof Delegation) {
    const owner = c.encode(frame.owner, "");
    return { t: "delegation", pc: frame.pc, cursor: c.encode(frame.cursor, ""), owner };
  }
  const code = c.realm.codeOf(frame);
  if (code === undefined) return c.refuse("a frame of code that this thread does not know");
  for (const key of Reflect.ownKeys(frame)) {
    const isKnown = typeof key === "string" && (frameFields.has(key) || key in code.slots);
    if (!isKnown) return c.refuse(`its property ${String(key)}: a generator object moves without what was hung on it`);
  }
  const slots = frame.pc === DONE ? [] : (code.kept[frame.pc] ?? []);
  const locals = frame as unknown as Record<string, unknown>;
  const values = slots.map((slot) => c.encode(locals[slot], labelOf(code.slots[slot]!)));
  return {
    t: "frame",
    code: `${c.moduleName(code.module.url)}#${code.id}`,
    hash: code.hash,
    pc: frame.pc,
    slots,
    values,
    owner: c.encode(frame.owner, ""),
    child: c.encode(frame.child, ""),
  };
}

function labelOf(name: string): string {
  if (name === "") return ", a value under evaluation";
  return name === "this" || name === "arguments" ? `, ${name}` : `, local "${name}"`;
}

type AnyFunction = (...values: never[]) => unknown;

function encodeFunction(c: Capture, value: AnyFunction): ImageNode {
  const intrinsic = c.realm.intrinsics.nameOf(value);
  if (intrinsic !== undefined) return { t: "intrinsic", name: intrinsic };
  const made = c.realm.closureInfo(value);
  if (made !== undefined) {
    const extra = Reflect.ownKeys(value).find((key) => !["length", "name", "prototype"].includes(String(key)));
    if (extra !== undefined) return c.refuse(`a function with a property ${String(extra)} hung on it`);
    const { code } = made;
    const captures = encodeAll(c, made.captures, " (shared with a function)");
    return { t: "closure", code: `${c.moduleName(code.module.url)}#${code.id}`, hash: code.hash, captures };
  }
  const type = c.realm.classByPrototype(value.prototype as object);
  if (type !== undefined && type.type === (value as unknown))
    return { t: "class", name: type.name, isPrototype: false };
  const named = c.nameOf(value);
  if (named !== undefined) return { t: "named", ...named };
  const method = methodOf(c, value);
  if (method !== undefined) return method;
  const name = value.name === "" ? "a function without a name" : `the function ${value.name}`;
  const isClass = /^class\b/.test(Function.prototype.toString.call(value));
  if (isClass) return c.refuse(`the class ${value.name}, which is not declared at the top of a module of the program`);
  return c.refuse(`${name}, which neither a process made nor the top of a module of the program declares`);
}

/**
 * A function that a call has looked up and whose arguments are still being evaluated: by the object that the call is of, which its frame holds
 * as well, or by a class or an object at the top of a module.
 */
function methodOf(c: Capture, value: AnyFunction): ImageNode | undefined {
  for (const [object, label] of heldBeside(c)) {
    for (let at = prototypeIn(object); at !== null; at = prototypeIn(at)) {
      const key = keyOfMethod(at, value);
      if (key !== undefined) return { t: "method", of: c.encode(object, label), key };
    }
  }
  for (const [module, name, object] of c.topLevel()) {
    const key = types.isProxy(object) ? undefined : keyOfMethod(object, value);
    if (key !== undefined) return { t: "named", module, name, key };
  }
  return undefined;
}

/** What the frame holds that holds the present value. */
function* heldBeside(c: Capture): Iterable<[object: object, label: string]> {
  const frame = c.holder();
  const code = frame instanceof Frame ? c.realm.codeOf(frame) : undefined;
  if (code === undefined) return;
  for (const slot of code.kept[(frame as Frame).pc] ?? []) {
    const held = (frame as unknown as Record<string, unknown>)[slot];
    const object = held instanceof Box ? held.v : held;
    if (typeof object === "object" && object !== null && !types.isProxy(object))
      yield [object, labelOf(code.slots[slot]!)];
  }
}

function prototypeIn(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null;
}

function keyOfMethod(object: object, value: AnyFunction): string | undefined {
  return Object.getOwnPropertyNames(object).find(
    (key) => Object.getOwnPropertyDescriptor(object, key)?.value === value, // getters would run code
  );
}

function encodeCursor(c: Capture, value: object): ImageNode | undefined {
  const cursor = (kind: "array" | "string" | "collection" | "keys" | "iterator", ...fields: Encoded[]): ImageNode => ({
    t: "cursor",
    kind,
    fields,
  });
  if (value instanceof ArrayCursor) {
    return cursor("array", c.encode(value.array, ""), value.view, value.index, c.encode(value.value, ""));
  }
  if (value instanceof StringCursor) return cursor("string", value.string, value.index, value.value as string);
  if (value instanceof CollectionCursor) {
    const position = value.isDone ? -1 : value.position();
    return cursor("collection", c.encode(value.collection, ""), value.view, position, c.encode(value.value, ""));
  }
  if (value instanceof KeysCursor) {
    return cursor("keys", c.encode(value.object, ""), c.encode(value.keys, ""), value.index, value.value as string);
  }
  if (value instanceof IteratorCursor) {
    if (!value.isDone && value.iterator.next !== value.next) c.refuse("an iterator whose next() was replaced");
    return cursor("iterator", c.encode(value.iterator, " (iterated over)"), value.isDone, c.encode(value.value, ""));
  }
  if (value instanceof Taking) return { t: "taking", cursor: c.encode(value.cursor, ""), isDone: value.isDone };
  return undefined;
}

function encodeData(c: Capture, value: object): ImageNode {
  const bytes = encodeBytes(c, value);
  if (bytes !== undefined) return bytes;
  if (types.isNativeError(value)) return encodeError(c, value);
  const prototype = Object.getPrototypeOf(value) as object | null;
  const entry = prototype === null ? undefined : c.realm.classByPrototype(prototype);
  if (entry?.codec.encode !== undefined) {
    return { t: "instance", name: entry.name, encoded: c.encode(entry.codec.encode(value), " (encoded)") };
  }
  const known = encodeBuiltIn(c, value, prototype);
  if (known !== undefined) return known;
  refuseOpaque(c, value);
  return encodePlain(c, value, Reflect.ownKeys(value));
}

/** The language's own kinds of objects, of their own class and with nothing hung on them. */
function encodeBuiltIn(c: Capture, value: object, prototype: object | null): ImageNode | undefined {
  const node = builtInNode(c, value);
  if (node === undefined) return undefined;
  const isPlain = prototype !== null && c.realm.intrinsics.nameOf(prototype) !== undefined;
  if (!isPlain)
    return c.refuse(
      `an instance of ${nameOf(value)}, which extends a class of the language: ${howToRegister(c, value)}`,
    );
  const extra = node.t === "arguments" || node.t === "wrapper" || node.t === "url" ? [] : Reflect.ownKeys(value);
  const hung = extra.find((key) => key !== "lastIndex");
  if (hung !== undefined) return c.refuse(`an object of the language with a property ${String(hung)} hung on it`);
  return node;
}

function builtInNode(c: Capture, value: object): ImageNode | undefined {
  if (value instanceof Map) {
    c.spend(value.size);
    const entries: unknown[] = [];
    Map.prototype.forEach.call(value, (item: unknown, key: unknown) => entries.push(key, item));
    return encodeList(c, "map", entries);
  }
  if (value instanceof Set) {
    c.spend(value.size);
    const items: unknown[] = [];
    Set.prototype.forEach.call(value, (item: unknown) => items.push(item));
    return encodeList(c, "set", items);
  }
  if (types.isDate(value)) return { t: "date", time: value.getTime() };
  if (types.isRegExp(value))
    return { t: "regexp", source: value.source, flags: value.flags, lastIndex: value.lastIndex };
  if (types.isBoxedPrimitive(value)) return { t: "wrapper", value: c.encode(value.valueOf(), "") };
  if (types.isArgumentsObject(value)) {
    return { t: "arguments", items: encodeAll(c, value as ArrayLike<unknown>) };
  }
  if (value instanceof URL) return { t: "url", href: value.href, isQuery: false };
  if (value instanceof URLSearchParams) return { t: "url", href: value.toString(), isQuery: true };
  return undefined;
}

/** What has a state that nobody can read. */
function refuseOpaque(c: Capture, value: object): void {
  if (types.isGeneratorObject(value)) {
    c.refuse(
      "a live native generator: its function was not compiled (see `left` of the transform, or import its module by a relative path)",
    );
  }
  if (types.isPromise(value)) c.refuse("a promise: what will settle it stays behind");
  if (types.isWeakMap(value) || types.isWeakSet(value)) c.refuse("a weak collection, whose contents cannot be listed");
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (/ Iterator( Helper)?$/.test(tag) || tag === "Generator") c.refuse(`a live native iterator (${tag})`);
  if (tag === "WeakRef" || tag === "FinalizationRegistry" || types.isModuleNamespaceObject(value)) c.refuse(`a ${tag}`);
  if (types.isExternal(value)) c.refuse("an object of the engine");
}
