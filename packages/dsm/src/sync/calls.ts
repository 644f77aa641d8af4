import type { CollectiveCalls, CollectiveName, Completion } from "@isles/base";
import type { Group } from "@isles/transport";
import { dropGroup, groupOf, keyOf, nameOf } from "./text.ts";
import { runEnded, type Waits } from "./waits.ts";

/** A call of a collective that its root has not answered. */
export interface Call<T> {
  /** It is itself the reason of the wait for it. */
  readonly kind: "collective";
  readonly what: CollectiveName;
  readonly name: string;
  readonly completion: Completion<T>;
  readonly group: Group;
  answered: boolean;
}

/**
 * This site's unanswered calls of one kind of collective, oldest first under each key. A call whose caller was let go by a
 * failure stays until its answer has come, because answers find their calls by counting.
 */
export class Calls<T> {
  readonly #waits: Waits;
  readonly #kind: CollectiveName;
  readonly #byKey = new Map<string, Call<T>[]>();

  constructor(waits: Waits, kind: CollectiveName) {
    this.#waits = waits;
    this.#kind = kind;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /**
   * Registers a call in the current run. Throws at once if that run has already failed. `withdraw` runs if the caller is let
   * go before the answer, and asks the root to answer at once.
   */
  open(name: string, withdraw: (key: string) => void): { key: string; completion: Completion<T> } {
    const { host } = this.#waits;
    const { group } = host;
    const completion = host.pend<T>(name === "" ? this.#kind : `${this.#kind} "${name}"`);
    if (completion.settled) completion.take();
    const key = keyOf(group.id, name);
    const call: Call<T> = { kind: "collective", what: this.#kind, name, completion, group, answered: false };
    // Where remote calls take part, another such call, yet to come, may be what is missing.
    if (this.#waits.answering() === undefined) completion.reason = call;
    const calls = this.#byKey.get(key);
    if (calls === undefined) this.#byKey.set(key, [call]);
    else calls.push(call);
    completion.onSettled(() => {
      if (!call.answered) withdraw(key);
    });
    return { key, completion };
  }

  /** Takes back the newest call, which could not be sent. */
  withdraw(key: string): void {
    const calls = this.#byKey.get(key);
    const call = calls?.pop();
    if (call !== undefined) call.answered = true;
    if (calls?.length === 0) this.#byKey.delete(key);
  }

  /** The call that the next answer belongs to; none if the run is over here. */
  answered(key: string): Call<T> | undefined {
    const calls = this.#byKey.get(key);
    const call = calls?.shift();
    if (call !== undefined) call.answered = true;
    if (calls?.length === 0) this.#byKey.delete(key);
    return call;
  }

  /** What has not been answered, for the deadlock analysis. */
  report(): CollectiveCalls[] {
    return [...this.#byKey].map(([key, calls]) => {
      return { what: this.#kind, name: nameOf(key), group: groupOf(key), calls: calls.length };
    });
  }

  /** Ends what the functions of the run left pending. */
  endGroup(group: number): void {
    for (const [key, calls] of this.#byKey) {
      if (groupOf(key) !== group) continue;
      for (const { completion } of calls) this.#waits.end(completion, runEnded(completion.label));
    }
  }

  groupEnded(group: number): void {
    this.endGroup(group);
    dropGroup(this.#byKey, group);
  }
}
