import { types } from "node:util";
import { MalformedError, type TextReader } from "./text-frames.ts";

/** Makes references and finds them again. */
export interface ReferenceText {
  /** The text of a reference, or undefined if the value is none that text can carry. */
  describe(value: object, isTop: boolean): string | undefined;
  /** Reads what `describe` wrote. */
  resolve(reader: TextReader): unknown;
}

/** Values in one text: beyond that, structured clone is as fast and keeps more. */
const MAX_VALUES = 64;
const MAX_LEVELS = 8;

/**
 * Writes primitives, references, and small trees of plain objects and arrays as text. A tree that is larger, holds another
 * kind of object or meets an object twice is given up: it travels by structured clone.
 */
export class TextWriter {
  readonly #references: ReferenceText;
  readonly #maxLevels: number;
  #left = MAX_VALUES;
  #seen: object[] | undefined;

  /** `maxDepth`: levels of nesting allowed, the list of the values itself being one. */
  constructor(references: ReferenceText, maxDepth = Infinity) {
    this.#references = references;
    this.#maxLevels = Math.min(MAX_LEVELS, maxDepth - 1);
  }

  /** Call arguments or a result, or undefined if text cannot carry them. */
  values(values: readonly unknown[]): string | undefined {
    let text = `${values.length};`;
    for (const value of values) {
      const part = this.#value(value, 0);
      if (part === undefined) return undefined;
      text += part;
    }
    return text;
  }

  #value(value: unknown, level: number): string | undefined {
    const primitive = primitiveText(value);
    if (primitive !== undefined) return primitive;
    if (typeof value === "symbol" || --this.#left < 0 || level > this.#maxLevels) return undefined;
    const object = value as object;
    if (types.isProxy(object)) return undefined;
    const reference = this.#references.describe(object, level === 0);
    if (reference !== undefined) return `r${reference}`;
    if (Array.isArray(object)) return this.#first(object) ? this.#array(object, level) : undefined;
    return isPlain(object) && this.#first(object) ? this.#object(object, level) : undefined;
  }

  /** Whether the object is met for the first time: text cannot say that two are the same. */
  #first(object: object): boolean {
    if (this.#seen === undefined) this.#seen = [object];
    else if (this.#seen.includes(object)) return false;
    else this.#seen.push(object);
    return true;
  }

  #array(array: readonly unknown[], level: number): string | undefined {
    if (array.length > this.#left) return undefined;
    let text = `a${array.length};`;
    for (let i = 0; i < array.length; i++) {
      if (array[i] === undefined && !(i in array)) return undefined; // a hole
      const part = this.#value(array[i], level + 1);
      if (part === undefined) return undefined;
      text += part;
    }
    return Object.keys(array).length === array.length ? text : undefined;
  }

  #object(object: object, level: number): string | undefined {
    const keys = Object.keys(object);
    if (keys.length > this.#left) return undefined;
    let text = `o${keys.length};`;
    for (const key of keys) {
      if (key === "__proto__") return undefined;
      const descriptor = Object.getOwnPropertyDescriptor(object, key)!;
      if (descriptor.get !== undefined) return undefined; // read once, and not by us
      const part = this.#value(descriptor.value, level + 1);
      if (part === undefined) return undefined;
      text += `${key.length};${key}${part}`;
    }
    return text;
  }
}

/** Values that are all primitives, as most are, need no writer. */
export function primitivesText(values: readonly unknown[]): string | undefined {
  let text = `${values.length};`;
  for (const value of values) {
    const part = primitiveText(value);
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

/** A primitive as text; undefined for everything else. */
function primitiveText(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return `s${value.length};${value}`;
    case "number":
      return value === 0 && 1 / value < 0 ? "d-0;" : `d${value};`;
    case "boolean":
      return value ? "t" : "f";
    case "undefined":
      return "u";
    case "bigint":
      return `b${value};`;
    case "object":
      return value === null ? "n" : undefined;
    default:
      return undefined;
  }
}

const tagOf = Object.prototype.toString;

function isPlain(object: object): boolean {
  // By its prototype alone `Math` would be plain, and empty.
  return Object.getPrototypeOf(object) === Object.prototype && tagOf.call(object) === "[object Object]";
}

export function readValues(reader: TextReader, references: ReferenceText): unknown[] {
  const count = reader.count();
  if (count > reader.end - reader.at) throw new MalformedError("fewer values than announced");
  const values: unknown[] = [];
  for (let i = 0; i < count; i++) values.push(readValue(reader, references, 0));
  return values;
}

function readValue(reader: TextReader, references: ReferenceText, level: number): unknown {
  if (level > MAX_LEVELS + 1) throw new MalformedError("nested too deep for text");
  switch (reader.letter()) {
    case "s":
      return reader.string();
    case "d":
      return readNumber(reader.untilSemicolon());
    case "t":
      return true;
    case "f":
      return false;
    case "u":
      return undefined;
    case "n":
      return null;
    case "b":
      return readBigInt(reader.untilSemicolon());
    case "r":
      return references.resolve(reader);
    case "a":
      return readArray(reader, references, level);
    case "o":
      return readObject(reader, references, level);
    default:
      throw new MalformedError("a value of an unknown kind");
  }
}

function readNumber(text: string): number {
  const value = Number(text);
  if (text === "" || (Number.isNaN(value) && text !== "NaN")) throw new MalformedError("a bad number");
  return value;
}

function readBigInt(text: string): bigint {
  if (!/^-?\d+$/.test(text)) throw new MalformedError("a bad bigint");
  return BigInt(text);
}

function readArray(reader: TextReader, references: ReferenceText, level: number): unknown[] {
  const count = reader.count();
  if (count > reader.end - reader.at) throw new MalformedError("fewer elements than announced");
  const array: unknown[] = [];
  for (let i = 0; i < count; i++) array.push(readValue(reader, references, level + 1));
  return array;
}

function readObject(reader: TextReader, references: ReferenceText, level: number): object {
  const count = reader.count();
  const object: Record<string, unknown> = {};
  for (let i = 0; i < count; i++) {
    const key = reader.string();
    if (key === "__proto__") throw new MalformedError("a key that no writer writes");
    object[key] = readValue(reader, references, level + 1);
  }
  return object;
}
