import type { ReleaseKind } from "@isles/coherence";

/** What the model says besides the protocol: an atomic operation at a page's home, and its answer. */
export const AtomicKind = { Atomic: 30, AtomicAck: 31 } as const;
export type AtomicKind = (typeof AtomicKind)[keyof typeof AtomicKind];

/**
 * One message under way. The body is 32-bit words: a page, a diff, or of an atomic operation the thread that waits for it,
 * the element and what is added or was there.
 */
export interface ReleaseMessage {
  readonly kind: ReleaseKind | AtomicKind;
  readonly page: number;
  readonly body: readonly number[];
}

/** One FIFO for each ordered pair of endpoints. Channel = `from * endpoints + to`. */
export class ReleaseChannels {
  readonly endpoints: number;
  readonly #queues: ReleaseMessage[][];
  /** The most messages that were ever in one channel. */
  mostInOne = 0;

  constructor(endpoints: number) {
    this.endpoints = endpoints;
    this.#queues = Array.from({ length: endpoints * endpoints }, () => []);
  }

  get count(): number {
    return this.#queues.length;
  }

  send(from: number, to: number, message: ReleaseMessage): void {
    const queue = this.#queues[from * this.endpoints + to];
    queue.push(message);
    if (queue.length > this.mostInOne) this.mostInOne = queue.length;
  }

  length(channel: number): number {
    return this.#queues[channel].length;
  }

  /** The message at a place in a channel; 0 is the oldest. */
  peek(channel: number, place: number): ReleaseMessage {
    return this.#queues[channel][place];
  }

  take(channel: number, place: number): ReleaseMessage {
    return this.#queues[channel].splice(place, 1)[0];
  }

  get isEmpty(): boolean {
    return this.#queues.every((queue) => queue.length === 0);
  }

  capture(out: number[]): void {
    for (const queue of this.#queues) {
      out.push(queue.length);
      for (const { kind, page, body } of queue) {
        out.push(kind, page, body.length);
        for (const word of body) pushWord(out, word);
      }
    }
  }

  restore(words: ArrayLike<number>, at: number): number {
    let next = at;
    for (const queue of this.#queues) {
      queue.length = 0;
      for (let count = words[next++]; count > 0; count--) {
        const kind = words[next++] as ReleaseMessage["kind"];
        const page = words[next++];
        const body: number[] = [];
        for (let length = words[next++]; length > 0; length--, next += 2) body.push(wordAt(words, next));
        queue.push({ kind, page, body });
      }
    }
    return next;
  }
}

/** A state's key has 16 bits to a unit. */
export const pushWord = (out: number[], word: number): void => {
  out.push(word & 0xffff, word >>> 16);
};
export const wordAt = (words: ArrayLike<number>, at: number): number => words[at] | (words[at + 1] << 16);
