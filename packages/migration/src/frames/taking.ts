import type { Cursor } from "./cursors.ts";
import { iterate } from "./iterate.ts";

/** Takes values one by one for an array pattern, and knows when there are no more. */
export class Taking {
  readonly cursor: Cursor;
  isDone: boolean;

  constructor(cursor: Cursor, isDone = false) {
    this.cursor = cursor;
    this.isDone = isDone;
  }

  take(): unknown {
    if (this.isDone) return undefined;
    this.isDone = true; // an iterator that fails is not closed
    if (!this.cursor.advance()) return undefined;
    this.isDone = false;
    return this.cursor.value;
  }

  rest(): unknown[] {
    const values: unknown[] = [];
    for (let value = this.take(); !this.isDone; value = this.take()) values.push(value);
    return values;
  }

  close(): void {
    if (!this.isDone) this.cursor.close();
  }

  abandon(): void {
    if (!this.isDone) this.cursor.abandon();
  }
}

export function taking(iterable: unknown): Taking {
  return new Taking(iterate(iterable, words(iterable)));
}

function words(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
