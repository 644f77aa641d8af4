import { types } from "node:util";
import { limitError } from "./limits.ts";

/** What every property, element and object counts beside its contents, and what a number takes. */
const WORD = 8;

/** Adds up the estimate that ValueLimits documents, and stops the walk when it is over the limit. */
export class ByteCount {
  readonly #limit: number;
  /** Many views may look at one buffer, which travels once. */
  readonly #buffers = new Set<ArrayBufferLike>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: number, path: string): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limit) throw limitError("maxBytes", this.#limit, this.#bytes, path);
  }

  leaf(value: unknown, path: string): void {
    this.add(bytesOfLeaf(value), path);
  }

  /** An object, or a property's name. */
  word(path: string, name = ""): void {
    this.add(WORD + name.length * 2, path);
  }

  buffer(buffer: ArrayBufferLike, path: string): void {
    if (this.#buffers.has(buffer) || types.isSharedArrayBuffer(buffer)) return;
    this.#buffers.add(buffer);
    this.add(buffer.byteLength, path);
  }

  /** Plain data that wire made itself: what an error became. */
  data(root: unknown, path: string): void {
    const seen = new Set<unknown>();
    const left = [root];
    while (left.length > 0) {
      const value = left.pop();
      this.leaf(value, path);
      if (typeof value !== "object" || value === null || seen.has(value)) continue;
      seen.add(value);
      if (types.isMap(value)) for (const entry of value) left.push(entry[0], entry[1]);
      else if (types.isSet(value)) for (const item of value) left.push(item);
      else if (ArrayBuffer.isView(value)) this.buffer(value.buffer, path);
      else if (types.isAnyArrayBuffer(value)) this.buffer(value, path);
      else for (const item of Object.values(value)) left.push(item);
    }
  }
}

function bytesOfLeaf(value: unknown): number {
  if (typeof value === "string") return WORD + value.length * 2;
  if (typeof value === "bigint") return WORD + value.toString(16).length / 2;
  return WORD;
}
