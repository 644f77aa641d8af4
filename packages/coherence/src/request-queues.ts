import type { Kind } from "./message.ts";

/**
 * The requests that wait while a page is in S_D, first come first served. Sparse: a page costs nothing unless one waits.
 *
 * A site has one request per page under way, so a queue never holds more requests than there are endpoints.
 */
export class RequestQueues {
  /** Per slot, requests as `site * 16 + kind`. */
  readonly #queues = new Map<number, number[]>();
  /** Emptied arrays, used again so that contention does not feed the garbage collector. */
  readonly #spare: number[][] = [];

  push(slot: number, kind: Kind, site: number): void {
    let queue = this.#queues.get(slot);
    if (queue === undefined) {
      queue = this.#spare.pop() ?? [];
      this.#queues.set(slot, queue);
    }
    queue.push(site * 16 + kind);
  }

  /** The oldest request as `site * 16 + kind`, or -1. */
  shift(slot: number): number {
    const queue = this.#queues.get(slot);
    const request = queue?.shift();
    if (queue === undefined || request === undefined) return -1;
    if (queue.length === 0) {
      this.#queues.delete(slot);
      this.#spare.push(queue);
    }
    return request;
  }

  /** What waits, oldest first. */
  of(slot: number): readonly number[] {
    return this.#queues.get(slot) ?? [];
  }

  clear(): void {
    this.#queues.clear();
  }
}
