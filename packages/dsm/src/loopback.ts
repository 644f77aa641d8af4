import type { Kind } from "@isles/coherence";
import type { Service } from "@isles/transport";
import type { Region } from "./region.ts";

/** Who takes what the loopback delivers. */
export interface LoopbackReceiver {
  readonly self: number;
  text(from: number, service: Service, message: string): void;
  value(from: number, service: Service, value: unknown): void;
}

/** A record of a region's, else a text of a service, else a value of one. */
interface Entry {
  readonly region: Region | undefined;
  readonly kind: Kind;
  readonly page: number;
  readonly requester: number;
  readonly acks: number;
  readonly service: Service;
  readonly text: string | undefined;
  readonly value: unknown;
}

/** All of one shape: the engine forgets one that is rare, and with it what has been compiled for it. */
function entryOf(
  region: Region | undefined,
  kind: Kind,
  page: number,
  requester: number,
  acks: number,
  service: Service,
  text: string | undefined,
  value: unknown,
): Entry {
  return { region, kind, page, requester, acks, service, text, value };
}

const NO_KIND = 0 as Kind;
const NO_SERVICE = 0 as Service;

/**
 * What an endpoint sends to itself: a FIFO like any other channel, so that the home's own accesses run through the very
 * automaton that everybody's do. Page bodies need no copy here: sender and receiver share the bytes.
 */
export class Loopback {
  readonly #receiver: LoopbackReceiver;
  readonly #queue: Entry[] = [];
  /** How many entries of the queue are delivered already. */
  #next = 0;
  #draining = false;

  constructor(receiver: LoopbackReceiver) {
    this.#receiver = receiver;
  }

  get pending(): boolean {
    return this.#queue.length > 0;
  }

  record(region: Region, kind: Kind, page: number, requester: number, acks: number): void {
    this.#queue.push(entryOf(region, kind, page, requester, acks, NO_SERVICE, undefined, undefined));
  }

  text(service: Service, text: string): void {
    this.#queue.push(entryOf(undefined, NO_KIND, 0, 0, 0, service, text, undefined));
  }

  value(service: Service, value: unknown): void {
    this.#queue.push(entryOf(undefined, NO_KIND, 0, 0, 0, service, undefined, value));
  }

  /** Delivers everything, including what the deliveries send here. Never nested: order is the channel's promise. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      // The queue grows while it is walked: what deliveries send here comes after what was sent before.
      while (this.#next < this.#queue.length) this.#deliver(this.#queue[this.#next++]!);
    } finally {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
      this.#draining = false;
    }
  }

  #deliver(entry: Entry): void {
    const { self } = this.#receiver;
    if (entry.region !== undefined) entry.region.receive(entry.kind, entry.page, self, entry.requester, entry.acks);
    else if (entry.text !== undefined) this.#receiver.text(self, entry.service, entry.text);
    else this.#receiver.value(self, entry.service, entry.value);
  }
}
