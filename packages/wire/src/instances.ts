import { types } from "node:util";
import { CloneError } from "@isles/base";
import { isDetached, isPlain, nameOf, tagOf } from "./objects.ts";

/**
 * Tells, for objects that are neither plain nor containers, whether they travel whole, travel as the record of their
 * properties, or cannot travel. Nothing in JavaScript tells a host object that structured clone understands (Blob,
 * KeyObject) from one that it empties (Response) or from a program's own class, so in doubt it is tried.
 */
export class Instances {
  /** By prototype, for classes with a tag of their own: trying each instance would clone nested ones again and again. */
  readonly #records = new Map<object, boolean>();

  /** True: its own enumerable properties are what travels. False: it travels whole. Throws CloneError otherwise. */
  isRecord(object: object, path: string): boolean {
    if (isDataOfItsOwn(object, path)) return false;
    const reason = refusal(object);
    if (reason !== undefined) throw new CloneError(path, reason);
    if (Object.keys(object).length === 0) {
      tryWithoutProperties(object, path);
      return false;
    }
    return tagOf(object) === "[object Object]" || this.#isTaggedRecord(object);
  }

  #isTaggedRecord(object: object): boolean {
    const prototype = Object.getPrototypeOf(object) as object;
    const known = this.#records.get(prototype);
    if (known !== undefined) return known;
    let isRecord = true;
    try {
      isRecord = isPlain(structuredClone(object));
    } catch {
      // Something in it cannot travel; the walk over its properties says which.
    }
    this.#records.set(prototype, isRecord);
    return isRecord;
  }
}

/** Built-in objects that structured clone takes as a whole. */
function isDataOfItsOwn(object: object, path: string): boolean {
  if (types.isAnyArrayBuffer(object)) {
    if (isDetached(object)) throw new CloneError(path, "a detached ArrayBuffer (it was transferred before)");
    return true;
  }
  return (
    types.isDate(object) || types.isRegExp(object) || (types.isBoxedPrimitive(object) && !types.isSymbolObject(object))
  );
}

/** What is never data, in words that say more than structured clone would. */
function refusal(object: object): string | undefined {
  if (types.isPromise(object)) return "a promise (await it first)";
  if (types.isWeakMap(object) || types.isWeakSet(object) || object instanceof WeakRef) return "a weak collection";
  if (types.isSymbolObject(object)) return "a symbol";
  if (types.isModuleNamespaceObject(object)) return "a module";
  if (types.isArgumentsObject(object)) return "an arguments object (make an array of it first)";
  if (types.isGeneratorObject(object) || tagOf(object).endsWith(" Iterator]")) {
    return "an iterator (make an array of what it gives first)";
  }
  return undefined;
}

/** Throws for what would arrive as `{}` or not at all. It has no properties, so the attempt is cheap. */
function tryWithoutProperties(object: object, path: string): void {
  let clone: unknown;
  try {
    clone = structuredClone(object);
  } catch (cause) {
    throw new CloneError(path, `${nameOf(object)} (structured clone says: ${(cause as Error).message})`, { cause });
  }
  if (isPlain(clone as object)) {
    throw new CloneError(path, `${nameOf(object)} without properties of its own (it would arrive as an empty object)`);
  }
}
