import { checkPacked, isObject, malformed, type Packed } from "./packed.ts";

/** An error as plain data. Errors inside it are references, so that cycles of causes survive. */
export interface WireError {
  /** The nearest class that the sender knew; not the name, which anybody may take. */
  readonly class: string;
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string | number;
  /** Own enumerable properties; what cannot travel is there in words. */
  readonly properties: Readonly<Record<string, Packed>>;
  readonly cause?: Packed;
  /** Of an AggregateError. */
  readonly errors?: readonly Packed[];
  /** Not an error at all: the thrown value itself. */
  readonly thrown?: Packed;
}

/** The wire error, if that is what it is; it came from elsewhere and may be anything. */
export function checkWireError(value: unknown): WireError {
  if (!isObject(value)) throw malformed("an error that is no object");
  const wire = value as Partial<Record<keyof WireError, unknown>>;
  for (const key of ["class", "name", "message"] as const) {
    if (typeof wire[key] !== "string") throw malformed(`an error whose ${key} is no text`);
  }
  if (wire.stack !== undefined && typeof wire.stack !== "string") throw malformed("an error whose stack is no text");
  if (wire.code !== undefined && typeof wire.code !== "string" && typeof wire.code !== "number") {
    throw malformed("an error whose code is neither text nor number");
  }
  if (!isObject(wire.properties)) throw malformed("an error without properties");
  for (const property of Object.values(wire.properties)) checkPacked(property);
  if (wire.cause !== undefined) checkPacked(wire.cause);
  if (wire.thrown !== undefined) checkPacked(wire.thrown);
  if (wire.errors !== undefined && !Array.isArray(wire.errors)) throw malformed("an error whose errors are no list");
  return value as WireError;
}
