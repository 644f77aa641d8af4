import type { Completion, Spending } from "@isles/base";
import type { Transferable } from "./port.ts";

/** What a service (locks, barriers, …) is told of what peers send it. Runs at poll points; must not block. */
export interface ServiceHandler {
  text(from: number, text: string): void;
  value(from: number, value: unknown): void;
  /** Sends what the service has gathered. Called before the thread waits and at every poll point. */
  flush?(): void;
}

/** A run: the sites that execute one `runAll` together, or everything that was started singly (`id` 0, `name` ""). */
export interface Group {
  /** 0 for singly started functions; otherwise unique in the cluster's life. */
  readonly id: number;
  /** Name of the function being run by `runAll`, for messages. */
  readonly name: string;
}

/**
 * What one endpoint offers the services that run on it. Endpoints 0 … sites-1 are sites; endpoint `sites` is the launcher.
 * Messages to one endpoint arrive in the order sent, whatever their service or kind (text or value), and a message to
 * oneself goes through a loopback queue with the same order. `send*` never blocks and never calls a handler in the caller's stack.
 */
export interface ServiceHost {
  readonly self: number;
  readonly sites: number;
  /** False on the launcher's thread. */
  readonly mayBlock: boolean;
  /** The run this site's code belongs to at this moment. */
  readonly group: Group;
  sendText(to: number, service: Service, text: string): void;
  /** Delivers what has arrived by now. Not to be called from a handler. */
  poll(): void;
  /** Structured clone; dearer than text. What is in `transfer` moves there; throws the platform's DataCloneError. */
  sendValue(to: number, service: Service, value: unknown, transfer?: readonly Transferable[]): void;
  on(service: Service, handler: ServiceHandler): void;
  /**
   * Runs code of the program (a call that came in) where such code may run and block: in the order given, not inside a
   * delivery but when the thread next waits for a service, polls by `site.poll()`, or is back in its event loop.
   */
  defer(task: () => void): void;
  /** Counts what is under way here and must keep the process alive while its thread is otherwise idle. */
  keepAlive(change: 1 | -1): void;
  /**
   * A completion that peer loss, a broken run or `close()` rejects by itself: a waiter that is registered here cannot
   * hang. `group` (default: the current one) says which run's failure concerns it.
   */
  pend<T>(label: string, group?: Group): Completion<T>;
  /**
   * Blocks this thread until the completion settles, serving everybody meanwhile; returns its value or throws its error.
   * Throws WouldBlockError(call, twin) on the launcher's thread.
   * After `timeoutMs` (default: no limit) it rejects with TimeoutError unless `onTimeout` settles it differently. The time
   * counts as spent on `spending` (default: Other).
   */
  wait<T>(completion: Completion<T>, timeoutMs?: number, onTimeout?: () => void, spending?: Spending): T;
  /** The asynchronous twin of `wait`. */
  waitAsync<T>(completion: Completion<T>, timeoutMs?: number, onTimeout?: () => void): Promise<T>;
  /**
   * What this thread has written becomes known, where consistency promises that only for now: to be called before anything that
   * tells others something in the program's name (an unlock, a call, an answer). May block, though not where the thread must not.
   */
  releaseWrites(): void;
  /**
   * What others have told is heard: what they wrote before is seen from now on, or, where something is returned, from when that is
   * settled. `wait`, `waitAsync` and deferred tasks have done so; for results that reach the program in another way.
   */
  acquireReads(): Completion<void> | undefined;
  /** Milliseconds, monotonic. */
  now(): number;
}

/** Who a message is for on the other side. One code unit on the wire. */
export const Service = {
  Coherence: 1,
  Page: 2,
  Lock: 3,
  Collective: 4,
  Semaphore: 5,
  Condition: 6,
  Latch: 7,
  WordWait: 8,
  Registry: 9,
  Control: 10,
  Home: 11,
  Rpc: 12,
  PageMove: 13,
  Residence: 14,
  Process: 15,
  Atomic: 16,
} as const;
export type Service = (typeof Service)[keyof typeof Service];
