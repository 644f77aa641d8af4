import type { LockMode } from "./lock-manager.ts";

/**
 * A lock this site holds: `using held = lock.acquire()` lets go at the end of the block, whatever happens in it.
 * As in Web Locks, a hold also ends with the function that took it.
 */
export interface Held {
  readonly name: string;
  readonly mode: LockMode;
  /**
   * Grows with every grant of this lock: a fencing token (Kleppmann, "How to do distributed locking") with which a resource
   * can refuse a holder that was overtaken.
   */
  readonly token: number;
  /** Throws UsageError("LOCK_NOT_HELD") the second time. Does not wait. */
  release(): void;
  /** Lets go unless that has been done. */
  [Symbol.dispose](): void;
}
