import type { Message, MessageClass, Port, Receiver } from "@isles/transport";
import type { WrapPort } from "isles/internal";
import { Prng } from "./prng.ts";

export interface DelayOptions {
  readonly seed: number;
  /** Part of the messages that are held at all, 0 … 1. */
  readonly part: number;
  /** A held message waits for 1 to this many polls. */
  readonly polls: number;
  /** Only what this endpoint sends is held, and only at that one. Default: what anybody sends, at everybody. */
  readonly from?: number;
  readonly to?: number;
}

interface Held {
  readonly message: Message;
  pollsLeft: number;
}

/**
 * A port whose incoming channels are slow, each by a random and changing amount, while each stays FIFO: the most that the
 * transport's promise allows ("nothing is promised between different pairs"). Time is counted in polls, not milliseconds,
 * so a busy machine makes no difference.
 */
class DelayedPort implements Port {
  readonly self: number;
  readonly endpoints: number;
  readonly #inner: Port;
  readonly #receiver: Receiver;
  readonly #queues: Held[][];
  readonly #prng: Prng;
  readonly #options: DelayOptions;
  #held = 0;
  #pumping = false;
  #delivering = false;
  #closed = false;

  constructor(connect: (receiver: Receiver) => Port, receiver: Receiver, options: DelayOptions) {
    this.#options = options;
    this.#receiver = receiver;
    this.#inner = connect({ receive: (from, message) => this.#arrived(from, message) });
    this.self = this.#inner.self;
    this.endpoints = this.#inner.endpoints;
    this.#queues = Array.from({ length: this.endpoints }, () => []);
    this.#prng = new Prng(options.seed).fork(this.self);
  }

  send(to: number, message: Message, messageClass: MessageClass): void {
    this.#inner.send(to, message, messageClass);
  }

  post(to: number, message: object, messageClass: MessageClass): void {
    this.#inner.post(to, message, messageClass);
  }

  flush(): void {
    this.#inner.flush();
  }

  get crowded(): boolean {
    return this.#inner.crowded;
  }

  poll(): number {
    this.#inner.poll();
    const delivered = this.#deliver();
    this.#inner.flush();
    return delivered;
  }

  hasMail(): boolean {
    return this.#held > 0 || this.#inner.hasMail();
  }

  /** With messages held back there is something to wait for here: the next poll. */
  wait(timeoutMs: number): void {
    if (this.#held === 0) this.#inner.wait(timeoutMs);
    else this.#inner.flush();
  }

  putBody(to: number, bytes: Uint8Array, at: number, length: number): number {
    return this.#inner.putBody(to, bytes, at, length);
  }

  takeBody(from: number, granule: number, length: number, into: Uint8Array | null, at: number): void {
    this.#inner.takeBody(from, granule, length, into, at);
  }

  close(): void {
    this.#closed = true;
    this.#inner.close();
  }

  #arrived(from: number, message: Message): void {
    const { part, polls, from: sender = from, to: receiver = this.self } = this.#options;
    const isSlow = from === sender && this.self === receiver && this.#prng.chance(part);
    const pollsLeft = isSlow ? 1 + this.#prng.below(polls) : 0;
    this.#queues[from]!.push({ message, pollsLeft });
    this.#held++;
    this.#pump();
  }

  /** A thread in its event loop polls nothing, so the loop's turns count as polls there. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      if (this.#closed || this.#delivering) return;
      this.#deliver();
      this.#inner.flush();
      if (this.#held > 0) this.#pump();
    });
  }

  #deliver(): number {
    let delivered = 0;
    const first = this.#prng.below(this.endpoints);
    this.#delivering = true;
    try {
      for (let k = 0; k < this.endpoints && !this.#closed; k++) delivered += this.#drain((first + k) % this.endpoints);
    } finally {
      this.#delivering = false;
    }
    return delivered;
  }

  #drain(from: number): number {
    const queue = this.#queues[from]!;
    let count = 0;
    while (queue.length > 0 && --queue[0]!.pollsLeft < 0) {
      const { message } = queue.shift()!;
      this.#held--;
      count++;
      this.#receiver.receive(from, message);
    }
    return count;
  }
}

/** For `withWrappedPorts`: this module is what it names. */
export const wrapPort: WrapPort = (connect, receiver, options) =>
  new DelayedPort(connect, receiver, options as DelayOptions);
