import { ClosedError, LimitError, UsageError } from "@isles/base";
import type { Transferable } from "@isles/transport";
import { ChannelBacklog, channelLimits } from "./channel-backlog.ts";
import { type EndpointOwner, RpcEndpoint } from "./channel-endpoint.ts";
import { isComlinkRequest, isRequest, thrownThere } from "./comlink-protocol.ts";
import { ComlinkService, type ServiceMembers } from "./comlink-service.ts";

export { RpcEndpoint } from "./channel-endpoint.ts";

/** What channels need of the session. */
export interface ChannelHost {
  readonly self: number;
  /**
   * First in, first out for each peer; cloned at once; what is in `transfer` moves. Throws the platform's
   * DataCloneError synchronously, with nothing sent. The peer may be oneself.
   */
  post(to: number, name: string, data: unknown, transfer: readonly Transferable[]): void;
  /** Runs code of the program (listeners) where it may run and block, in order. */
  defer(task: () => void): void;
  /** Counts what must keep the process alive. */
  keepAlive(change: 1 | -1): void;
  /** The service that was exposed natively under that name here: its own listed members only. */
  service(name: string): ServiceMembers | undefined;
  /** Reports what a listener has thrown: as an uncaught exception would be, without breaking the session. */
  report(error: unknown): void;
}

interface Channel {
  readonly peer: number;
  readonly endpoints: Set<RpcEndpoint>;
  service: ComlinkService | undefined;
}

/** A message to oneself says who sent it, since every endpoint of the thread but that one hears it. */
interface Loopback {
  readonly sender: number;
  readonly data: unknown;
}

/** The named message channels between this endpoint of the cluster and every other, and to itself. */
export class Channels {
  readonly #host: ChannelHost;
  /** By peer and name, see `key`. Holds what is open or served; empty ones go. */
  readonly #channels = new Map<string, Channel>();
  readonly #backlog = new ChannelBacklog();
  readonly #lost = new Map<number, Error>();
  readonly #owner: EndpointOwner;
  #serial = 0;
  #dropped = 0;
  #closed = false;

  constructor(host: ChannelHost) {
    this.#host = host;
    this.#owner = {
      send: (endpoint, data, transfer) => this.#send(endpoint.peer, endpoint.name, endpoint.serial, data, transfer),
      hasOtherCallers: (endpoint) => this.#others(endpoint).some((other) => other.onlyCalls),
      defer: (task) => host.defer(task),
      keepAlive: (change) => host.keepAlive(change),
      report: (error) => host.report(error),
      closed: (endpoint) => this.#forget(endpoint),
    };
  }

  /** Messages that were malformed or beyond `channelLimits` and so were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Opens one more endpoint on the channel; it gets what has arrived there while nobody had opened it. */
  endpoint(peer: number, name: string): RpcEndpoint {
    this.#check(peer, name);
    const endpoint = new RpcEndpoint(this.#owner, peer, name, ++this.#serial);
    this.#open(peer, name).endpoints.add(endpoint);
    for (const { data } of this.#backlog.take(peer, name)) endpoint.arrive(data);
    const lost = this.#lost.get(peer);
    if (lost) endpoint.lose(lost);
    return endpoint;
  }

  /** A message from the wire; whatever it holds, this does not throw. */
  receive(from: number, name: unknown, data: unknown): void {
    if (this.#closed) return;
    if (typeof name !== "string" || name.length > channelLimits.nameLength) this.#dropped++;
    else if (from !== this.#host.self) this.#dispatch(from, name, data, 0);
    else if (isLoopback(data)) this.#dispatch(from, name, data.data, data.sender);
    else this.#dropped++;
  }

  /** A service was exposed natively under that name: answers the calls that came before it. */
  serviceExposed(name: string): void {
    for (const peer of this.#backlog.peersOf(name)) {
      for (const { data, sender } of this.#backlog.take(peer, name)) this.#dispatch(peer, name, data, sender);
    }
  }

  /** The peer is gone for good: its endpoints deliver what has come and close, pending calls reject with `error`. */
  peerLost(peer: number, error: Error): void {
    if (this.#lost.has(peer)) return;
    this.#lost.set(peer, error);
    for (const channel of [...this.#channels.values()]) {
      if (channel.peer === peer) for (const endpoint of [...channel.endpoints]) endpoint.lose(error);
    }
  }

  /** Closes every endpoint; pending calls reject with a ClosedError. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const error = new ClosedError("the cluster was closed while a call over an rpc endpoint was pending");
    for (const { endpoints } of [...this.#channels.values()])
      for (const endpoint of [...endpoints]) endpoint.end(error);
    this.#channels.clear();
    this.#backlog.clear();
  }

  #dispatch(from: number, name: string, data: unknown, sender: number): void {
    const endpoints = this.#find(from, name)?.endpoints ?? [];
    const hearers = [...endpoints].filter((endpoint) => endpoint.serial !== sender);
    const isServed = this.#serve(from, name, data, hearers);
    for (const endpoint of hearers) endpoint.arrive(data);
    // Whoever only calls the peer will not answer it, but may be about to expose the same name.
    const isHeard = isServed || hearers.some((endpoint) => !isComlinkRequest(data) || !endpoint.isCaller);
    if (isHeard || this.#backlog.keep(from, name, { data, sender })) return;
    this.#dropped++;
    if (isRequest(data)) this.#send(from, name, 0, thrownThere(data.id, this.#limitError(name)), []);
  }

  /**
   * Answers a call to a native service. Endpoints that are open here only to call the peer's service of the same name,
   * as in programs in which every site runs the same code, do not stand in its way; one that answers itself does.
   */
  #serve(from: number, name: string, data: unknown, hearers: readonly RpcEndpoint[]): boolean {
    if (!isRequest(data) || hearers.some((endpoint) => endpoint.mayAnswer)) return false;
    if (!this.#host.service(name) && !this.#find(from, name)?.service) return false;
    const channel = this.#open(from, name);
    channel.service ??= new ComlinkService({
      name,
      members: () => this.#host.service(name),
      post: (answer, transfer) => this.#send(from, name, 0, answer, transfer),
      defer: (task) => this.#host.defer(task),
    });
    channel.service.serve(data);
    return true;
  }

  #send(to: number, name: string, sender: number, data: unknown, transfer: readonly Transferable[]): void {
    if (this.#closed || this.#lost.has(to)) return;
    const loopback: Loopback = { sender, data };
    this.#host.post(to, name, to === this.#host.self ? loopback : data, transfer);
  }

  #find(peer: number, name: string): Channel | undefined {
    return this.#channels.get(key(peer, name));
  }

  #open(peer: number, name: string): Channel {
    const channel = this.#find(peer, name) ?? { peer, endpoints: new Set(), service: undefined };
    this.#channels.set(key(peer, name), channel);
    return channel;
  }

  #forget(endpoint: RpcEndpoint): void {
    const channel = this.#find(endpoint.peer, endpoint.name);
    channel?.endpoints.delete(endpoint);
    if (channel?.endpoints.size === 0 && !channel.service) this.#channels.delete(key(endpoint.peer, endpoint.name));
  }

  #others(endpoint: RpcEndpoint): RpcEndpoint[] {
    const endpoints = this.#find(endpoint.peer, endpoint.name)?.endpoints ?? [];
    return [...endpoints].filter((other) => other !== endpoint);
  }

  #check(peer: number, name: string): void {
    if (this.#closed) throw new ClosedError(`cannot open endpoint "${name}": the cluster is closed`);
    if (!Number.isSafeInteger(peer) || peer < 0) {
      throw new UsageError("BAD_ARGUMENT", `endpoint(site, name): site must be a site's id, not ${String(peer)}`);
    }
    if (typeof name === "string" && name.length <= channelLimits.nameLength) return;
    const limit = `a string of at most ${channelLimits.nameLength} characters`;
    throw new UsageError(
      "BAD_ARGUMENT",
      `endpoint(site, name): name must be ${limit}, not ${String(name).slice(0, 100)}`,
    );
  }

  #limitError(name: string): LimitError {
    const { keptMessagesPerChannel, keptChannelsPerPeer } = channelLimits;
    const limits = `${keptMessagesPerChannel} messages of one name and ${keptChannelsPerPeer} names of one caller`;
    const where = `site ${this.#host.self} has neither opened an endpoint nor exposed a service "${name}" for you`;
    return new LimitError(`${where}, and keeps at most ${limits}; expose it before it is called that often`);
  }
}

/** A peer is a number, so the first colon ends it whatever the name holds. */
function key(peer: number, name: string): string {
  return `${peer}:${name}`;
}

function isLoopback(data: unknown): data is Loopback {
  return (
    typeof data === "object" && data !== null && "sender" in data && typeof data.sender === "number" && "data" in data
  );
}
