import type { CollectiveName } from "./wait-reason.ts";

/** A request for a lock. Its site never uses the number again. */
export interface LockClaim {
  readonly site: number;
  readonly req: number;
  readonly isShared: boolean;
}

/** A lock that somebody waits for, as its home sees it. */
export interface LockQueue {
  readonly name: string;
  readonly holders: readonly LockClaim[];
  /** In the order in which they will get it. */
  readonly waiters: readonly LockClaim[];
}

/** A collective of a run. */
export interface CollectiveKey {
  readonly what: CollectiveName;
  readonly name: string;
  /** Id of the run. */
  readonly group: number;
}

/** Calls of a collective that a site has made and that have not been answered. */
export interface CollectiveCalls extends CollectiveKey {
  readonly calls: number;
}

/** The round of a collective that its root is gathering. Who is not among the arrivals is waited for. */
export interface CollectiveRound extends CollectiveKey {
  readonly arrivals: readonly {
    readonly site: number;
    /** Of its call in this round; no other arrival ever has it. */
    readonly serial: number;
    /** Its calls here that have not been answered: this one, and those for later rounds. */
    readonly calls: number;
  }[];
}

/** What one endpoint's synchronisation can tell a deadlock analysis. Plain data; both ends of every wait report it. */
export interface SyncReport {
  /**
   * This endpoint's requests for locks, held or waiting, that only the code that made them will let go. Not those of a call
   * that is over (a lock taken in one call to be let go in another), nor those that a signal may end.
   */
  readonly claims: readonly number[];
  readonly locks: readonly LockQueue[];
  readonly collectives: readonly CollectiveCalls[];
  readonly rounds: readonly CollectiveRound[];
}

/** For whom code of this site runs: a remote call that it answers, or a process that is here. */
export interface AnsweredCall {
  /** It has been answered: what it left behind is nobody's. */
  readonly isOver: boolean;
  /** Its code has looked at its signal, whose listeners run when the caller gives up, even while this thread is blocked. */
  readonly hasSignal: boolean;
  /**
   * Of processes only: whether it is between two steps, and its next one may run inside any wait of this thread, and let go
   * there of what it holds. False while it steps, and while what it waits for needs the event loop. Calls, whose code is
   * buried under the wait, have none.
   */
  readonly isSuspended?: boolean | undefined;
  /** Of processes only: why its code must not begin to wait, if there is a reason. */
  readonly stopReason?: Error | undefined;
}
