import { types } from "node:util";
import { CloneError } from "@isles/base";
import { ByteCount } from "./bytes.ts";
import { Instances } from "./instances.ts";
import { limitError, MAX_DEPTH, type ValueLimits } from "./limits.ts";
import { isDetached, isError, isLeaf, isPlain, namedKeys, nameOf, setOwn } from "./objects.ts";
import type { Packed, Reference, RichType } from "./packed.ts";
import { itemPath, propertyPath } from "./path.ts";
import { Replacement } from "./replacement.ts";

export interface SurveyCodec {
  describe(value: object, path: string): unknown;
  detach?(view: ArrayBufferView): ArrayBufferView | undefined;
}

export interface SurveyOptions {
  readonly codec: SurveyCodec;
  /** What an error becomes; only asked when there is one. */
  readonly describeError: (error: Error) => unknown;
  readonly transfer?: ReadonlySet<object> | undefined;
  readonly limits?: ValueLimits | undefined;
}

/**
 * One walk over everything structured clone would walk: finds what must be replaced, refuses what cannot travel, counts.
 * It asks for each description, and runs each getter, once.
 */
export class Survey {
  readonly #options: SurveyOptions;
  readonly #maxDepth: number;
  readonly #bytes: ByteCount | undefined;
  // Made on demand: most values need none of these, and bytes alone not even the first.
  #seen: Set<object> | undefined;
  #substitutes: Map<object, object> | undefined;
  #references: Reference[] | undefined;
  #described = 0;
  #snapshots: Map<object, object> | undefined;
  /** What structured clone takes as a whole: dates, buffers, blobs. */
  #opaque: Set<object> | undefined;
  #instances: Instances | undefined;

  constructor(options: SurveyOptions) {
    const { limits } = options;
    this.#options = options;
    this.#maxDepth = Math.min(limits?.maxDepth ?? MAX_DEPTH, MAX_DEPTH);
    this.#bytes = limits?.maxBytes === undefined ? undefined : new ByteCount(limits.maxBytes);
  }

  pack(value: unknown, path: string): Packed {
    this.#child(value, path, 0);
    if (this.#substitutes === undefined && this.#snapshots === undefined) return { value };
    const { transfer } = this.#options;
    const replacement = new Replacement({
      substitutes: this.#substitutes ?? new Map(),
      stays: (object) => this.#opaque?.has(object) === true || transfer?.has(object) === true,
      snapshots: this.#snapshots,
    });
    const copy = replacement.of(value);
    return this.#references === undefined ? { value: copy } : { value: copy, references: this.#references };
  }

  #child(value: unknown, path: string, depth: number): void {
    if (isLeaf(value)) this.#bytes?.leaf(value, path);
    else this.#visit(value as object | symbol, path, depth);
  }

  #visit(value: object | symbol, path: string, depth: number): void {
    if (typeof value === "symbol") throw new CloneError(path, "a symbol");
    const { codec, transfer } = this.#options;
    if (transfer?.has(value)) return;
    if (ArrayBuffer.isView(value)) return this.#view(value, path);
    this.#seen ??= new Set();
    if (this.#seen.has(value)) return;
    if (depth > this.#maxDepth) throw limitError("maxDepth", this.#maxDepth, depth, path);
    this.#seen.add(value);
    this.#bytes?.word(path);
    const description = codec.describe(value, path);
    if (description !== undefined) return this.#reference(value, description, path);
    if (typeof value === "function") {
      throw new CloneError(path, value.name ? `the function ${value.name}` : "a function");
    }
    if (types.isProxy(value)) throw new CloneError(path, "a proxy (structured clone refuses it)");
    if (Array.isArray(value)) return this.#array(value, path, depth + 1);
    if (isPlain(value)) return this.#properties(value, path, depth + 1);
    this.#other(value, path, depth);
  }

  #reference(value: object, description: unknown, path: string): void {
    this.#described++;
    const { maxReferences = Number.POSITIVE_INFINITY } = this.#options.limits ?? {};
    if (this.#described > maxReferences) throw limitError("maxReferences", maxReferences, this.#described, path);
    this.#replace(value, { placeholder: {}, description });
  }

  #rich(value: object, type: RichType, description: unknown, path: string): void {
    this.#bytes?.data(description, path);
    this.#replace(value, { placeholder: {}, description, type });
  }

  #replace(value: object, reference: Reference): void {
    this.#substitutes ??= new Map();
    this.#substitutes.set(value, reference.placeholder);
    this.#references ??= [];
    this.#references.push(reference);
  }

  #view(view: ArrayBufferView, path: string): void {
    if (this.#options.transfer?.has(view.buffer) || this.#substitutes?.has(view)) return;
    // A DataView's own byteLength throws when it is detached.
    if ((view instanceof DataView || view.byteLength === 0) && isDetached(view.buffer)) {
      throw new CloneError(path, "a view of a detached ArrayBuffer (it was transferred before)");
    }
    const copy = this.#options.codec.detach?.(view);
    if (copy !== undefined) {
      this.#substitutes ??= new Map();
      this.#substitutes.set(view, copy);
    }
    this.#bytes?.buffer((copy ?? view).buffer, path);
  }

  #array(array: readonly unknown[], path: string, depth: number): void {
    let leaves = 0;
    for (let i = 0; i < array.length; i++) {
      const item: unknown = array[i];
      if (isLeaf(item)) {
        leaves++;
        this.#bytes?.leaf(item, path);
      } else this.#visit(item as object, `${path}[${i}]`, depth);
    }
    // Listing keys costs three times the loop above: for a long list of numbers, nobody hangs an object on it.
    if (leaves === array.length && leaves > MAX_LISTED_LEAVES) return;
    for (const key of namedKeys(array)) this.#child((array as never)[key], propertyPath(path, key), depth);
  }

  #map(map: Map<unknown, unknown>, path: string, depth: number): void {
    let index = 0;
    // The method of Map itself: structured clone does not ask a subclass either.
    for (const [key, item] of Map.prototype.entries.call(map) as MapIterator<[unknown, unknown]>) {
      this.#child(key, `${path}.keys()[${index}]`, depth);
      if (isLeaf(item)) this.#bytes?.leaf(item, path);
      else this.#visit(item as object, itemPath(path, key, index), depth);
      index++;
    }
  }

  #set(set: Set<unknown>, path: string, depth: number): void {
    let index = 0;
    for (const item of Set.prototype.values.call(set) as SetIterator<unknown>) {
      this.#child(item, `${path}.values()[${index}]`, depth);
      index++;
    }
  }

  #properties(object: object, path: string, depth: number): void {
    const keys = Object.keys(object);
    let snapshot: object | undefined;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const descriptor = Object.getOwnPropertyDescriptor(object, key);
      if (descriptor === undefined) continue; // a getter before it has deleted it
      let item: unknown = descriptor.value;
      if (descriptor.get !== undefined) {
        // Structured clone would run it again, and might get something that nobody has looked at.
        item = runGetter(object, descriptor.get, propertyPath(path, key));
        snapshot ??= this.#snapshot(object, keys.slice(0, i));
      }
      if (snapshot !== undefined) setOwn(snapshot, key, item);
      if (this.#bytes !== undefined) this.#bytes.word(path, key);
      if (!isLeaf(item)) this.#visit(item as object, propertyPath(path, key), depth);
      else if (this.#bytes !== undefined) this.#bytes.leaf(item, propertyPath(path, key));
    }
  }

  #snapshot(object: object, keys: readonly string[]): object {
    const snapshot = {};
    for (const key of keys) setOwn(snapshot, key, (object as Record<string, unknown>)[key]);
    this.#snapshots ??= new Map();
    this.#snapshots.set(object, snapshot);
    return snapshot;
  }

  #other(object: object, path: string, depth: number): void {
    if (types.isMap(object)) return this.#map(object, path, depth + 1);
    if (types.isSet(object)) return this.#set(object, path, depth + 1);
    if (isError(object)) return this.#rich(object, "Error", this.#options.describeError(object), path);
    if (object instanceof URL) return this.#rich(object, "URL", object.href, path);
    if (object instanceof URLSearchParams) return this.#rich(object, "URLSearchParams", object.toString(), path);
    this.#instances ??= new Instances();
    if (this.#instances.isRecord(object, path)) return this.#properties(object, path, depth + 1);
    if (types.isAnyArrayBuffer(object)) this.#bytes?.buffer(object, path);
    this.#opaque ??= new Set();
    this.#opaque.add(object);
  }
}

/** Elements of a list of leaves up to which its other properties are looked at as well. */
const MAX_LISTED_LEAVES = 64;

function runGetter(object: object, getter: () => unknown, path: string): unknown {
  try {
    return getter.call(object);
  } catch (cause) {
    throw new CloneError(path, `a getter that throws (on ${nameOf(object)})`, { cause });
  }
}
