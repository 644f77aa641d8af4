import { Completion, SiteDownError } from "@isles/base";
import { type Group, Service, type ServiceHandler, type ServiceHost, type Transferable } from "@isles/transport";
import { expect, vi } from "vitest";
import { type NodeOptions, RpcNode } from "../src/node.ts";
import { RpcFace } from "../src/rpc.ts";
import type { SiteRpc } from "../src/types.ts";

/** A message under way, as the tests count them. `value` is undefined for texts. */
export interface Sent {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly value: { readonly it: unknown } | undefined;
}

export interface NetOptions extends Omit<NodeOptions, "randomKey" | "report"> {
  readonly sites?: number;
  readonly seed?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: tests of what arrives, not of types
export type Any = any;

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

/** Turns of the microtask queue after which nothing more comes of what has been delivered. */
const QUIET_TURNS = 60;

/**
 * Several endpoints' RPC on one thread, joined by channels that are first in, first out for each ordered pair. One seed
 * decides which channel delivers next and how far continuations run in between; nothing else does, so a seed is a whole run.
 */
export class FakeNet {
  readonly hosts: FakeHost[] = [];
  readonly nodes: RpcNode[] = [];
  readonly faces: SiteRpc[] = [];
  /** Everything that was sent, in order. */
  readonly sent: Sent[] = [];
  /** What was reported because nobody else would hear of it. */
  readonly reported: { at: number; what: string; error: unknown }[] = [];
  /** Milliseconds. */
  time = 0;
  readonly random: () => number;
  readonly #channels = new Map<number, Sent[]>();

  constructor({ sites = 3, seed = 1, ...options }: NetOptions = {}) {
    this.random = prng(seed);
    // The launcher is the last endpoint.
    for (let self = 0; self <= sites; self++) {
      const host = new FakeHost(this, self, sites);
      const node = new RpcNode(host, {
        ...options,
        randomKey: () => Math.floor(this.random() * 2 ** 32),
        report: (what, error) => void this.reported.push({ at: self, what, error }),
      });
      this.hosts.push(host);
      this.nodes.push(node);
      this.faces.push(new RpcFace(node) as unknown as SiteRpc);
    }
  }

  node(self: number): RpcNode {
    return this.nodes[self]!;
  }

  rpc(self: number): SiteRpc {
    return this.faces[self]!;
  }

  /** A stub without types. */
  stub(at: number, of: number, name: string): Any {
    return this.rpc(at).stub(of, name);
  }

  /** Table entries of all endpoints. */
  get entries(): number {
    return this.nodes.reduce((sum, { entries }) => sum + entries, 0);
  }

  get alive(): number {
    return this.hosts.reduce((sum, { alive }) => sum + alive, 0);
  }

  send(message: Sent): void {
    if (this.hosts[message.from]!.isDead || this.hosts[message.to]!.isDead) return;
    this.sent.push(message);
    const channel = message.from * 1000 + message.to;
    const queue = this.#channels.get(channel);
    if (queue === undefined) this.#channels.set(channel, [message]);
    else queue.push(message);
  }

  /** Delivers one message of a random channel; false if there is none. */
  step(): boolean {
    const channels = [...this.#channels.keys()];
    if (channels.length === 0) return false;
    const channel = channels[Math.floor(this.random() * channels.length)]!;
    const queue = this.#channels.get(channel)!;
    const message = queue.shift()!;
    if (queue.length === 0) this.#channels.delete(channel);
    this.hosts[message.to]!.deliver(message);
    return true;
  }

  /** Runs until the tasks are done and nothing is under way. Throws if they can never be done. */
  async run<T extends unknown[]>(...tasks: T): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
    let left = tasks.length;
    for (const task of tasks) {
      const done = (): void => {
        left--;
      };
      Promise.resolve(task).then(done, done);
    }
    for (;;) {
      await turns(Math.floor(this.random() * 6));
      if (this.step()) continue;
      await turns(QUIET_TURNS);
      if (this.step()) continue;
      if (left > 0) throw new Error(`${left} of ${tasks.length} tasks wait for ever`);
      return (await Promise.all(tasks)) as { -readonly [I in keyof T]: Awaited<T[I]> };
    }
  }

  /** Delivers everything that is under way, without waiting for tasks. */
  async settle(): Promise<void> {
    await this.run();
  }

  /** The error of a call that must fail. */
  async failure(task: PromiseLike<unknown>): Promise<Any> {
    const [outcome] = await this.run(
      Promise.resolve(task).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      ),
    );
    if ("error" in outcome) return outcome.error;
    throw new Error(`it did not fail, but gave ${String(outcome.value)}`);
  }

  /** Time passes; with faked timers, they fire. */
  async advance(ms: number): Promise<void> {
    this.time += ms;
    vi.advanceTimersByTime(ms);
    await this.settle();
  }

  /** A site dies: what is under way from it and to it is lost. */
  lose(site: number): void {
    this.hosts[site]!.isDead = true;
    for (const channel of [...this.#channels.keys()])
      if (Math.floor(channel / 1000) === site || channel % 1000 === site) this.#channels.delete(channel);
    for (const [self, node] of this.nodes.entries())
      if (self !== site) node.peerLost(site, new SiteDownError(site, `site ${site} exited`));
  }

  /** Nothing is left of what has been, at the endpoints that live. */
  expectClean(): void {
    const living = this.hosts.filter(({ isDead }) => !isDead);
    expect(living.map(({ self }) => this.node(self).entries)).toEqual(living.map(() => 0));
    expect(living.map(({ alive }) => alive)).toEqual(living.map(() => 0));
  }
}

export class FakeHost implements ServiceHost {
  readonly self: number;
  readonly sites: number;
  readonly mayBlock = false;
  readonly group: Group = { id: 0, name: "" };
  alive = 0;
  isDead = false;
  readonly #net: FakeNet;
  #handler: ServiceHandler | undefined;

  constructor(net: FakeNet, self: number, sites: number) {
    this.#net = net;
    this.self = self;
    this.sites = sites;
  }

  get handler(): ServiceHandler {
    return this.#handler!;
  }

  deliver({ from, text, value }: Sent): void {
    if (value === undefined) this.handler.text(from, text);
    else this.handler.value(from, value.it);
    // Endpoints send what a delivery has set off at the end of it; other hosts leave that to the end of the tick.
    if (this.#net.random() < 0.5) this.handler.flush?.();
  }

  releaseWrites(): void {
    // Nothing: no memory is shared here.
  }

  acquireReads(): undefined {
    return undefined;
  }

  sendText(to: number, _service: Service, text: string): void {
    this.#net.send({ from: this.self, to, text, value: undefined });
  }

  sendValue(to: number, _service: Service, value: unknown, transfer?: readonly Transferable[]): void {
    const copy = structuredClone({ it: value }, { transfer: [...(transfer ?? [])] as ArrayBuffer[] });
    this.#net.send({ from: this.self, to, text: "", value: copy });
  }

  on(service: Service, handler: ServiceHandler): void {
    if (service === Service.Rpc) this.#handler = handler;
  }

  defer(task: () => void): void {
    queueMicrotask(task);
  }

  keepAlive(change: 1 | -1): void {
    this.alive += change;
    if (this.alive < 0) throw new Error("keepAlive was let go more often than taken");
  }

  readonly now = (): number => this.#net.time;

  poll(): void {
    throw new Error("nothing polls here");
  }

  pend<T>(label: string): Completion<T> {
    return new Completion<T>(label);
  }

  wait(): never {
    throw new Error("nothing blocks here");
  }

  waitAsync<T>(completion: Completion<T>): Promise<T> {
    return completion.promise();
  }
}

/** Lets continuations run. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await null;
}
