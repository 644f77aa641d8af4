import { ClosedError } from "@isles/base";
import type { Transferable } from "@isles/transport";
import type { Endpoint } from "comlink";
import { type Arrival, Inbox } from "./channel-inbox.ts";
import { ListenerTarget, type MessageHandler } from "./channel-listeners.ts";
import { isComlinkRequest, thrownHere } from "./comlink-protocol.ts";
import { ComlinkTraffic } from "./comlink-traffic.ts";

/** What an endpoint needs of its channels. */
export interface EndpointOwner {
  send(endpoint: RpcEndpoint, data: unknown, transfer: readonly Transferable[]): void;
  /** Another endpoint of this channel here is in use by callers. */
  hasOtherCallers(endpoint: RpcEndpoint): boolean;
  defer(task: () => void): void;
  keepAlive(change: 1 | -1): void;
  report(error: unknown): void;
  closed(endpoint: RpcEndpoint): void;
}

type TransferArgument = readonly Transferable[] | { readonly transfer?: readonly Transferable[] } | null;

/**
 * One end of the channel that `name` and the two sites make: what `Comlink.wrap` and `Comlink.expose` take. It behaves
 * as a `MessagePort` of Node does: messages wait until there is a "message" listener or `start()` is called, wait again
 * when the last listener is gone, and while they flow the endpoint keeps the process alive.
 *
 * Several endpoints may be open on one channel: each gets every message, all of them the same object. On a channel to
 * oneself an endpoint does not hear what it says itself, so two of them are the two ends of a pipe.
 *
 * Calls that Comlink has under way when the peer is lost reject with its SiteDownError, and with a ClosedError when the
 * endpoint or the cluster is closed; calls after that reject at once. Other messages are then dropped, as a port does.
 */
export class RpcEndpoint extends ListenerTarget implements Endpoint, Disposable {
  readonly peer: number;
  readonly name: string;
  /** Distinguishes the endpoints of one thread. */
  readonly serial: number;
  readonly #owner: EndpointOwner;
  readonly #inbox: Inbox;
  readonly #traffic = new ComlinkTraffic();
  #referenced = true;
  #keepsAlive = false;
  #closed = false;
  /** Set once nothing can be sent any more. */
  #reason: Error | undefined;

  /** @internal Use `rpc.endpoint(site, name)`. */
  constructor(owner: EndpointOwner, peer: number, name: string, serial: number) {
    super();
    this.#owner = owner;
    this.peer = peer;
    this.name = name;
    this.serial = serial;
    this.#inbox = new Inbox({ defer: (task) => owner.defer(task), deliver: (arrival) => this.#deliver(arrival) });
  }

  /**
   * Sends a structured clone; what is in `transfer` moves. Throws the platform's DataCloneError, with nothing sent. A
   * request of Comlink throws the reason if the endpoint has ended; anything else is then dropped.
   */
  postMessage(message: unknown, transfer?: TransferArgument): void {
    const isRelease = isComlinkRequest(message) && message.type === "RELEASE";
    this.#traffic.posting(message);
    if (this.#reason) {
      // Nobody handles the promise of a release, so throwing there would be an unhandled rejection.
      if (isComlinkRequest(message) && !isRelease) throw this.#reason;
      return;
    }
    // The peer's one `expose` ends with the first RELEASE, whoever else still calls it: only the last caller may say it.
    if (isRelease && this.#owner.hasOtherCallers(this)) return this.close();
    this.#owner.send(this, message, transferList(transfer));
    if (isRelease) this.unref();
    // Comlink still removes its listener and calls the finalizer after this; the port it has in mind closes then.
    if (this.#traffic.posted(message)) queueMicrotask(() => this.close());
  }

  /** Lets the messages flow. Without a "message" listener they are lost, as with a MessagePort. */
  start(): void {
    this.#traffic.started();
    this.#flow(true);
  }

  /** Ends delivery and lets the process end. Idempotent. The peer is not told: other endpoints may be on the channel. */
  close(): void {
    this.end(new ClosedError(`endpoint "${this.name}" to site ${this.peer} was closed here; open it again to use it`));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** As for a MessagePort: open, it keeps the process alive while messages may flow. */
  ref(): void {
    this.#referenced = true;
    this.#updateKeepAlive();
  }

  /** Lets the process end though the endpoint is open. */
  unref(): void {
    this.#referenced = false;
    this.#updateKeepAlive();
  }

  get onmessage(): MessageHandler {
    return this.handler("message");
  }

  /** Setting it starts the flow. */
  set onmessage(handler: MessageHandler) {
    this.setHandler("message", handler);
  }

  get onmessageerror(): MessageHandler {
    return this.handler("messageerror");
  }

  set onmessageerror(handler: MessageHandler) {
    this.setHandler("messageerror", handler);
  }

  /** @internal Listeners here are callers only, nobody that could answer the peer's requests. */
  get onlyCalls(): boolean {
    return this.#inbox.flowing && !this.#traffic.mayAnswer;
  }

  /** @internal As `onlyCalls`, and known from calls that were made. */
  get isCaller(): boolean {
    return this.onlyCalls && this.#traffic.hasCalled;
  }

  /** @internal Somebody here may answer the peer's requests. */
  get mayAnswer(): boolean {
    return this.#traffic.mayAnswer;
  }

  /** @internal A message of the peer. */
  arrive(data: unknown): void {
    this.#inbox.push({ kind: "message", data });
  }

  /** @internal The peer is gone: what came before is still delivered, then the endpoint closes. */
  lose(reason: Error): void {
    if (this.#reason) return;
    this.#reason = reason;
    if (!this.#inbox.flowing && this.#inbox.isEmpty) this.#finish(reason);
    else this.#inbox.push({ kind: "end", reason });
  }

  /** @internal Closes at once; `reason` is what pending calls reject with. */
  end(reason: Error): void {
    this.#reason ??= reason;
    this.#finish(this.#reason);
  }

  protected override report(error: unknown): void {
    this.#owner.report(error);
  }

  protected override listenersChanged(messageListeners: number): void {
    this.#flow(messageListeners > 0);
  }

  #flow(flowing: boolean): void {
    if (this.#closed) return;
    this.#inbox.flow(flowing);
    this.#updateKeepAlive();
  }

  #updateKeepAlive(): void {
    const keepsAlive = this.#inbox.flowing && this.#referenced && !this.#closed;
    if (keepsAlive === this.#keepsAlive) return;
    this.#keepsAlive = keepsAlive;
    this.#owner.keepAlive(keepsAlive ? 1 : -1);
  }

  #deliver(arrival: Arrival): void {
    if (arrival.kind === "end") this.#finish(arrival.reason);
    else this.#show(arrival.data);
  }

  #show(data: unknown): void {
    const ends = this.#traffic.delivering(data);
    this.dispatchEvent(new MessageEvent("message", { data }));
    if (ends) this.close();
  }

  #finish(reason: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox.clear();
    this.#updateKeepAlive();
    this.#owner.closed(this);
    // Not by `defer`: a closed session runs no more tasks, and only a promise of Comlink's waits for these answers.
    queueMicrotask(() => {
      for (const id of this.#traffic.takePending()) this.#show(thrownHere(id, reason));
      this.dispatchEvent(new Event("close"));
    });
  }
}

function transferList(given: TransferArgument | undefined): readonly Transferable[] {
  if (!given) return [];
  return "transfer" in given ? (given.transfer ?? []) : (given as readonly Transferable[]);
}
