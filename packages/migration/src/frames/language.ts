/** Parts of the language that have no name of their own, as they were before any program could change them. */
const arrayIteratorPrototype = Object.getPrototypeOf([][Symbol.iterator]()) as Iterator<unknown>;
const mapIteratorPrototype = Object.getPrototypeOf(new Map().entries()) as Iterator<unknown>;
const setIteratorPrototype = Object.getPrototypeOf(new Set().values()) as Iterator<unknown>;
const stringIteratorPrototype = Object.getPrototypeOf(""[Symbol.iterator]()) as Iterator<unknown>;
const typedArrayPrototype = Object.getPrototypeOf(Int8Array.prototype) as Uint8Array;

const nextOf = {
  array: arrayIteratorPrototype.next,
  map: mapIteratorPrototype.next,
  set: setIteratorPrototype.next,
  string: stringIteratorPrototype.next,
};

/** Methods whose iterators are known to walk as the language says. */
export const originals = {
  array: { keys: Array.prototype.keys, values: Array.prototype.values, entries: Array.prototype.entries },
  typed: { keys: typedArrayPrototype.keys, values: typedArrayPrototype.values, entries: typedArrayPrototype.entries },
  map: { keys: Map.prototype.keys, values: Map.prototype.values, entries: Map.prototype.entries },
  set: { keys: Set.prototype.keys, values: Set.prototype.values, entries: Set.prototype.entries },
  string: String.prototype[Symbol.iterator],
} as const;

/** Whether the iterators of a kind still walk as the language says: a program may replace their `next`. */
export function isUntouched(kind: keyof typeof nextOf): boolean {
  switch (kind) {
    case "array":
      return arrayIteratorPrototype.next === nextOf.array;
    case "map":
      return mapIteratorPrototype.next === nextOf.map;
    case "set":
      return setIteratorPrototype.next === nextOf.set;
    case "string":
      return stringIteratorPrototype.next === nextOf.string;
    default:
      return kind satisfies never;
  }
}
