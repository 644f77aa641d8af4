import { IslesError } from "@isles/base";
import { type ErrorClass, ErrorClasses } from "./error-classes.ts";
import { ErrorDecoding } from "./error-decoding.ts";
import { ErrorEncoding } from "./error-encoding.ts";
import type { WireError } from "./wire-error.ts";

/**
 * Errors between sites. Structured clone keeps an error's message and stack but not its class, its code or its own
 * properties, so those travel beside it and the class is found again by its name.
 */
export class ErrorCodec {
  readonly #classes = new ErrorClasses();

  /**
   * Error classes that keep their identity between sites, found again by `class.name`; all others arrive as the nearest
   * of these, with their own name. Those of the language and of @isles/base are known from the start.
   */
  register(...classes: readonly ErrorClass[]): void {
    for (const one of classes) this.#classes.add(one);
  }

  /** Never throws, whatever was thrown: an error about an error would hide the one that matters. */
  encode(error: unknown): WireError {
    return this.startEncoding().encode(error);
  }

  /** The error, or what was thrown without being one. Never throws: what is malformed gives an IslesError that says so. */
  decode(wire: unknown): unknown {
    try {
      return this.startDecoding().decode(wire);
    } catch (error) {
      if (error instanceof IslesError && error.code === "MALFORMED") return error;
      return new IslesError("MALFORMED", "an error from another site is malformed", { cause: error });
    }
  }

  /** For the errors of one message: the same error is encoded once. */
  startEncoding(): ErrorEncoding {
    return new ErrorEncoding(this.#classes);
  }

  /** For the errors of one message: the same error arrives as one. Its `decode` throws on malformed input. */
  startDecoding(): ErrorDecoding {
    return new ErrorDecoding(this.#classes);
  }
}
