import { originals } from "./language.ts";

export type View = "keys" | "values" | "entries";

/** Where a `for…of`, `for…in`, `yield*` or array pattern stands, in a form that can move. */
export interface Cursor {
  /** The current value, after `advance()` was true. */
  value: unknown;
  /** Goes to the next value; false at the end, and ever after. */
  advance(): boolean;
  /** Leaves before the end; throws what the iterator throws. */
  close(): void;
  /** Leaves because of an exception, which matters more than what closing throws. */
  abandon(): void;
}

/** Nothing to close. */
export abstract class PlainCursor implements Cursor {
  value: unknown = undefined;
  abstract advance(): boolean;
  close(): void {}
  abandon(): void {}
}

/** Of arrays, typed arrays and `arguments`: by index, and the length is read anew each time. */
export class ArrayCursor extends PlainCursor {
  array: ArrayLike<unknown> | null;
  readonly view: View;
  index = 0;

  constructor(array: ArrayLike<unknown>, view: View) {
    super();
    this.array = array;
    this.view = view;
  }

  override advance(): boolean {
    const { array, index } = this;
    if (array === null) return false;
    if (ArrayBuffer.isView(array)) checkAttached(array);
    if (index >= array.length) {
      this.array = null;
      return false;
    }
    this.index = index + 1;
    if (this.view === "values") this.value = array[index];
    else this.value = this.view === "keys" ? index : [index, array[index]];
    return true;
  }
}

function checkAttached(array: ArrayBufferView): void {
  if (array.byteLength > 0 || array.buffer.byteLength > 0) return;
  originals.typed.values.call(array as Uint8Array).next(); // throws as the language does if the buffer is detached
}

export class StringCursor extends PlainCursor {
  readonly string: string;
  index = 0;

  constructor(string: string) {
    super();
    this.string = string;
  }

  override advance(): boolean {
    const point = this.string.codePointAt(this.index);
    if (point === undefined) return false;
    this.value = String.fromCodePoint(point);
    this.index += point > 0xffff ? 2 : 1;
    return true;
  }
}

export type Collection = Map<unknown, unknown> | Set<unknown>;

/**
 * Of maps and sets, which may change meanwhile: by a native iterator. It cannot be read, so its place is found by
 * letting it run out; another one takes its place.
 */
export class CollectionCursor extends PlainCursor {
  readonly collection: Collection;
  readonly view: View;
  isDone = false;
  #iterator: Iterator<unknown>;

  constructor(collection: Collection, view: View) {
    super();
    this.collection = collection;
    this.view = view;
    this.#iterator = this.#iteratorAt(0);
  }

  moveTo(position: number): void {
    this.#iterator = this.#iteratorAt(position);
  }

  override advance(): boolean {
    if (this.isDone) return false;
    const result = this.#iterator.next();
    this.isDone = result.done === true;
    this.value = result.value;
    return !this.isDone;
  }

  /** How many of the present elements lie behind. */
  position(): number {
    let left = 0;
    while (!this.#iterator.next().done) left++;
    const position = this.collection.size - left;
    this.moveTo(position);
    return position;
  }

  #iteratorAt(position: number): Iterator<unknown> {
    const { collection, view } = this;
    const iterator: Iterator<unknown> =
      collection instanceof Map ? originals.map[view].call(collection) : originals.set[view].call(collection);
    for (let i = 0; i < position; i++) iterator.next();
    return iterator;
  }
}

/** Of `for…in`: the keys as they were, less those deleted meanwhile. */
export class KeysCursor extends PlainCursor {
  readonly object: object | null;
  readonly keys: readonly string[];
  index: number;

  constructor(object: object | null, keys: readonly string[], index = 0) {
    super();
    this.object = object;
    this.keys = keys;
    this.index = index;
  }

  override advance(): boolean {
    while (this.index < this.keys.length) {
      const key = this.keys[this.index++]!;
      if (!(key in this.object!)) continue;
      this.value = key;
      return true;
    }
    return false;
  }
}

/** Of anything else: the iterator itself. It moves if it is something that moves, such as another process. */
export class IteratorCursor implements Cursor {
  value: unknown = undefined;
  readonly iterator: Iterator<unknown>;
  next: Iterator<unknown>["next"];
  isDone = false;

  constructor(iterator: Iterator<unknown>, next: Iterator<unknown>["next"]) {
    this.iterator = iterator;
    this.next = next;
  }

  advance(): boolean {
    if (this.isDone) return false;
    this.isDone = true; // an iterator that fails is not asked again, nor closed
    const result: unknown = Reflect.apply(this.next, this.iterator, []);
    checkResult(result);
    if (result.done) return false;
    this.value = result.value;
    this.isDone = false;
    return true;
  }

  close(): void {
    if (this.isDone) return;
    this.isDone = true;
    const method: unknown = this.iterator.return;
    if (method === undefined || method === null) return;
    checkResult(Reflect.apply(method as () => unknown, this.iterator, []));
  }

  abandon(): void {
    try {
      this.close();
    } catch {
      // The language keeps the exception that left the loop and drops this one.
    }
  }
}

export function checkResult(result: unknown): asserts result is IteratorResult<unknown, unknown> {
  const isObject = (typeof result === "object" && result !== null) || typeof result === "function";
  if (!isObject) throw new TypeError(`Iterator result ${String(result)} is not an object`);
}
