import { MessageClass, type Port } from "@isles/transport";
import { Prng } from "../prng.ts";
import { Exchange, type ExchangeOptions, type ExchangeReport } from "./exchange.ts";
import { type Inbox, idleUntil, pumpUntil } from "./inbox.ts";

/** An endpoint of the suite, on a thread of its own. */
export interface Peer {
  readonly port: Port;
  readonly inbox: Inbox;
}

const { Request } = MessageClass;

export function exchange({ port, inbox }: Peer, options: ExchangeOptions): Promise<ExchangeReport> {
  return new Exchange(port, inbox, options).run();
}

/** Sends far more than anybody takes, opens the gate behind which the receiver sleeps, and leaves. */
export function flood(
  { port }: Peer,
  { to, count, each, gate }: { to: number; count: number; each: boolean; gate: Int32Array },
): void {
  for (let n = 0; n < count; n++) {
    port.send(to, String(n), Request);
    if (each) port.flush();
  }
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  port.flush();
}

/** Deaf until the gate opens; then takes everything. Returns whether it came in order. */
export function drain(
  { port, inbox }: Peer,
  { from, count, gate }: { from: number; count: number; gate: Int32Array },
): boolean {
  if (Atomics.wait(gate, 0, 0, 30_000) === "timed-out") throw new Error("a send blocked: the gate never opened");
  pumpUntil(port, `${count} messages`, () => inbox.received.length >= count);
  return inbox.from(from).every((message, n) => message === String(n));
}

export interface VolleyReport {
  /** Waits that lasted until their timeout although the answer was under way. */
  readonly lost: number;
  readonly faults: readonly string[];
}

/**
 * Ping-pong between two threads, each of which sleeps in `wait` until the other's ball is here. Random delays let a ball
 * arrive at every point of the other's falling asleep.
 */
export function volley(
  { port, inbox }: Peer,
  options: { to: number; rounds: number; serve: boolean; seed: number },
): VolleyReport {
  const { to, rounds, serve } = options;
  const timeoutMs = 5_000; // far longer than any answer takes
  const prng = new Prng(options.seed).fork(port.self);
  let balls = 0;
  let lost = 0;
  inbox.listen(() => balls++);
  for (let round = 0; round < rounds; round++) {
    if (serve) port.send(to, "ping", Request);
    port.flush();
    while (balls <= round) {
      if (port.poll() > 0) continue;
      const start = performance.now();
      port.wait(timeoutMs);
      if (performance.now() - start >= timeoutMs && ++lost > 3)
        throw new Error(`${lost} wake-ups lost in ${round} rounds`);
    }
    for (let spins = prng.below(8) === 0 ? prng.below(4_000) : prng.below(40); spins > 0; spins--) prng.below(2);
    if (!serve) port.send(to, "pong", Request);
  }
  port.flush();
  return { lost, faults: inbox.faults };
}

/** Answers every message from now on, from inside its delivery, wherever that is made. */
export function echo({ port, inbox }: Peer): void {
  inbox.listen((from, message) => port.send(from, message, Request));
}

/** Sends and awaits the echoes in turn, by polling or in the event loop. */
export async function call(
  { port, inbox }: Peer,
  { to, count, poll }: { to: number; count: number; poll: boolean },
): Promise<boolean> {
  for (let n = 0; n < count; n++) {
    port.send(to, `call ${n}`, Request);
    port.flush();
    if (poll) pumpUntil(port, "an echo", () => inbox.received.length > n);
    else await idleUntil("an echo", () => inbox.received.length > n);
  }
  return inbox.from(to).every((message, n) => message === `call ${n}`);
}

/** How long `wait` lasts without mail, in milliseconds. */
export function waitAlone({ port }: Peer, { timeoutMs }: { timeoutMs: number }): number {
  port.poll();
  const start = performance.now();
  port.wait(timeoutMs);
  return performance.now() - start;
}

/** Waits with a long timeout for mail that is sent once this thread is (almost) asleep; how long that took. */
export function waitForMail(
  { port, inbox }: Peer,
  { timeoutMs, gate }: { timeoutMs: number; gate: Int32Array },
): number {
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  const start = performance.now();
  while (inbox.received.length === 0 && performance.now() - start < timeoutMs)
    if (port.poll() === 0) port.wait(timeoutMs);
  return performance.now() - start;
}

export function sendWhenOpen(
  { port }: Peer,
  { to, gate, delay }: { to: number; gate: Int32Array; delay: number },
): void {
  Atomics.wait(gate, 0, 0, 30_000);
  for (let spins = 0; spins < delay; spins++) Atomics.load(gate, 0);
  port.send(to, "wake up", Request);
  port.flush();
}

/** Posts what cannot be cloned between two things that can; what was thrown. */
export function postUncloneable({ port }: Peer, { to }: { to: number }): string {
  let thrown = "nothing";
  port.send(to, "before", Request);
  try {
    port.post(to, { deep: [{ f: () => 1 }] }, Request);
  } catch (error) {
    thrown = (error as Error).name;
  }
  port.post(to, { after: 1 }, Request);
  port.send(to, "end", Request);
  port.flush();
  return thrown;
}

/** Values that an adapter which batches messages might take for something else. */
export function sendOddValues({ port }: Peer, { to }: { to: number }): void {
  const odd = [[1, 2], [], {}, "", new Map([[1, new Uint8Array([1, 2])]]), ["a"], new Date(7)];
  for (const value of odd) port.send(to, value, Request);
  for (const value of odd) if (typeof value === "object") port.post(to, value, Request);
  for (const value of odd) {
    port.send(to, value, Request);
    port.flush();
  }
  port.send(to, "end", Request);
  port.flush();
}

/** Everything up to the message "end". */
export function collect({ port, inbox }: Peer): unknown[] {
  pumpUntil(port, "the end", () => inbox.received.at(-1)?.message === "end");
  return inbox.received.map(({ message }) => message);
}

/** Closes the port while mail is waiting, or (`after`) in the middle of a batch; what was delivered from then on. */
export async function closeEarly(
  { port, inbox }: Peer,
  { gate, after }: { gate: Int32Array; after: number },
): Promise<number> {
  Atomics.wait(gate, 0, 0, 30_000);
  let open = true;
  let late = 0;
  const close = () => {
    port.close();
    open = false;
  };
  let count = 0;
  inbox.listen(() => {
    if (!open) late++;
    if (++count === after) close();
  });
  if (after === 0) close();
  else pumpUntil(port, "the batch", () => !open);
  useClosed(port);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return late;
}

/** A closed port takes every call and does nothing. */
export function useClosed(port: Port): void {
  const peer = port.self === 0 ? 1 : 0;
  port.close();
  port.send(peer, "too late", Request);
  port.post(peer, { too: "late" }, Request);
  port.flush();
  port.poll();
  port.hasMail();
  port.wait(1);
  port.close();
}

/** Nothing came, neither by poll nor in the event loop. */
export async function heard({ port, inbox }: Peer): Promise<number> {
  port.poll();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return inbox.received.length;
}

/** Sends to a peer that is gone. */
export function sendToTheLost({ port }: Peer, { to }: { to: number }): void {
  for (let n = 0; n < 100; n++) {
    port.send(to, "anybody there?", Request);
    port.post(to, { anybody: "there" }, Request);
    port.flush();
  }
  port.poll();
}
