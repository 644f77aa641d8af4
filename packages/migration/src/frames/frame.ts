import { drive } from "./drive.ts";
import { type Mode, NEXT, RETURN, START, THROW } from "./modes.ts";

const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;

/**
 * A generator object whose state can be read and written: a program counter and one property for each local. The
 * compiler writes a subclass for each generator function; its `step` runs to the next `yield`.
 */
export abstract class Frame implements Iterator<unknown, unknown, unknown> {
  /** Where it goes on; negative while it runs or when it has ended. */
  pc: number = START;
  /** The frame whose `yield*` this one serves. */
  owner: Frame | null = null;
  /** The frame that its own `yield*` waits for. */
  child: Frame | null = null;
  /** The innermost frame below an outermost one; null if not known. */
  top: Frame | null = null;
  /** A chain below it is running. */
  isBusy = false;

  static {
    // As the language's own generators, so that what an engine adds to iterators is there too.
    Object.setPrototypeOf(Frame.prototype, iteratorPrototype);
    Object.defineProperty(Frame.prototype, Symbol.toStringTag, { value: "Generator", configurable: true });
  }

  abstract step(mode: Mode, value: unknown): IteratorResult<unknown, unknown>;

  /** Compiled classes bring their own, which steps a frame that stands alone without asking {@link drive}. */
  next(value?: unknown): IteratorResult<unknown, unknown> {
    return drive(this, NEXT, value);
  }

  throw(error?: unknown): IteratorResult<unknown, unknown> {
    return drive(this, THROW, error);
  }

  return(value?: unknown): IteratorResult<unknown, unknown> {
    return drive(this, RETURN, value);
  }

  [Symbol.iterator](): this {
    return this;
  }
}
