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
  /** A copy to travel in place of a view whose memory must not travel whole (structured clone takes all of a view's buffer). */
  detach?(view: ArrayBufferView): ArrayBufferView | undefined;
}

/** Levels of nesting. Structured clone recurses: it overflows the main thread's stack at 1,900 levels of objects. */
const MAX_DEPTH = 1_000;

/** Packs `value`; `path` names it in errors (`args`, `result`). Throws {@link CloneError} for what cannot travel. */
export function pack(value: unknown, codec: ReferenceCodec, path: string): Packed {
  const references: Reference[] = [];
  const copies = new Map<object, object>();
  if (!containsReference(value, codec, path, new Set(), 0)) return { value };
  const replaced = replace(
    value,
    (object) => {
      if (ArrayBuffer.isView(object)) return codec.detach?.(object);
      const description = codec.describe(object);
      if (description === undefined) return undefined;
      const placeholder = {};
      references.push({ placeholder, description });
      return placeholder;
    },
    copies,
  );
  return { value: replaced, references };
}

export function unpack(packed: Packed, codec: ReferenceCodec): unknown {
  if (packed.references === undefined) return packed.value;
  const resolved = new Map<object, object>();
  for (const { placeholder, description } of packed.references) resolved.set(placeholder, codec.resolve(description));
  return replace(packed.value, (object) => resolved.get(object), new Map());
}

/** Walks everything structured clone would walk; finds out whether there is a reference and refuses what cannot travel. */
function containsReference(
  value: unknown,
  codec: ReferenceCodec,
  path: string,
  seen: Set<object>,
  depth: number,
): boolean {
  if (typeof value === "function") throw new CloneError(path, value.name ? `the function ${value.name}` : "a function");
  if (typeof value === "symbol") throw new CloneError(path, "a symbol");
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  if (depth > MAX_DEPTH) throw new CloneError(path, `nested deeper than ${MAX_DEPTH} levels`);
  seen.add(value);
  if (ArrayBuffer.isView(value)) return codec.detach?.(value) !== undefined;
  if (codec.describe(value) !== undefined) return true;
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef)
    throw new CloneError(path, "a weak collection");
  if (value instanceof Promise) throw new CloneError(path, "a promise (await it first)");
  let found = false;
  for (const [key, child] of children(value)) {
    if (containsReference(child, codec, path + key, seen, depth + 1)) found = true;
  }
  return found;
}

/** The parts of a container that may matter, each with the text that leads to it. */
function* children(value: object): Iterable<[key: string, child: unknown]> {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isLeaf(value[i])) yield [`[${i}]`, value[i]];
  } else if (value instanceof Map) {
    let index = 0;
    for (const [key, item] of value) {
      if (!isLeaf(key)) yield [`.keys()[${index}]`, key];
      if (!isLeaf(item)) yield [typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${index}]`, item];
      index++;
    }
  } else if (value instanceof Set) {
    let index = 0;
    for (const item of value) yield [`.values()[${index++}]`, item];
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (!isLeaf(item)) yield [/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`, item];
    }
  }
}

/** A value that always travels and leads nowhere. */
function isLeaf(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol");
}

/** Whether structured clone takes its own enumerable properties: plain objects and, as if they were, instances of classes. */
function isRecord(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown;
  return (
    prototype === Object.prototype || prototype === null || Object.prototype.toString.call(value) === "[object Object]"
  );
}

/** Copies containers with `substitute` applied to every object in them; what holds no reference is kept as it is. */
function replace(
  value: unknown,
  substitute: (object: object) => object | undefined,
  copies: Map<object, object>,
): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const substituted = substitute(value);
  if (substituted !== undefined) {
    copies.set(value, substituted);
    return substituted;
  }
  if (Array.isArray(value)) {
    const copy: unknown[] = new Array(value.length);
    copies.set(value, copy);
    value.forEach((item, i) => {
      copy[i] = replace(item, substitute, copies); // and the holes stay holes
    });
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
  if (!isRecord(value)) return value;
  const copy: Record<string, unknown> = {};
  copies.set(value, copy);
  for (const [key, item] of Object.entries(value)) copy[key] = replace(item, substitute, copies);
  return copy;
}
