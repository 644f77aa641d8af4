import { makeStale } from "./handoff-messages.ts";

/** One FIFO of packed messages for each ordered pair of endpoints. Channel = `from * endpoints + to`. */
export class HandoffChannels {
  readonly endpoints: number;
  readonly queues: number[][][];
  /** The most messages that were ever in one channel. */
  most = 0;

  constructor(endpoints: number) {
    this.endpoints = endpoints;
    this.queues = Array.from({ length: endpoints * endpoints }, () => []);
  }

  send(from: number, to: number, words: number[]): void {
    const queue = this.queues[from * this.endpoints + to];
    queue.push(words);
    if (queue.length > this.most) this.most = queue.length;
  }

  /** Nobody is there any more. */
  clearTo(to: number): void {
    for (let from = 0; from < this.endpoints; from++) this.queues[from * this.endpoints + to].length = 0;
  }

  get isEmpty(): boolean {
    return this.queues.every((queue) => queue.length === 0);
  }

  /** A copy runs: what was offered before is not the process any more. */
  makeStale(): void {
    for (const queue of this.queues) for (const words of queue) makeStale(words);
  }

  capture(out: number[]): void {
    for (const queue of this.queues) {
      out.push(queue.length);
      for (const words of queue) out.push(words.length, ...words);
    }
  }

  restore(words: ArrayLike<number>, at: number): number {
    let next = at;
    for (const queue of this.queues) {
      queue.length = 0;
      for (let count = words[next++]; count > 0; count--) {
        const message: number[] = [];
        for (let left = words[next++]; left > 0; left--) message.push(words[next++]);
        queue.push(message);
      }
    }
    return next;
  }
}
