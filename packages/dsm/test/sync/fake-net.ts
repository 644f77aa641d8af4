import { Completion, TimeoutError } from "@isles/base";
import type { Group, Service, ServiceHandler, ServiceHost } from "@isles/transport";
import { createSync, type Sync, type SyncOptions } from "../../src/sync/index.ts";

/** A message, as the tests count them. `value` is undefined for texts. */
export interface Sent {
  readonly from: number;
  readonly to: number;
  readonly service: Service;
  readonly text: string;
  readonly value: unknown;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Deterministic and good enough to shuffle deliveries (mulberry32). */
export function prng(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Endpoints in one thread, joined by FIFO channels. One seed decides which channel delivers next, when timers fire and how far
 * continuations run in between; nothing else does, so a seed is a whole run.
 */
export class FakeNet {
  readonly hosts: FakeHost[] = [];
  readonly syncs: Sync[] = [];
  readonly sent: Sent[] = [];
  readonly delivered: Sent[] = [];
  /** Milliseconds. */
  time = 0;
  readonly random: () => number;
  /** Channel whose messages are late: others overtake nearly all of them. */
  slow: { readonly from: number; readonly to: number } | undefined;
  readonly #channels = new Map<number, Sent[]>();
  readonly #timers = new Set<Timer>();

  constructor(options: { sites: number; seed?: number; sync?: SyncOptions }) {
    this.random = prng(options.seed ?? 1);
    // The launcher is the last endpoint.
    for (let self = 0; self <= options.sites; self++) {
      const host = new FakeHost(this, self, options.sites);
      this.hosts.push(host);
      this.syncs.push(createSync(host, options.sync));
    }
  }

  get sites(): Sync[] {
    return this.syncs.slice(0, -1);
  }

  sync(site: number): Sync {
    return this.syncs[site] as Sync;
  }

  host(site: number): FakeHost {
    return this.hosts[site] as FakeHost;
  }

  /** Table entries of all endpoints. */
  get entries(): number {
    return this.syncs.reduce((sum, sync) => sum + sync.entries, 0);
  }

  send(message: Sent): void {
    this.sent.push(message);
    const channel = message.from * 1000 + message.to;
    const queue = this.#channels.get(channel);
    if (queue === undefined) this.#channels.set(channel, [message]);
    else queue.push(message);
  }

  /** Delivers one message of a random channel, or fires a timer; false if there is nothing to do. */
  step(): boolean {
    const channels = this.#ready();
    // Now and then a timer fires although messages are under way: they were slow.
    if (this.#timers.size > 0 && (channels.length === 0 || this.random() < 0.05)) {
      this.#fireNext();
      return true;
    }
    if (channels.length === 0) return false;
    const channel = channels[Math.floor(this.random() * channels.length)] as number;
    const queue = this.#channels.get(channel) as Sent[];
    const message = queue.shift() as Sent;
    if (queue.length === 0) this.#channels.delete(channel);
    this.delivered.push(message);
    const handler = this.host(message.to).handlers.get(message.service) as ServiceHandler;
    if (message.value === undefined) handler.text(message.from, message.text);
    else handler.value(message.from, (message.value as { it: unknown }).it);
    return true;
  }

  /** Runs until the tasks are done and nothing is under way. Throws if they can never be done. */
  async run(...tasks: Promise<unknown>[]): Promise<void> {
    let left = tasks.length;
    for (const task of tasks) {
      const done = (): void => {
        left--;
      };
      task.then(done, done);
    }
    for (;;) {
      for (let turns = Math.floor(this.random() * 4); turns >= 0; turns--) await null;
      if (this.step()) continue;
      for (let turns = 0; turns < 30; turns++) await null;
      if (this.step()) continue;
      if (left > 0) throw new Error(`${left} tasks wait for ever: ${this.#waitingFor()}`);
      break;
    }
    await Promise.all(tasks);
  }

  /** Delivers everything that is under way, without waiting for tasks. */
  async settle(): Promise<void> {
    await this.run();
  }

  after(ms: number, fire: () => void): () => void {
    const timer = { at: this.time + ms, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Resolves in virtual time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** What the lead's host does when a run breaks. */
  failGroup(id: number, error: unknown): void {
    for (const host of this.hosts) host.failGroup(id, error);
  }

  #ready(): number[] {
    const channels = [...this.#channels.keys()];
    if (this.slow === undefined || channels.length < 2 || this.random() < 0.01) return channels;
    const late = this.slow.from * 1000 + this.slow.to;
    return channels.filter((channel) => channel !== late);
  }

  #fireNext(): void {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    if (next === undefined) return;
    this.#timers.delete(next);
    this.time = Math.max(this.time, next.at);
    next.fire();
  }

  #waitingFor(): string {
    return this.hosts.flatMap((host) => host.pending.map((one) => `${host.self}: ${one.completion.label}`)).join("; ");
  }
}

/** A host whose blocking wait pumps the whole network. */
export class FakeHost implements ServiceHost {
  readonly self: number;
  readonly sites: number;
  readonly handlers = new Map<Service, ServiceHandler>();
  group: Group = { id: 0, name: "" };
  #pending = new Set<{ completion: Completion<unknown>; group: Group }>();
  readonly #broken = new Map<number, unknown>();
  readonly #net: FakeNet;

  constructor(net: FakeNet, self: number, sites: number) {
    this.#net = net;
    this.self = self;
    this.sites = sites;
  }

  get mayBlock(): boolean {
    return this.self < this.sites;
  }

  get pending(): { completion: Completion<unknown>; group: Group }[] {
    return [...this.#pending];
  }

  releaseWrites(): void {
    // Nothing: no memory is shared here.
  }

  acquireReads(): undefined {
    return undefined;
  }

  sendText(to: number, service: Service, text: string): void {
    this.#net.send({ from: this.self, to, service, text, value: undefined });
  }

  /** What is under way arrives when the network chooses; a poll that finds nothing is one way for things to go. */
  poll(): void {
    // Nothing.
  }

  sendValue(to: number, service: Service, value: unknown): void {
    this.#net.send({ from: this.self, to, service, text: "", value: structuredClone({ it: value }) });
  }

  on(service: Service, handler: ServiceHandler): void {
    this.handlers.set(service, handler);
  }

  defer(task: () => void): void {
    queueMicrotask(task);
  }

  keepAlive(): void {
    // Nothing but the tests keeps them going.
  }

  pend<T>(label: string, group: Group = this.group): Completion<T> {
    const completion = new Completion<T>(label);
    if (this.#broken.has(group.id)) {
      completion.reject(this.#broken.get(group.id));
      return completion;
    }
    const entry = { completion: completion as Completion<unknown>, group };
    this.#pending.add(entry);
    completion.onSettled(() => this.#pending.delete(entry));
    return completion;
  }

  wait<T>(completion: Completion<T>, timeoutMs?: number, onTimeout?: () => void): T {
    const stop = this.#timer(completion, timeoutMs, onTimeout);
    while (!completion.settled) {
      if (!this.#net.step()) throw new Error(`blocks for ever: ${completion.label}`);
    }
    stop();
    return completion.take();
  }

  waitAsync<T>(completion: Completion<T>, timeoutMs?: number, onTimeout?: () => void): Promise<T> {
    completion.onSettled(this.#timer(completion, timeoutMs, onTimeout));
    return completion.promise();
  }

  now(): number {
    return this.#net.time;
  }

  failGroup(id: number, error: unknown): void {
    if (id !== 0) this.#broken.set(id, error);
    for (const { completion, group } of [...this.#pending]) if (group.id === id) completion.reject(error);
  }

  #timer(completion: Completion<never> | Completion<unknown>, timeoutMs?: number, onTimeout?: () => void): () => void {
    if (timeoutMs === undefined) return () => undefined;
    return this.#net.after(timeoutMs, () => {
      if (completion.settled) return;
      if (onTimeout === undefined) completion.reject(new TimeoutError(`gave up on ${completion.label}`));
      else onTimeout();
    });
  }
}
