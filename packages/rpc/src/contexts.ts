import { AsyncLocalStorage } from "node:async_hooks";

/** What a method can know of the call it answers. */
export class CallContext {
  /** Endpoint of the caller. */
  readonly caller: number;
  readonly method: string;
  /** When the caller gives up, by this endpoint's clock, in milliseconds. */
  readonly deadline: number;
  readonly #now: () => number;
  #controller: AbortController | undefined;
  #cancelled: { readonly reason: unknown } | undefined;

  constructor(caller: number, method: string, deadline: number, now: () => number) {
    this.caller = caller;
    this.method = method;
    this.deadline = deadline;
    this.#now = now;
  }

  /** Aborted when the caller gives the call up or is lost. Made when first asked for: few methods look at it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelled !== undefined) this.#controller.abort(this.#cancelled.reason);
    }
    return this.#controller.signal;
  }

  /** Milliseconds that the caller still waits; undefined if it set no deadline. */
  get deadlineMs(): number | undefined {
    return this.deadline === Infinity ? undefined : Math.max(0, this.deadline - this.#now());
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

/** Which call the code that runs at this moment answers, also after an `await`. */
export class Contexts {
  readonly #storage = new AsyncLocalStorage<CallContext>();

  get current(): CallContext | undefined {
    return this.#storage.getStore();
  }

  run<T>(context: CallContext, code: () => T): T {
    return this.#storage.run(context, code);
  }
}
