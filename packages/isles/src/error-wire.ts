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

/** Never throws, whatever was thrown: an error about an error would hide the one that matters. */
export function encodeError(error: unknown, depth = 0): WireError {
  try {
    return error instanceof Error ? encode(error, depth) : encodeThrown(error);
  } catch (hidden) {
    return encodeThrown(`a value that cannot be looked at (${words(hidden)})`);
  }
}

function encode(error: Error, depth: number): WireError {
  const properties: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (key !== "name" && key !== "cause") properties[key] = cloneable(read(error, key));
  }
  const cause = read(error, "cause");
  return {
    type: knownType(error),
    name: words(read(error, "name")),
    message: words(read(error, "message")),
    stack: textOrNothing(read(error, "stack")),
    properties,
    cause: cause === undefined || depth >= MAX_CAUSES ? undefined : encodeError(cause, depth + 1),
  };
}

function encodeThrown(thrown: unknown): WireError {
  const message = words(thrown);
  return {
    type: "Error",
    name: "Error",
    message,
    stack: undefined,
    properties: {},
    cause: undefined,
    thrown: { value: cloneable(thrown) },
  };
}

/** A property whose getter may throw. */
function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch (error) {
    return `unreadable (${words(error)})`;
  }
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Any value in words; not even a hostile one throws here. */
function words(value: unknown): string {
  try {
    return value instanceof Error ? `${value.name}: ${value.message}` : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
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
  const type = Object.hasOwn(known, wire.type) ? known[wire.type] : undefined;
  if (type !== undefined) Object.setPrototypeOf(error, type.prototype);
  Object.defineProperty(error, "name", { value: wire.name, configurable: true, writable: true });
  if (wire.stack !== undefined) error.stack = wire.stack;
  for (const [key, value] of Object.entries(wire.properties)) {
    Object.defineProperty(error, key, { value, configurable: true, enumerable: true, writable: true });
  }
  return error;
}

function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return words(value); // better the words than nothing: this is about reporting another error
  }
}
