import type { AnsweredCall } from "@isles/base";

/**
 * Whose code runs, for the deadlock analysis. While a method runs for the first time that is known. After an `await` it may
 * be any of the methods that wait for a promise, or the function that the launcher started; the answer then is one that
 * stands for all of them: it is over as soon as one of them is.
 */
export class Answering {
  readonly #current: () => AnsweredCall | undefined;
  readonly #suspended = new Set<AnsweredCall>();
  #anyOfThem: { isOver: boolean; readonly hasSignal: boolean } | undefined;

  /** `current`: the call whose method runs, as far as is known. */
  constructor(current: () => AnsweredCall | undefined) {
    this.#current = current;
  }

  /** Undefined if the code that runs certainly belongs to no call. */
  now(): AnsweredCall | undefined {
    return this.#current() ?? (this.#suspended.size === 0 ? undefined : this.#some());
  }

  /** The call's method has returned a promise. */
  suspended(call: AnsweredCall): void {
    this.#suspended.add(call);
  }

  /** That promise has settled. */
  answered(call: AnsweredCall): void {
    if (!this.#suspended.delete(call) || this.#anyOfThem === undefined) return;
    this.#anyOfThem.isOver = true;
    this.#anyOfThem = undefined;
  }

  #some(): AnsweredCall {
    const calls = this.#suspended;
    this.#anyOfThem ??= {
      isOver: false,
      get hasSignal() {
        for (const call of calls) if (call.hasSignal) return true;
        return false;
      },
    };
    return this.#anyOfThem;
  }
}
