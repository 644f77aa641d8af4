import { type Cursor, checkResult, IteratorCursor, PlainCursor } from "./cursors.ts";
import { Frame } from "./frame.ts";
import { iteratorCursor, methodOf, plainCursor } from "./iterate.ts";
import { DELEGATED, DONE, type Mode, NEXT, RETURN, START } from "./modes.ts";

type Result = IteratorResult<unknown, unknown>;

/** Stands in a chain of frames for a `yield*` over something that is no frame. */
export class Delegation extends Frame {
  readonly cursor: Cursor;

  constructor(cursor: Cursor) {
    super();
    this.cursor = cursor;
  }

  override step(mode: Mode, value: unknown): Result {
    this.pc = 1;
    const { cursor } = this;
    if (cursor instanceof IteratorCursor) return this.#asked(cursor, mode, value);
    if (mode === RETURN) return this.#ended(value);
    if (mode !== NEXT) throw new TypeError("The iterator does not provide a 'throw' method.");
    return cursor.advance() ? { value: cursor.value, done: false } : this.#ended(undefined);
  }

  #ended(value: unknown): Result {
    this.pc = DONE;
    return { value, done: true };
  }

  /** An iterator's own answer, passed on as it is until it is the last. */
  #asked(cursor: IteratorCursor, mode: Mode, value: unknown): Result {
    const { iterator } = cursor;
    let result: unknown;
    if (mode === NEXT) result = Reflect.apply(cursor.next, iterator, [value]);
    else if (mode === RETURN) {
      const method: unknown = iterator.return;
      if (method === undefined || method === null) return this.#ended(value);
      result = Reflect.apply(method as () => unknown, iterator, [value]);
    } else {
      const method: unknown = iterator.throw;
      if (method === undefined || method === null) {
        cursor.close();
        throw new TypeError("The iterator does not provide a 'throw' method.");
      }
      result = Reflect.apply(method as () => unknown, iterator, [value]);
    }
    checkResult(result);
    return result.done ? this.#ended(result.value) : result;
  }
}

/** Puts what a `yield*` is given before the frame that asks. */
export function delegate(frame: Frame, iterable: unknown): Result {
  const child = iterable !== frame && isFree(iterable) ? iterable : new Delegation(cursorOf(iterable));
  child.owner = frame;
  frame.child = child;
  return DELEGATED;
}

/** A frame that nobody runs or waits for, and that walks as frames do. */
function isFree(iterable: unknown): iterable is Frame {
  return (
    iterable instanceof Frame &&
    iterable.owner === null &&
    iterable.pc >= START &&
    !iterable.isBusy &&
    iterable[Symbol.iterator] === Frame.prototype[Symbol.iterator] &&
    iterable.next === (Object.getPrototypeOf(iterable) as Frame).next &&
    iterable.throw === Frame.prototype.throw &&
    iterable.return === Frame.prototype.return
  );
}

function cursorOf(iterable: unknown): Cursor {
  if (iterable instanceof PlainCursor) return iterable; // of a view
  const method = methodOf(iterable, Symbol.iterator);
  return plainCursor(iterable, method) ?? iteratorCursor(iterable, method, words(iterable));
}

function words(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
