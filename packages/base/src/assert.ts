import { IslesError } from "./errors.ts";

/** A programmer's error inside Isles: never expected, never to be caught and ignored. */
export class AssertionError extends IslesError {
  constructor(message: string) {
    super("ASSERTION", `internal error: ${message}; please report it`);
  }
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Ends an exhaustive `switch`: the compiler proves that it is never reached, the throw covers what crosses a wire. */
export function unreachable(value: never, what: string): never {
  throw new AssertionError(`unexpected ${what}: ${String(value)}`);
}
