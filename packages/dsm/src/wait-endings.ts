import { type Completion, TimeoutError, UsageError } from "@isles/base";

/** The time of a wait is up. `onTimeout` may settle it in another way, or leave that to an answer under way. */
export function expire<T>(completion: Completion<T>, timeoutMs: number, onTimeout?: () => void): void {
  if (onTimeout !== undefined) onTimeout();
  else completion.reject(new TimeoutError(`gave up after ${timeoutMs} ms while waiting for ${completion.label}`));
}

/** Code that runs inside a delivery (a reduction's operator, an abort listener) would block the delivery of its own answer. */
export function blockingInHandler(what: string): UsageError {
  return new UsageError(
    "BLOCKING_IN_HANDLER",
    `${what} would block inside a reduction's operator or an event listener; do it in the program's own code`,
  );
}
