import type { Method } from "./members.ts";
import type { CallContext } from "./types.ts";

/** What a call is to be made on, found when it arrives: a reference may be released right behind it. */
export interface Callee {
  readonly method: Method;
  readonly self: unknown;
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** A call of a peer that has not been answered; to the method that answers it, its context. */
export class IncomingCall implements CallContext {
  readonly id: number;
  readonly caller: number;
  readonly method: string;
  /** Nobody waits for an answer. */
  readonly isOneWay: boolean;
  /** When the caller gives up, by this endpoint's clock, in milliseconds. */
  readonly deadline: number;
  args: readonly unknown[] = [];
  callee: Callee | undefined = undefined;
  /** What came with it, until the method has it. */
  arrived: { release(): void } | undefined = undefined;
  /** What it is made on, in words. */
  service = "";
  /** Calls on its result that came before the result was there. */
  pipelined: (() => void)[] | undefined = undefined;
  outcome: Outcome | undefined = undefined;
  /** Its method runs, or has returned a promise. */
  isStarted = false;
  readonly #now: () => number;
  #controller: AbortController | undefined = undefined;
  #cancelled: { readonly reason: unknown } | undefined = undefined;

  constructor(id: number, caller: number, method: string, isOneWay: boolean, deadline: number, now: () => number) {
    this.id = id;
    this.caller = caller;
    this.method = method;
    this.isOneWay = isOneWay;
    this.deadline = deadline;
    this.#now = now;
  }

  /** In words, for errors: `counter.increment`. */
  get what(): string {
    return this.method === "" ? this.service : `${this.service}.${this.method}`;
  }

  // CallContext

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController(); // made when first asked for: few methods look at it
      if (this.#cancelled !== undefined) this.#controller.abort(this.#cancelled.reason);
    }
    return this.#controller.signal;
  }

  get deadlineMs(): number | undefined {
    return this.deadline === Infinity ? undefined : Math.max(0, this.deadline - this.#now());
  }

  /** It has been answered: what it left behind is nobody's. */
  get isOver(): boolean {
    return this.outcome !== undefined;
  }

  /** Its code has looked at its signal, whose listeners may act at any time. */
  get hasSignal(): boolean {
    return this.#controller !== undefined;
  }

  get isCancelled(): boolean {
    return this.#cancelled !== undefined;
  }

  cancel(reason: unknown): void {
    if (this.#cancelled !== undefined) return;
    this.#cancelled = { reason };
    this.#controller?.abort(reason);
  }
}
