import type { CallContext } from "./contexts.ts";
import type { Method } from "./members.ts";

/** What a call is to be made on, found when it arrives: a reference may be released right behind it. */
export interface Callee {
  readonly method: Method;
  readonly self: unknown;
}

/** A call of a peer that has not been answered. */
export interface IncomingCall {
  readonly id: number;
  /** Nobody waits for an answer. */
  readonly isOneWay: boolean;
  readonly context: CallContext;
  /** In words, for errors: `counter.increment`. */
  readonly what: string;
  readonly args: readonly unknown[];
  /** Calls on its result that came before the result was there. */
  pipelined: (() => void)[] | undefined;
  /** Its result, or that there is none, once that is known. */
  outcome: { readonly value: unknown } | { readonly error: unknown } | undefined;
}
