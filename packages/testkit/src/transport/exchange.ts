import { type Message, MessageClass, type Port } from "@isles/transport";
import { Prng } from "../prng.ts";
import { type Inbox, pumpUntil } from "./inbox.ts";

export interface ExchangeOptions {
  readonly seed: number;
  /** Messages from every endpoint to every other one. */
  readonly messages: number;
}

export interface ExchangeReport {
  readonly faults: readonly string[];
  readonly bodies: number;
  /** Bodies for which there was no room in the ring. */
  readonly framed: number;
  /** Whether some messages came by poll and some by the event loop. */
  readonly polled: number;
  readonly byEventLoop: number;
}

interface Numbered {
  readonly n: number;
  readonly pad?: string;
  readonly body?: { readonly granule: number; readonly length: number };
  readonly frame?: Uint8Array;
}

const classes = Object.values(MessageClass);

/**
 * Every endpoint sends numbered messages to every other one in every way there is, in random order, with random polls,
 * waits and turns of the event loop in between, and checks what it receives: each message once, in order, unharmed, and
 * page bodies with the right bytes.
 */
export class Exchange {
  readonly #port: Port;
  readonly #inbox: Inbox;
  readonly #options: ExchangeOptions;
  readonly #prng: Prng;
  readonly #sent: number[];
  readonly #received: number[];
  readonly #bytes = new Uint8Array(65_536);
  #bodies = 0;
  #framed = 0;
  #polling = false;
  #polled = 0;
  #byEventLoop = 0;

  constructor(port: Port, inbox: Inbox, options: ExchangeOptions) {
    this.#port = port;
    this.#inbox = inbox;
    this.#options = options;
    this.#prng = new Prng(options.seed).fork(port.self);
    this.#sent = new Array(port.endpoints).fill(0);
    this.#received = new Array(port.endpoints).fill(0);
    inbox.listen((from, message) => this.#check(from, message));
  }

  async run(): Promise<ExchangeReport> {
    const { messages } = this.#options;
    for (;;) {
      const unfinished = this.#peers().filter((peer) => this.#sent[peer]! < messages);
      if (unfinished.length === 0) break;
      await this.#step(this.#prng.pick(unfinished));
    }
    this.#port.flush();
    this.#polling = true;
    pumpUntil(this.#port, `${messages} messages from everybody`, () =>
      this.#peers().every((peer) => this.#received[peer]! >= messages),
    );
    this.#inbox.listen((from) => this.#inbox.fault(`a message too many from ${from}`));
    const { faults } = this.#inbox;
    return { faults, bodies: this.#bodies, framed: this.#framed, polled: this.#polled, byEventLoop: this.#byEventLoop };
  }

  #peers(): number[] {
    return Array.from({ length: this.#port.endpoints }, (_, peer) => peer).filter((peer) => peer !== this.#port.self);
  }

  async #step(to: number): Promise<void> {
    const dice = this.#prng.below(100);
    if (dice < 35) this.#send(to, () => `${this.#number(to)}|`);
    else if (dice < 45) this.#send(to, () => ({ n: this.#number(to) }));
    else if (dice < 55) this.#inbox.quietly("post", () => this.#port.post(to, { n: this.#number(to) }, this.#class()));
    else if (dice < 70) this.#send(to, () => this.#body(to));
    else if (dice < 71) this.#send(to, () => `${this.#number(to)}|${"é".repeat(this.#prng.below(300_000))}`);
    else if (dice < 80) this.#inbox.quietly("flush", () => this.#port.flush());
    else if (dice < 92) this.#poll(() => this.#port.poll());
    else if (dice < 95) this.#inbox.quietly("wait", () => this.#port.wait(1));
    else await new Promise((resolve) => setImmediate(resolve));
  }

  #poll(act: () => void): void {
    this.#polling = true;
    act();
    this.#polling = false;
  }

  #send(to: number, message: () => Message): void {
    this.#inbox.quietly("send", () => this.#port.send(to, message(), this.#class()));
  }

  #class(): MessageClass {
    return this.#prng.pick(classes);
  }

  #number(to: number): number {
    return this.#sent[to]!++;
  }

  /** A page of one of the sizes there are, in the ring or, where that is full, in the message. */
  #body(to: number): Numbered {
    const n = this.#number(to);
    const length = 256 << this.#prng.below(9);
    const at = this.#prng.below(this.#bytes.length - length + 1);
    fillBody(this.#bytes.subarray(at, at + length), this.#port.self, n);
    const granule = this.#port.putBody(to, this.#bytes, at, length);
    this.#bodies++;
    if (granule >= 0) return { n, body: { granule, length } };
    this.#framed++;
    return { n, frame: this.#bytes.slice(at, at + length) };
  }

  #check(from: number, message: Message): void {
    if (this.#polling) this.#polled++;
    else this.#byEventLoop++;
    const { n, pad, body, frame } = typeof message === "string" ? parse(message) : (message as Numbered);
    const expected = this.#received[from]!++;
    if (n !== expected) this.#inbox.fault(`message ${n} of ${from} came where ${expected} was due`);
    if (pad !== undefined && !/^é*$/.test(pad)) this.#inbox.fault(`message ${n} of ${from} was harmed`);
    if (frame !== undefined) this.#checkBody(frame, from, n);
    if (body === undefined) return;
    const into = this.#prng.chance(0.1) ? null : new Uint8Array(body.length + 8);
    this.#port.takeBody(from, body.granule, body.length, into, 4);
    if (into === null) return;
    this.#checkBody(into.subarray(4, 4 + body.length), from, n);
    if (into.subarray(0, 4).some(Boolean) || into.subarray(4 + body.length).some(Boolean)) {
      this.#inbox.fault(`body ${n} of ${from} was written beyond its place`);
    }
  }

  #checkBody(bytes: Uint8Array, from: number, n: number): void {
    const expected = new Uint8Array(bytes.length);
    fillBody(expected, from, n);
    if (Buffer.compare(bytes, expected) !== 0) this.#inbox.fault(`body ${n} of ${from} has wrong bytes`);
  }
}

function parse(text: string): Numbered {
  const bar = text.indexOf("|");
  return { n: Number(text.slice(0, bar)), pad: text.slice(bar + 1) };
}

function fillBody(bytes: Uint8Array, from: number, n: number): void {
  bytes.fill((n * 31 + from * 7 + 1) & 0xff);
  bytes[0] = n & 0xff;
  bytes[bytes.length - 1] = (n >>> 8) & 0xff;
}
