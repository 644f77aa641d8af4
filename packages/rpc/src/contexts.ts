import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingCall } from "./incoming-call.ts";

const AsyncFunction = (async () => undefined).constructor;

/**
 * Which call the code that runs at this moment answers. Calls of asynchronous methods, and calls with a deadline, which they
 * hand down to the calls that their methods make, are followed through every `await`. That slows each promise of the thread
 * down a little, so it begins with the first such call.
 */
export class Contexts {
  #storage: AsyncLocalStorage<IncomingCall> | undefined;
  #current: IncomingCall | undefined;

  get current(): IncomingCall | undefined {
    return this.#current ?? this.#storage?.getStore();
  }

  /** Whether code that comes back from an `await` of this call is known to belong to it. */
  follows(call: IncomingCall): boolean {
    return call.deadline !== Infinity || call.callee?.method instanceof AsyncFunction;
  }

  run<T>(call: IncomingCall, code: () => T): T {
    const outer = this.#current;
    this.#current = call;
    try {
      if (this.#storage === undefined) {
        if (!this.follows(call)) return code();
        this.#storage = new AsyncLocalStorage();
      }
      return this.#storage.run(call, code);
    } finally {
      this.#current = outer;
    }
  }
}
