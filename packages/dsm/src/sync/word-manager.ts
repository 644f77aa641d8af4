import { requestKey } from "./text.ts";

export interface WordOut {
  enqueued(to: number, req: number): void;
  wake(to: number, req: number): void;
  /** Answer to a cancel: whether the waiter was still queued. */
  cancelled(to: number, req: number, removed: boolean): void;
  notified(to: number, req: number, woken: number): void;
}

interface Waiter {
  readonly site: number;
  readonly req: number;
  readonly key: string;
}

/** The queues of the words whose home is this endpoint, oldest waiter first. A word is known only while somebody waits. */
export class WordManager {
  readonly #out: WordOut;
  readonly #queues = new Map<string, Set<Waiter>>();
  readonly #waiting = new Map<number, Waiter>();

  constructor(out: WordOut) {
    this.#out = out;
  }

  get size(): number {
    return this.#queues.size;
  }

  enqueue(site: number, req: number, key: string): void {
    const waiter = { site, req, key };
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, new Set([waiter]));
    else queue.add(waiter);
    this.#waiting.set(requestKey(site, req), waiter);
    this.#out.enqueued(site, req);
  }

  /** `req` 0 wants no answer. */
  notify(site: number, req: number, count: number, key: string): void {
    let woken = 0;
    for (const waiter of this.#queues.get(key) ?? []) {
      if (woken >= count) break;
      this.#remove(waiter);
      this.#out.wake(waiter.site, waiter.req);
      woken++;
    }
    if (req !== 0) this.#out.notified(site, req, woken);
  }

  cancel(site: number, req: number): void {
    const waiter = this.#waiting.get(requestKey(site, req));
    if (waiter !== undefined) this.#remove(waiter);
    this.#out.cancelled(site, req, waiter !== undefined);
  }

  #remove(waiter: Waiter): void {
    this.#waiting.delete(requestKey(waiter.site, waiter.req));
    const queue = this.#queues.get(waiter.key);
    if (queue?.delete(waiter) === true && queue.size === 0) this.#queues.delete(waiter.key);
  }
}
