import type { LockManager } from "./lock-manager.ts";
import { requestKey } from "./text.ts";

export interface ConditionOut {
  /** Answer to a timeout: whether a notification had come first. */
  verdict(to: number, req: number, notified: boolean): void;
  /** Answer to a waiter that left. */
  cancelled(to: number, req: number): void;
}

interface Waiter {
  readonly site: number;
  readonly req: number;
  readonly name: string;
}

/**
 * Who waits at the condition of each lock whose home is here, oldest first. A condition lives at the home of its lock, so
 * moving a waiter from the condition to the lock's queue is a local step ("wait morphing"): a notified waiter hears nothing
 * until it holds the lock again.
 *
 * No lost wake-up: the waiter's one message both enqueues it and releases its lock, in that order, and never passes the lock
 * directly to a successor (whose notify could overtake the enqueue on another channel). Whoever holds the lock afterwards got
 * it because of this release, so its notify finds the waiter enqueued. For the mirror reason a holder that has notified also
 * releases through the home: a notification wakes only those who waited before it.
 */
export class ConditionManager {
  readonly #locks: LockManager;
  readonly #out: ConditionOut;
  readonly #byName = new Map<string, Set<Waiter>>();
  readonly #waiting = new Map<number, Waiter>();

  constructor(locks: LockManager, out: ConditionOut) {
    this.#locks = locks;
    this.#out = out;
  }

  /** Conditions at which somebody waits. */
  get size(): number {
    return this.#byName.size;
  }

  wait(waiter: Waiter, token: number): void {
    const same = this.#byName.get(waiter.name);
    if (same === undefined) this.#byName.set(waiter.name, new Set([waiter]));
    else same.add(waiter);
    this.#waiting.set(requestKey(waiter.site, waiter.req), waiter);
    this.#locks.released(token);
  }

  notify(name: string, count: number): void {
    let left = count;
    for (const waiter of this.#byName.get(name) ?? []) {
      if (left-- <= 0) return;
      this.#requeue(waiter);
    }
  }

  timedOut(site: number, req: number): void {
    const waiter = this.#waiting.get(requestKey(site, req));
    this.#out.verdict(site, req, waiter === undefined);
    if (waiter !== undefined) this.#requeue(waiter);
  }

  /** The waiter's run failed. A notification it already took goes to the next waiter. */
  leave(waiter: Waiter, timedOut: boolean): void {
    const known = this.#waiting.get(requestKey(waiter.site, waiter.req));
    if (known !== undefined) {
      this.#remove(known);
      return this.#out.cancelled(waiter.site, waiter.req);
    }
    this.#locks.cancel(waiter.site, waiter.req);
    if (!timedOut) this.notify(waiter.name, 1);
  }

  #remove(waiter: Waiter): void {
    this.#waiting.delete(requestKey(waiter.site, waiter.req));
    const same = this.#byName.get(waiter.name);
    if (same?.delete(waiter) === true && same.size === 0) this.#byName.delete(waiter.name);
  }

  #requeue(waiter: Waiter): void {
    this.#remove(waiter);
    this.#locks.acquire(waiter.site, waiter.req, waiter.name, "exclusive", "queue");
  }
}
