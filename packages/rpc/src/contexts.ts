import { AsyncLocalStorage } from "node:async_hooks";
import type { AnsweredCall } from "@isles/base";
import { IncomingCall } from "./incoming-call.ts";

const AsyncFunction = (async () => undefined).constructor;

/**
 * For whom the code runs that runs at this moment: the call that it answers, or a process. Calls of asynchronous methods,
 * calls with a deadline, which they hand down to the calls that their methods make, and processes, which keep what they
 * take, are followed through every `await`. That slows each promise of the thread down a little, so it begins with the
 * first of them.
 */
export class Contexts {
  #storage: AsyncLocalStorage<AnsweredCall> | undefined;
  #current: AnsweredCall | undefined;

  /** A call, or whoever else code runs for. */
  get owner(): AnsweredCall | undefined {
    return this.#current ?? this.#storage?.getStore();
  }

  get current(): IncomingCall | undefined {
    const { owner } = this;
    return owner instanceof IncomingCall ? owner : undefined;
  }

  /** Whether code that comes back from an `await` of this call is known to belong to it. */
  follows(call: IncomingCall): boolean {
    return call.deadline !== Infinity || call.callee?.method instanceof AsyncFunction;
  }

  run<T>(call: IncomingCall, code: () => T): T {
    return this.#run(call, code, this.follows(call));
  }

  /** Runs code for one who is no call. */
  actAs<T>(owner: AnsweredCall, code: () => T, isFollowed: boolean): T {
    return this.#run(owner, code, isFollowed);
  }

  #run<T>(owner: AnsweredCall, code: () => T, isFollowed: boolean): T {
    const outer = this.#current;
    this.#current = owner;
    try {
      if (this.#storage === undefined) {
        if (!isFollowed) return code();
        this.#storage = new AsyncLocalStorage();
      }
      return this.#storage.run(owner, code);
    } finally {
      this.#current = outer;
    }
  }
}
