import type { Kind } from "@isles/coherence";
import { Freshness } from "./freshness.ts";

/** One message under way. */
export interface Message {
  readonly kind: Kind;
  readonly page: number;
  readonly requester: number;
  readonly acks: number;
  readonly body: Freshness;
}

/** Packs a message into 16 bits: kind 4, page 4, requester 3, acks 3, body 2. */
const pack = (m: Message): number => m.kind | (m.page << 4) | (m.requester << 8) | (m.acks << 11) | (m.body << 14);
const unpack = (word: number): Message => ({
  kind: (word & 15) as Kind,
  page: (word >> 4) & 15,
  requester: (word >> 8) & 7,
  acks: (word >> 11) & 7,
  body: ((word >> 14) & 3) as Freshness,
});
const pageOf = (word: number): number => (word >> 4) & 15;
const isOf = (word: number, kind: Kind, page: number): boolean => (word & 15) === kind && pageOf(word) === page;
const withBody = (word: number, body: Freshness): number => (word & 0x3fff) | (body << 14);

/** One FIFO for each ordered pair of endpoints, an endpoint's pair with itself included. Channel = `from * endpoints + to`. */
export class Channels {
  readonly endpoints: number;
  readonly #queues: number[][];
  /** The most messages of one page that were ever in one channel. */
  mostOfOnePage = 0;

  constructor(endpoints: number) {
    this.endpoints = endpoints;
    this.#queues = Array.from({ length: endpoints * endpoints }, () => []);
  }

  get count(): number {
    return this.#queues.length;
  }

  send(from: number, to: number, message: Message): void {
    const queue = this.#queues[from * this.endpoints + to];
    queue.push(pack(message));
    let ofPage = 0;
    for (const word of queue) if (pageOf(word) === message.page) ofPage++;
    if (ofPage > this.mostOfOnePage) this.mostOfOnePage = ofPage;
  }

  length(channel: number): number {
    return this.#queues[channel].length;
  }

  /** The message at a place in a channel; 0 is the oldest. */
  peek(channel: number, place: number): Message {
    return unpack(this.#queues[channel][place]);
  }

  take(channel: number, place: number): Message {
    const [word] = this.#queues[channel].splice(place, 1);
    return unpack(word);
  }

  get isEmpty(): boolean {
    return this.#queues.every((queue) => queue.length === 0);
  }

  /** How many messages of a kind are under way for a page. */
  countOf(kind: Kind, page: number): number {
    let count = 0;
    for (const queue of this.#queues) for (const word of queue) if (isOf(word, kind, page)) count++;
    return count;
  }

  /** Where a message of a kind for a page goes, or -1. */
  receiverOf(kind: Kind, page: number): number {
    const channel = this.#queues.findIndex((queue) => queue.some((word) => isOf(word, kind, page)));
    return channel < 0 ? -1 : channel % this.endpoints;
  }

  /** A store completed: what is under way of that page is no longer the latest. */
  overtake(page: number): void {
    for (const queue of this.#queues) {
      for (let i = 0; i < queue.length; i++) {
        const word = queue[i];
        if (pageOf(word) === page && word >> 14 === Freshness.Latest) queue[i] = withBody(word, Freshness.Overtaken);
      }
    }
  }

  capture(out: number[]): void {
    for (const queue of this.#queues) {
      out.push(queue.length);
      for (const word of queue) out.push(word & 255, word >> 8);
    }
  }

  restore(words: ArrayLike<number>, at: number): number {
    let next = at;
    for (const queue of this.#queues) {
      queue.length = 0;
      for (let count = words[next++]; count > 0; count--) {
        queue.push(words[next] | (words[next + 1] << 8));
        next += 2;
      }
    }
    return next;
  }
}
