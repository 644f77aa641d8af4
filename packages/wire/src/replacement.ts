import { types } from "node:util";
import { MAX_DEPTH } from "./limits.ts";
import { namedKeys, setOwn } from "./objects.ts";
import { malformed } from "./packed.ts";

export interface ReplacementOptions {
  readonly substitutes: ReadonlyMap<object, unknown>;
  /** Whether an object that is no array, map or set stays as it is; all others are copied property by property. */
  readonly stays: (object: object) => boolean;
  /** What was read of objects with getters, which are not to run a second time. */
  readonly snapshots?: ReadonlyMap<object, object> | undefined;
}

/** Copies containers, putting substitutes in place of the objects that have one. Identity and cycles survive. */
export class Replacement {
  readonly #options: ReplacementOptions;
  readonly #copies = new Map<object, object>();

  constructor(options: ReplacementOptions) {
    this.#options = options;
  }

  of(value: unknown, depth = 0): unknown {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
    const { substitutes, stays } = this.#options;
    if (substitutes.has(value)) return substitutes.get(value);
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    if (typeof value === "function" || ArrayBuffer.isView(value)) return value;
    // pack() has refused deeper ones already, so this one was made by something else.
    if (depth > MAX_DEPTH) throw malformed(`it is nested deeper than ${MAX_DEPTH} levels`);
    if (stays(value)) return value;
    if (Array.isArray(value)) return this.#array(value, depth + 1);
    if (types.isMap(value)) return this.#map(value, depth + 1);
    if (types.isSet(value)) return this.#set(value, depth + 1);
    return this.#properties(value, depth + 1);
  }

  #array(array: readonly unknown[], depth: number): unknown[] {
    const copy: unknown[] = new Array(array.length);
    this.#copies.set(array, copy);
    for (let i = 0; i < array.length; i++) {
      if (i in array) copy[i] = this.of(array[i], depth); // and the holes stay holes
    }
    for (const key of namedKeys(array)) setOwn(copy, key, this.of((array as never)[key], depth));
    return copy;
  }

  #map(map: Map<unknown, unknown>, depth: number): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>();
    this.#copies.set(map, copy);
    for (const [key, item] of Map.prototype.entries.call(map)) copy.set(this.of(key, depth), this.of(item, depth));
    return copy;
  }

  #set(set: Set<unknown>, depth: number): Set<unknown> {
    const copy = new Set<unknown>();
    this.#copies.set(set, copy);
    for (const item of Set.prototype.values.call(set)) copy.add(this.of(item, depth));
    return copy;
  }

  #properties(object: object, depth: number): object {
    const copy = {};
    this.#copies.set(object, copy);
    const source = this.#options.snapshots?.get(object) ?? object;
    for (const [key, item] of Object.entries(source)) setOwn(copy, key, this.of(item, depth));
    return copy;
  }
}
