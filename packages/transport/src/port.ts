import type { TransferListItem } from "node:worker_threads";
import type { EndpointId } from "@isles/base";

/** What can move to another thread instead of being copied: an ArrayBuffer, a MessagePort, … */
export type Transferable = TransferListItem;

/**
 * What a message is for, in the order in which a transport with priorities must let them pass: a response is never
 * stuck behind a request. Over reliable unbounded channels all three share one queue and the class is only counted.
 */
export const MessageClass = { Request: 0, Forward: 1, Response: 2 } as const;
export type MessageClass = (typeof MessageClass)[keyof typeof MessageClass];

/** Anything that structured clone takes. Strings are much the cheapest. */
export type Message = string | object;

/** Who is told what arrives. Called at poll points only, never from inside a send. */
export interface Receiver {
  receive(from: EndpointId, message: Message): void;
}

/**
 * One endpoint's end of the transport: a channel to every other endpoint.
 *
 * Guarantees, which the compliance suite in `@isles/testkit` checks for every adapter:
 * - *reliable FIFO per ordered pair*: what A sends to B arrives at B once and in the order sent; nothing is promised
 *   between different pairs;
 * - *never blocks*: `send` queues without bound, so no message ever waits for protocol state;
 * - *delivery at poll points*: `poll()` and, while the thread is in its event loop, the platform's own message events.
 *   A receiver is never entered while it is running;
 * - *close*: after `close()` nothing is sent or delivered, and nothing of the port keeps the process alive. Messages
 *   sent before the close may still arrive at the peer;
 * - *peer loss* is not seen here: whoever owns the endpoints' threads (the launcher) tells the survivors with a message,
 *   and a send to a lost peer is dropped.
 */
export interface Port {
  readonly self: EndpointId;
  readonly endpoints: number;
  /** Queues a message for `to`; it leaves at the next `flush`. */
  send(to: EndpointId, message: Message, messageClass: MessageClass): void;
  /**
   * Sends a value at once, after everything queued for `to`. Throws the platform's DataCloneError, with nothing sent,
   * if it cannot be cloned. What is in `transfer` moves there instead of being copied.
   */
  post(to: EndpointId, message: object, messageClass: MessageClass, transfer?: readonly Transferable[]): void;
  /** Posts what is queued, one platform message per peer. */
  flush(): void;
  /** Delivers everything that has arrived, then flushes. Returns the number of platform messages delivered. */
  poll(): number;
  /** Cheap test whether `poll` may find something. */
  hasMail(): boolean;
  /** More threads of the cluster run than there are cores: whoever only waits should sleep rather than spin. */
  readonly crowded: boolean;
  /** Blocks the thread until something may have arrived or `timeoutMs` has passed. Only where the thread may block. */
  wait(timeoutMs: number): void;
  /** Copies a page body where the receiver can fetch it; returns its granule, or -1 if there is no room for it now. */
  putBody(to: EndpointId, bytes: Uint8Array, at: number, length: number): number;
  /** Fetches a body sent by `from` (into nothing if `into` is null) and gives its room back. In the order sent. */
  takeBody(from: EndpointId, granule: number, length: number, into: Uint8Array | null, at: number): void;
  close(): void;
}
