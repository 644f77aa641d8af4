import type { ErrorClasses } from "./error-classes.ts";
import { malformed } from "./packed.ts";
import { unpackWith } from "./unpacking.ts";
import { checkWireError, type WireError } from "./wire-error.ts";

/** Errors within errors; the sender cuts them sooner, so deeper ones were made by something else. */
const MAX_LEVELS = 64;

/** Decodes the errors of one message. */
export class ErrorDecoding {
  readonly #classes: ErrorClasses;
  readonly #done = new Map<WireError, unknown>();
  #level = 0;

  constructor(classes: ErrorClasses) {
    this.#classes = classes;
  }

  /** The error, or what was thrown without being one. Throws IslesError `MALFORMED`. */
  decode(value: unknown): unknown {
    const wire = checkWireError(value);
    if (this.#done.has(wire)) return this.#done.get(wire);
    if (this.#level > MAX_LEVELS) throw malformed(`errors within errors go deeper than ${MAX_LEVELS} levels`);
    this.#level++;
    try {
      return wire.thrown === undefined ? this.#error(wire) : this.#unpack(wire.thrown);
    } finally {
      this.#level--;
    }
  }

  #error(wire: WireError): Error {
    const error = this.#create(wire);
    this.#done.set(wire, error); // before its parts, which may lead back to it
    define(error, "stack", wire.stack ?? `${wire.name}: ${wire.message}`);
    if (error.name !== wire.name) define(error, "name", wire.name);
    if (wire.cause !== undefined) define(error, "cause", this.#unpack(wire.cause));
    if (wire.errors !== undefined) {
      define(
        error,
        "errors",
        wire.errors.map((one) => this.#unpack(one)),
      );
    }
    for (const [key, property] of Object.entries(wire.properties)) define(error, key, this.#unpack(property), true);
    if (wire.code !== undefined && (error as { code?: unknown }).code !== wire.code) define(error, "code", wire.code);
    return error;
  }

  /** Of its class without running the constructor, whose arguments nobody knows. */
  #create(wire: WireError): Error {
    const type = this.#classes.byName(wire.class) ?? Error;
    const prototype = type.prototype as Error;
    let error: Error;
    // A DOMException is one by what is inside it: its name, message and code come from there.
    if (prototype === DOMException.prototype || prototype instanceof DOMException) {
      error = new DOMException(wire.message, wire.name);
    } else if (prototype === AggregateError.prototype || prototype instanceof AggregateError) {
      error = new AggregateError([], wire.message);
    } else error = new Error(wire.message);
    if (Object.getPrototypeOf(error) !== prototype) Object.setPrototypeOf(error, prototype);
    return error;
  }

  #unpack(packed: unknown): unknown {
    return unpackWith(packed, {
      resolve: () => {
        throw malformed("an error holds a reference that is no error");
      },
      resolveError: (description) => this.decode(description),
    });
  }
}

function define(error: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, key, { value, configurable: true, enumerable, writable: true });
}
