import type { ClosureCode, ClosureInfo } from "./code.ts";
import { Box } from "./operations.ts";

/** A closure that plain code made: what it shares is read from where it is when an image is made. */
export class LiveClosure implements ClosureInfo {
  readonly code: ClosureCode;
  readonly #read: () => unknown[];

  constructor(code: ClosureCode, read: () => unknown[]) {
    this.code = code;
    this.#read = read;
  }

  /** Boxes; a local whose declaration was never reached is a symbol, which says so and pins. */
  get captures(): readonly unknown[] {
    try {
      return this.#read();
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      return [Symbol(error.message)];
    }
  }
}

/** A local of a plain function that closures share and assign to: in images it is a box. */
class Cell {
  readonly #get: () => unknown;
  readonly #set: (value: unknown) => void;

  constructor(get: () => unknown, set: (value: unknown) => void) {
    this.#get = get;
    this.#set = set;
  }

  get v(): unknown {
    return this.#get();
  }

  set v(value: unknown) {
    this.#set(value);
  }
}
Object.setPrototypeOf(Cell.prototype, Box.prototype); // a box by kind, without a value of its own

export function cell(get: () => unknown, set: (value: unknown) => void): Box {
  return new Cell(get, set) as unknown as Box;
}
