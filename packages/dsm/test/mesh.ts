import type { Message, MessageClass, Port, Receiver } from "@isles/transport";
import { Endpoint } from "../src/endpoint.ts";
import { Memory } from "../src/memory.ts";
import { Registry } from "../src/registry.ts";
import { RegistryService } from "../src/registry-service.ts";
import { createSync, type Sync } from "../src/sync/index.ts";

export interface MeshOptions {
  readonly sites: number;
  readonly debug?: boolean;
  readonly pageSize?: number;
  /** Bodies that a pair's ring holds; 0 sends every page as a frame. Default 8, so that both ways are taken. */
  readonly ring?: number;
  /** Default: the registry's. */
  readonly homeMoveAfter?: number;
  /** Stands between an endpoint and its port. */
  readonly wrapPort?: (port: Port) => Port;
}

export interface MeshMember {
  readonly endpoint: Endpoint;
  readonly memory: Memory;
  readonly sync: Sync;
}

/** Rounds in which nobody says anything before a wait is declared hopeless: a hundred virtual seconds. */
const PATIENCE = 200;

/**
 * A cluster on one thread, for tests without luck: whenever a site blocks, the others are polled until it can go on. Time
 * is virtual and passes only while everybody is silent, so timeouts cost nothing and a deadlock is an error at once.
 */
export class Mesh {
  readonly members: MeshMember[] = [];
  /** Milliseconds. */
  time = 0;
  readonly #ports: MeshPort[] = [];
  #idleRounds = 0;

  constructor({ sites, debug = false, pageSize = 4_096, ring = 8, homeMoveAfter, wrapPort }: MeshOptions) {
    for (let self = 0; self <= sites; self++) {
      const isLauncher = self === sites;
      const endpoint = new Endpoint({
        onBroken: (error) => {
          throw error;
        },
        sites,
        mayBlock: !isLauncher,
        now: () => this.time,
        connect: (receiver) => {
          const port = new MeshPort(this, self, sites + 1, ring, receiver);
          this.#ports.push(port);
          return wrapPort?.(port) ?? port;
        },
      });
      const registry = new RegistryService(endpoint, isLauncher ? new Registry(sites, pageSize, homeMoveAfter) : null);
      const sync = createSync(endpoint);
      this.members.push({ endpoint, sync, memory: new Memory({ endpoint, words: sync.words, debug }, registry) });
    }
  }

  get launcher(): MeshMember {
    return this.members.at(-1)!;
  }

  memory(site: number): Memory {
    return this.members[site]!.memory;
  }

  port(endpoint: number): MeshPort {
    return this.#ports[endpoint]!;
  }

  /** Polls everybody (but one who waits) once. */
  pump(but = -1): boolean {
    let moved = false;
    for (const [self, { endpoint }] of this.members.entries()) {
      if (self === but || !this.port(self).hasMail()) continue;
      moved = true;
      endpoint.poll();
    }
    return moved;
  }

  /** Until nobody has anything to say. */
  settle(): void {
    while (this.pump());
  }

  /** A blocked endpoint's wait: the others go on; if there is nothing to do for anybody, time passes. */
  wait(self: number, timeoutMs: number): void {
    if (this.pump(self) || this.port(self).hasMail()) {
      this.#idleRounds = 0;
      return;
    }
    this.time += timeoutMs;
    if (++this.#idleRounds > PATIENCE)
      throw new Error(`deadlock: endpoint ${self} waits and nobody has anything to say`);
  }

  /** An asynchronous call's outcome: everybody is polled until it is there. */
  async outcome<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    let lastMoved = performance.now(); // asynchronous timeouts are the platform's, in real time
    while (!settled) {
      if (this.pump()) lastMoved = performance.now();
      if (performance.now() - lastMoved > 15_000)
        throw new Error("deadlock: an asynchronous call waits and nobody has anything to say");
      await new Promise((resolve) => setImmediate(resolve));
    }
    return promise;
  }
}

export class MeshPort implements Port {
  readonly self: number;
  readonly endpoints: number;
  /** Page bodies that went through rings, and that did not fit. */
  ringed = 0;
  refused = 0;
  readonly #mesh: Mesh;
  readonly #receiver: Receiver;
  readonly #ring: number;
  readonly #unsent: { to: number; message: Message }[] = [];
  readonly #mail: { from: number; message: Message }[] = [];
  readonly #bodies: Uint8Array[][];

  constructor(mesh: Mesh, self: number, endpoints: number, ring: number, receiver: Receiver) {
    this.#mesh = mesh;
    this.self = self;
    this.endpoints = endpoints;
    this.#ring = ring;
    this.#receiver = receiver;
    this.#bodies = Array.from({ length: endpoints }, () => []);
  }

  send(to: number, message: Message, _class: MessageClass): void {
    this.#unsent.push({ to, message });
  }

  post(to: number, message: object, _class: MessageClass): void {
    const copy = structuredClone(message);
    this.flush();
    this.#mesh.port(to).#mail.push({ from: this.self, message: copy });
  }

  flush(): void {
    for (const { to, message } of this.#unsent.splice(0)) this.#mesh.port(to).#mail.push({ from: this.self, message });
  }

  poll(): number {
    let delivered = 0;
    for (let next = this.#mail.shift(); next !== undefined; next = this.#mail.shift()) {
      delivered++;
      this.#receiver.receive(next.from, next.message);
    }
    this.flush();
    return delivered;
  }

  hasMail(): boolean {
    return this.#mail.length > 0;
  }

  readonly crowded = false;

  wait(timeoutMs: number): void {
    this.flush();
    if (!this.hasMail()) this.#mesh.wait(this.self, timeoutMs);
  }

  putBody(to: number, bytes: Uint8Array, at: number, length: number): number {
    const ring = this.#mesh.port(to).#bodies[this.self]!;
    if (ring.length >= this.#ring) {
      this.refused++;
      return -1;
    }
    this.ringed++;
    ring.push(bytes.slice(at, at + length));
    return this.ringed & 0xffff;
  }

  takeBody(from: number, _granule: number, length: number, into: Uint8Array | null, at: number): void {
    const body = this.#bodies[from]!.shift();
    if (body?.length !== length) throw new Error(`a body of ${body?.length} bytes where ${length} were due`);
    into?.set(body, at);
  }

  close(): void {}
}
