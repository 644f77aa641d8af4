import { CloneError } from "@isles/base";

/**
 * Values between sites: structured clone, plus *references*: objects (a shared array, later a stub) that travel as a
 * description and arrive as the receiver's own handle. A travelling value is `Packed`: the value with each reference
 * replaced by a placeholder, and the list of placeholders. Structured clone keeps identity inside one message, so the
 * receiver recognises a placeholder by identity and no property name is reserved.
 */
export interface Packed {
  readonly value: unknown;
  /** Absent when the value holds no reference, which is the common case and costs no walk on arrival. */
  readonly references?: readonly Reference[];
}

export interface Reference {
  readonly placeholder: object;
  readonly description: unknown;
}

/** Says how objects of the host become descriptions and back. */
export interface ReferenceCodec {
  /** The description of a reference, or undefined if `value` is not one. */
  describe(value: object): unknown;
  resolve(description: unknown): object;
}

const MAX_DEPTH = 2_000; // deeper values overflow the stack of structured clone itself

/** Packs `value`; `path` names it in errors (`args`, `result`). Throws {@link CloneError} for what cannot travel. */
export function pack(value: unknown, codec: ReferenceCodec, path: string): Packed {
  const references: Reference[] = [];
  const copies = new Map<object, object>();
  if (!containsReference(value, codec, path, new Set(), 0)) return { value };
  const replaced = replace(value, (object) => {
    const description = codec.describe(object);
    if (description === undefined) return undefined;
    const placeholder = {};
    references.push({ placeholder, description });
    return placeholder;
  }, copies);
  return { value: replaced, references };
}

export function unpack(packed: Packed, codec: ReferenceCodec): unknown {
  if (packed.references === undefined) return packed.value;
  const resolved = new Map<object, object>();
  for (const { placeholder, description } of packed.references) resolved.set(placeholder, codec.resolve(description));
  return replace(packed.value, (object) => resolved.get(object), new Map());
}

/** Walks everything structured clone would walk; finds out whether there is a reference and refuses what cannot travel. */
function containsReference(value: unknown, codec: ReferenceCodec, path: string, seen: Set<object>, depth: number): boolean {
  if (typeof value === "function") throw new CloneError(path, value.name ? `the function ${value.name}` : "a function");
  if (typeof value === "symbol") throw new CloneError(path, "a symbol");
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  if (depth > MAX_DEPTH) throw new CloneError(path, `nested deeper than ${MAX_DEPTH} levels`);
  seen.add(value);
  if (codec.describe(value) !== undefined) return true;
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) throw new CloneError(path, "a weak collection");
  if (value instanceof Promise) throw new CloneError(path, "a promise (await it first)");
  if (value instanceof SharedArrayBuffer || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return false;
  let found = false;
  for (const [key, child] of children(value)) {
    if (containsReference(child, codec, path + key, seen, depth + 1)) found = true;
  }
  return found;
}

/** The parts of a container, each with the text that leads to it. */
function* children(value: object): Iterable<[key: string, child: unknown]> {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) yield [`[${i}]`, value[i]];
  } else if (value instanceof Map) {
    let index = 0;
    for (const [key, item] of value) {
      yield [`.keys()[${index}]`, key];
      yield [typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${index}]`, item];
      index++;
    }
  } else if (value instanceof Set) {
    let index = 0;
    for (const item of value) yield [`.values()[${index++}]`, item];
  } else if (!(value instanceof Date) && !(value instanceof RegExp)) {
    for (const key of Object.keys(value)) {
      yield [/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`, (value as Record<string, unknown>)[key]];
    }
  }
}

/** Copies containers with `substitute` applied to every object in them; what holds no reference is kept as it is. */
function replace(value: unknown, substitute: (object: object) => object | undefined, copies: Map<object, object>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const substituted = substitute(value);
  if (substituted !== undefined) {
    copies.set(value, substituted);
    return substituted;
  }
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    copies.set(value, copy);
    for (const item of value) copy.push(replace(item, substitute, copies));
    return copy;
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    copies.set(value, copy);
    for (const [key, item] of value) copy.set(replace(key, substitute, copies), replace(item, substitute, copies));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    copies.set(value, copy);
    for (const item of value) copy.add(replace(item, substitute, copies));
    return copy;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<string, unknown> = {};
  copies.set(value, copy);
  for (const [key, item] of Object.entries(value)) copy[key] = replace(item, substitute, copies);
  return copy;
}
