import * as base from "@isles/base";

/**
 * Errors on their way between sites. Structured clone keeps an error's message and stack but not its class, its code or
 * its own properties, so those travel beside it and the class is found again by its name.
 */
export interface WireError {
  /** The nearest class that both sides know. */
  readonly type: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own enumerable properties that can be cloned. */
  readonly properties: Record<string, unknown>;
  readonly cause: WireError | undefined;
  /** Not an error at all: the thrown value itself. */
  readonly thrown?: { readonly value: unknown };
}

/** Classes that keep their identity across sites; all others arrive as the nearest of these, with their own name. */
const known: Record<string, { readonly prototype: Error }> = {
  IslesError: base.IslesError,
  AssertionError: base.AssertionError,
  SiteDownError: base.SiteDownError,
  UsageError: base.UsageError,
  MismatchError: base.MismatchError,
  ReleasedError: base.ReleasedError,
  WouldBlockError: base.WouldBlockError,
  ClosedError: base.ClosedError,
  TimeoutError: base.TimeoutError,
  LimitError: base.LimitError,
  CloneError: base.CloneError,
  RangeError,
  TypeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
};

const MAX_CAUSES = 16; // a longer chain of causes is cut, so that a cyclic one ends

export function encodeError(error: unknown, depth = 0): WireError {
  if (!(error instanceof Error)) {
    return {
      type: "Error",
      name: "Error",
      message: String(error),
      stack: undefined,
      properties: {},
      cause: undefined,
      thrown: { value: cloneable(error) },
    };
  }
  const properties: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (key !== "name" && key !== "cause") properties[key] = cloneable(value);
  }
  const cause = error.cause === undefined || depth >= MAX_CAUSES ? undefined : encodeError(error.cause, depth + 1);
  return { type: knownType(error), name: error.name, message: error.message, stack: error.stack, properties, cause };
}

/** By the object and not by its name: a program's own class may be called TimeoutError too. */
function knownType(error: Error): string {
  for (let prototype: unknown = error; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const type = Object.keys(known).find((name) => known[name]!.prototype === prototype);
    if (type !== undefined) return type;
  }
  return "Error";
}

/** The error again, of its class where that is known. What was thrown without being an error is returned as it was. */
export function decodeError(wire: WireError): unknown {
  if (wire.thrown !== undefined) return wire.thrown.value;
  const error = new Error(wire.message, wire.cause === undefined ? undefined : { cause: decodeError(wire.cause) });
  const type = known[wire.type];
  if (type !== undefined) Object.setPrototypeOf(error, type.prototype);
  Object.defineProperty(error, "name", { value: wire.name, configurable: true, writable: true });
  if (wire.stack !== undefined) error.stack = wire.stack;
  return Object.assign(error, wire.properties);
}

function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return String(value); // better the words than nothing: this is about reporting another error
  }
}
