import { LimitError } from "@isles/base";
import { shortened } from "./path.ts";

/** What one value may cost. Exceeding one throws LimitError before anything is copied. */
export interface ValueLimits {
  /**
   * Bytes, by an estimate that is cheap to make during the walk: two per character of a string, eight per number,
   * property, element and object, each buffer whole and once however many views look at it. What moves or is shared
   * instead of being copied (transferred objects, SharedArrayBuffers) counts nothing. Default: no limit.
   */
  readonly maxBytes?: number;
  /** Levels of nesting. Default, and no more than, {@link MAX_DEPTH}. */
  readonly maxDepth?: number;
  /** Objects that the codec describes, each counted once. Default: no limit. */
  readonly maxReferences?: number;
}

/** Levels of nesting. Structured clone recurses: it overflows the main thread's stack at 1,900 levels of objects. */
export const MAX_DEPTH = 1_000;

const limits = {
  maxBytes: { what: "bytes", reason: "both sites hold a message whole in memory" },
  maxDepth: { what: "levels of nesting", reason: "structured clone recurses and would overflow the stack" },
  maxReferences: { what: "references", reason: "the receiver keeps an entry for each until it is released" },
} as const;

export function limitError(name: keyof typeof limits, limit: number, atLeast: number, path: string): LimitError {
  const { what, reason } = limits[name];
  return new LimitError(
    `${shortened(path)} brings the value to at least ${atLeast} ${what}; ${name} is ${limit} ${what}, because ${reason}: ` +
      "send less at once, as a stream or through shared memory",
  );
}
