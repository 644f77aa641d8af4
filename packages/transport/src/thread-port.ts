import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { EndpointId } from "@isles/base";
import { BodyRing } from "./body-ring.ts";
import { Doorbells } from "./doorbells.ts";
import type { Message, MessageClass, Port, Receiver, Transferable } from "./port.ts";

/** What a thread needs to join; made by `createThreadNetwork`, structured-cloneable with `ports` transferred. */
export interface ThreadPortSeed {
  readonly self: EndpointId;
  readonly endpoints: number;
  /** The channel to each endpoint, null for oneself. */
  readonly ports: readonly (MessagePort | null)[];
  readonly bells: SharedArrayBuffer;
  /** For each receiver, the rings of all that is sent to it. */
  readonly rings: readonly SharedArrayBuffer[];
}

/** Several messages to one peer travel as one platform message, which is an array. */
type Post = Message | Message[];

/** A message that goes by itself; one that is an array would be taken for several. */
function alone(message: Message): Post {
  return Array.isArray(message) ? [message] : message;
}

/**
 * The MessageChannel adapter: one channel per pair of threads, doorbells to wait on, rings for page bodies.
 * A thread in its event loop gets its mail as 'message' events; a thread that blocks or computes pumps with `poll`.
 * Both take from the same queue in the same order.
 */
export class ThreadPort implements Port {
  readonly self: EndpointId;
  readonly endpoints: number;
  readonly bells: Doorbells;
  /** Platform messages posted, per message class. */
  readonly posted = [0, 0, 0];
  readonly #ports: readonly (MessagePort | null)[];
  readonly #receiver: Receiver;
  readonly #queued: Message[][];
  readonly #waiting: EndpointId[] = [];
  readonly #out: BodyRing[] = [];
  readonly #in: BodyRing[] = [];
  readonly #mailWords: number;
  /** Whether this thread, in its event loop, looks for more mail a moment longer before it sleeps. */
  lingers = false;
  #willLinger = false;
  #closed = false;

  constructor(seed: ThreadPortSeed, receiver: Receiver) {
    this.self = seed.self;
    this.endpoints = seed.endpoints;
    this.bells = new Doorbells(seed.bells, seed.self);
    this.#ports = seed.ports;
    this.#receiver = receiver;
    this.#mailWords = (seed.endpoints + 31) >>> 5;
    this.#queued = Array.from({ length: seed.endpoints }, () => []);
    for (let peer = 0; peer < seed.endpoints; peer++) {
      this.#out.push(new BodyRing(seed.rings[peer]!, seed.self, seed.endpoints));
      this.#in.push(new BodyRing(seed.rings[seed.self]!, peer, seed.endpoints));
      const port = seed.ports[peer];
      port?.on("message", (post: Post) => {
        this.#deliver(peer, post);
        this.flush();
        if (this.lingers) this.#lingerSoon();
      });
    }
  }

  send(to: EndpointId, message: Message, messageClass: MessageClass): void {
    if (this.#closed) return;
    this.posted[messageClass]!++;
    const queue = this.#queued[to]!;
    if (queue.length === 0) this.#waiting.push(to);
    queue.push(message);
  }

  post(to: EndpointId, message: object, messageClass: MessageClass, transfer?: readonly Transferable[]): void {
    if (this.#closed) return;
    if (this.#queued[to]!.length > 0) this.flush();
    this.#ports[to]!.postMessage(alone(message), transfer);
    this.posted[messageClass]!++;
    this.bells.ring(to, this.self);
  }

  flush(): void {
    while (this.#waiting.length > 0) {
      const to = this.#waiting.pop()!;
      const queue = this.#queued[to]!;
      try {
        this.#ports[to]!.postMessage(queue.length === 1 ? alone(queue[0]!) : queue);
      } finally {
        queue.length = 0; // even of a batch that cannot be cloned, or nothing would ever reach this peer again
      }
      this.bells.ring(to, this.self);
    }
  }

  hasMail(): boolean {
    return this.bells.rung;
  }

  get crowded(): boolean {
    return this.bells.crowded;
  }

  poll(): number {
    let delivered = 0;
    this.bells.listen();
    for (let word = 0; word < this.#mailWords; word++) {
      let mail = this.bells.takeMail(word);
      while (mail !== 0) {
        const bit = 31 - Math.clz32(mail & -mail);
        mail &= mail - 1;
        delivered += this.#drain((word << 5) + bit);
      }
    }
    this.flush();
    return delivered;
  }

  wait(timeoutMs: number): void {
    this.flush();
    this.bells.wait(timeoutMs);
  }

  putBody(to: EndpointId, bytes: Uint8Array, at: number, length: number): number {
    return this.#out[to]!.put(bytes, at, length);
  }

  takeBody(from: EndpointId, granule: number, length: number, into: Uint8Array | null, at: number): void {
    this.#in[from]!.take(granule, length, into, at);
  }

  /** Whether open channels keep the process alive while it is otherwise idle. */
  ref(alive: boolean): void {
    for (const port of this.#ports) {
      if (alive) port?.ref();
      else port?.unref();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    for (const port of this.#ports) {
      port?.removeAllListeners("message");
      port?.close();
    }
  }

  /** Once everything that the last message has set off has run. */
  #lingerSoon(): void {
    if (this.#willLinger || !this.bells.mayLinger()) return;
    this.#willLinger = true;
    setImmediate(() => {
      this.#willLinger = false;
      if (this.#closed) return;
      if (this.poll() > 0 || (this.bells.linger() && this.poll() > 0)) this.#lingerSoon();
    });
  }

  #drain(from: EndpointId): number {
    const port = this.#ports[from]!;
    let count = 0;
    for (;;) {
      const received = receiveMessageOnPort(port) as { message: Post } | undefined;
      // A thread that is being terminated gets empty answers; it is about to end and must not trip over them.
      if (received?.message === undefined) return count;
      count++;
      this.#deliver(from, received.message);
    }
  }

  #deliver(from: EndpointId, post: Post): void {
    if (!Array.isArray(post)) {
      if (!this.#closed) this.#receiver.receive(from, post);
      return;
    }
    for (const message of post) {
      if (this.#closed) return; // perhaps by the message before
      this.#receiver.receive(from, message);
    }
  }
}
