import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingCall } from "./incoming-call.ts";

/**
 * Which call the code that runs at this moment answers. Calls with a deadline hand it down to the calls that their methods
 * make, also after an `await`; following a call through its awaits slows every promise of the thread down a little, so it
 * begins with the first call that has one.
 */
export class Contexts {
  #storage: AsyncLocalStorage<IncomingCall> | undefined;
  #current: IncomingCall | undefined;

  get current(): IncomingCall | undefined {
    return this.#current ?? this.#storage?.getStore();
  }

  run<T>(call: IncomingCall, code: () => T): T {
    const outer = this.#current;
    this.#current = call;
    try {
      if (this.#storage === undefined) {
        if (call.deadline === Infinity) return code();
        this.#storage = new AsyncLocalStorage();
      }
      return this.#storage.run(call, code);
    } finally {
      this.#current = outer;
    }
  }
}
