import { ErrorCodec } from "./errors.ts";
import type { ValueLimits } from "./limits.ts";
import type { Packed } from "./packed.ts";
import { Survey } from "./survey.ts";
import { unpackWith } from "./unpacking.ts";

/**
 * Values between sites: structured clone, plus what it loses. *References* are objects (a shared array, a stub) that
 * travel as a description and arrive as the receiver's own handle; errors and URLs arrive as what they were. What cannot
 * travel is refused with its path, and never arrives as `{}`.
 */
export interface ReferenceCodec {
  /**
   * The description of a reference, or undefined if `value` is not one; `path` is for errors it may throw. Called once
   * for each object and function of a message, before anything else is made of it.
   */
  describe(value: object, path: string): unknown;
  resolve(description: unknown): object;
  /** A copy to travel in place of a view whose memory must not travel whole (structured clone takes all of a view's buffer). */
  detach?(view: ArrayBufferView): ArrayBufferView | undefined;
  /** Which classes of errors keep their identity; without it, those of the language and of Isles. */
  readonly errors?: ErrorCodec;
}

export interface PackOptions {
  /** What will be transferred with the message: passed through as it is, wherever it sits. */
  readonly transfer?: ReadonlySet<object>;
  readonly limits?: ValueLimits;
}

/** Nothing is ever registered here: it stands in for a codec that knows of no classes of its own. */
const builtInErrors = new ErrorCodec();

/**
 * Packs `value`; `path` names it in errors (`args`, `result`). Throws {@link CloneError} for what cannot travel and
 * LimitError for what is too much. A value that needs no replacement is not copied.
 */
export function pack(value: unknown, codec: ReferenceCodec, path: string, options?: PackOptions): Packed {
  let errors: ReturnType<ErrorCodec["startEncoding"]> | undefined;
  const survey = new Survey({
    codec,
    describeError: (error) => {
      errors ??= (codec.errors ?? builtInErrors).startEncoding();
      return errors.encode(error);
    },
    transfer: options?.transfer,
    limits: options?.limits,
  });
  return survey.pack(value, path);
}

/** The value again. Throws IslesError `MALFORMED` for what pack() cannot have made, and whatever `resolve` throws. */
export function unpack(packed: Packed, codec: ReferenceCodec): unknown {
  let errors: ReturnType<ErrorCodec["startDecoding"]> | undefined;
  return unpackWith(packed, {
    resolve: (description) => codec.resolve(description),
    resolveError: (description) => {
      errors ??= (codec.errors ?? builtInErrors).startDecoding();
      return errors.decode(description);
    },
  });
}
