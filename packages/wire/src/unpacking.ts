import { types } from "node:util";
import { isPlain } from "./objects.ts";
import { checkPacked, malformed, type Reference } from "./packed.ts";
import { Replacement } from "./replacement.ts";

export interface Resolver {
  resolve(description: unknown): unknown;
  resolveError(description: unknown): unknown;
}

export function unpackWith(packed: unknown, resolver: Resolver): unknown {
  const { value, references } = checkPacked(packed);
  if (references === undefined) return value;
  const substitutes = new Map<object, unknown>();
  for (const reference of references) substitutes.set(reference.placeholder, resolve(reference, resolver));
  // What is neither a container nor plain was packed as a whole: a Blob, a port.
  const stays = (object: object) =>
    !Array.isArray(object) && !types.isMap(object) && !types.isSet(object) && !isPlain(object);
  return new Replacement({ substitutes, stays }).of(value);
}

function resolve({ type, description }: Reference, resolver: Resolver): unknown {
  switch (type) {
    case undefined:
      return resolver.resolve(description);
    case "Error":
      return resolver.resolveError(description);
    case "URL":
      if (typeof description !== "string" || !URL.canParse(description)) throw malformed("it has a URL that is none");
      return new URL(description);
    case "URLSearchParams":
      if (typeof description !== "string") throw malformed("it has URLSearchParams that are no text");
      return new URLSearchParams(description);
    default:
      return type satisfies never;
  }
}
