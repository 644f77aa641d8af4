/**
 * Synchronisation between sites: locks, conditions, semaphores, latches, barriers, reductions, broadcasts, and waiting on words
 * of shared memory. Built on nothing but a {@link ServiceHost}: messages between endpoints, in order, and completions.
 *
 * Each service is a manager (who holds, who waits; lives at the name's home, knows no host) and a client (the rest). It is not
 * a lock service for processes outside the cluster, and it keeps nothing when the cluster is gone.
 *
 * ```ts
 * const sync = createSync(host);
 * using held = sync.lock("x").acquire();
 * ```
 */
import { type AnsweredCall, type Completion, Spending, type SyncReport } from "@isles/base";
import type { Group, ServiceHost } from "@isles/transport";
import { type Codec, identityCodec } from "./collective-values.ts";
import { Collectives } from "./collectives.ts";
import { Condition, ConditionClient } from "./condition.ts";
import { Latch, LatchClient } from "./latch.ts";
import { Lock } from "./lock.ts";
import { LockClient } from "./lock-client.ts";
import {
  type DepartureOptions,
  type Holdings,
  type SyncArrival,
  type SyncDeparture,
  type SyncLuggage,
  SyncMoves,
} from "./moves.ts";
import type { Outcome } from "./roster.ts";
import { Semaphore, SemaphoreClient } from "./semaphore.ts";
import type { SyncStats } from "./stats.ts";
import { checkName, checkOperator, Waits } from "./waits.ts";
import { Words } from "./words.ts";

export { broadcastRounds } from "./broadcast.ts";
export type { Codec } from "./collective-values.ts";
export type { Condition, ConditionAsync } from "./condition.ts";
export type { Held } from "./held.ts";
export type { Latch, LatchAsync } from "./latch.ts";
export type { AcquireOptions, Lock, LockAsync } from "./lock.ts";
export type { LockMode } from "./lock-manager.ts";
export type {
  DepartureOptions,
  Holdings,
  SyncArrival,
  SyncDeparture,
  SyncDescription,
  SyncLuggage,
} from "./moves.ts";
export type { Outcome } from "./roster.ts";
export type { Permit, Semaphore, SemaphoreAsync } from "./semaphore.ts";
export type { SyncStats } from "./stats.ts";
export type { WaitOptions } from "./waits.ts";
export type { Words, WordWait } from "./words.ts";

/** The collective calls for code that must not block. */
export interface SyncAsync {
  barrier(name?: string): Promise<void>;
  reduce<T>(name: string, value: T, op: (a: T, b: T) => T): Promise<T>;
  broadcast<T>(name: string, root: number, value?: T): Promise<T>;
}

/** What one endpoint offers its programs, and what its run loop must tell it. */
export interface Sync {
  /**
   * Waits until every site has called it. Throws UsageError("BARRIER_FINISHED") if a site has returned from this run's function
   * without doing so, SiteDownError if one threw.
   */
  barrier(name?: string): void;
  /** The lock of that name, the same on every site and in every run. Costs nothing until used. */
  lock(name: string): Lock;
  /** The semaphore of that name in this run, which starts with `permits`. Costs nothing until used. */
  semaphore(name: string, permits: number): Semaphore;
  /** The condition variable of a lock; there is one per lock. */
  condition(lock: Lock): Condition;
  /** The latch of that name in this run, which opens after `n` count-downs. Costs nothing until used. */
  latch(name: string, n: number): Latch;
  /**
   * Folds every site's value, in site order, with the `op` that site 0 passed; every site gets the result. Values are copied as
   * by structured clone. `op` must not wait for anything; what it throws, every site's call throws. Errors as for barrier, with
   * REDUCE_FINISHED.
   */
  reduce<T>(name: string, value: T, op: (a: T, b: T) => T): T;
  /**
   * Every site gets the `value` that site `root` passed. The root goes on at once, unless more than 64 rounds of this name are
   * uncollected by some site. Throws MismatchError where sites name different roots, at the latest in the next call of that name. Errors as for barrier,
   * with BROADCAST_FINISHED.
   */
  broadcast<T>(name: string, root: number, value?: T): T;
  readonly async: SyncAsync;
  readonly processes: ProcessSync;
  readonly words: Words;
  readonly stats: Readonly<SyncStats>;
  /** Table entries kept at this moment, of all services. Goes back to a constant when nobody holds or waits for anything. */
  readonly entries: number;
  /** What the deadlock analysis needs to know of this endpoint. */
  report(): SyncReport;
  /** A function of the group starts on this site. Before its first synchronisation call. */
  runStarted(group: Group): void;
  /** It has ended: releases its locks, ends what it left pending, and tells those who would wait for it in vain. */
  runFinished(group: Group, outcome: Outcome): void;
  /** The run is over on every site: forgets everything about it. */
  groupEnded(groupId: number): void;
}

/** What a process holds and how that goes with it. `owner` stands for the process at this site, as `answering` gives it. */
export interface ProcessSync {
  /** What it holds and waits for at this moment: for messages, and for whoever decides whether it can move. */
  ownedBy(owner: AnsweredCall): Holdings;
  /**
   * Whether code that cannot go on before the thread's present wait ends holds a lock here: who runs inside that wait and wants
   * the same lock is refused (LOCK_HELD_HERE).
   */
  readonly isHolding: boolean;
  /** The process is over: lets go of every lock that it holds and gives up every wait. Permits stay taken, as they do when a function ends. */
  endOwner(owner: AnsweredCall): void;
  /** For one image of the suspended process. It changes nothing here: the process may go on as if there were no image. */
  departing(owner: AnsweredCall, options: DepartureOptions): SyncDeparture;
  /** For the process of an image that has come: until `commit()` it holds nothing, and nobody hears of it. */
  arriving(owner: AnsweredCall, luggage: SyncLuggage): SyncArrival;
  /** The process of the last image now runs elsewhere: forgets what went along, without a word to anybody. */
  departed(owner: AnsweredCall): void;
}

/** Options of {@link createSync}. */
export interface SyncOptions {
  /** Translates values of reduce and broadcast for travel. Default: structured clone as it is. */
  readonly codec?: Codec;
  /**
   * The remote call that the code running now answers, or the process whose step it is; undefined if it certainly is neither. Where that cannot be told, as
   * after an `await`, one that stands for all that it may be. Default: there are no such calls.
   */
  readonly answering?: () => AnsweredCall | undefined;
}

/** Starts the synchronisation services of an endpoint. Once per host, on every endpoint, before the first message arrives. */
export function createSync(host: ServiceHost, options: SyncOptions = {}): Sync {
  const waits = new Waits(host, options.answering);
  const locks = new LockClient(waits);
  const conditions = new ConditionClient(locks);
  const semaphores = new SemaphoreClient(waits);
  const latches = new LatchClient(waits);
  const words = new Words(waits);
  const collectives = new Collectives(waits, options.codec ?? identityCodec);

  const blockIn = (call: string): void => waits.mustBlock(`${call}()`, `async.${call}()`);
  const together = <T>(completion: Completion<T>): T => waits.block(completion, undefined, undefined, Spending.Barrier);
  return {
    barrier: (name = "") => {
      blockIn("barrier");
      checkName("barrier", name);
      host.releaseWrites();
      together(collectives.barrier(name));
    },
    lock: (name) => new Lock(locks, checkName("lock", name)),
    semaphore: (name, permits) => new Semaphore(semaphores, checkName("semaphore", name), permits),
    condition: (lock) => new Condition(conditions, lock),
    latch: (name, n) => new Latch(latches, checkName("latch", name), n),
    reduce: (name, value, op) => {
      blockIn("reduce");
      checkName("reduce", name);
      checkOperator(name, op);
      host.releaseWrites();
      return together(collectives.reduce(name, value, op));
    },
    broadcast: (name, root, value) => {
      blockIn("broadcast");
      checkName("broadcast", name);
      host.releaseWrites();
      return together(collectives.broadcast(name, root, value));
    },
    async: {
      barrier: (name = "") => waits.laterReleased(() => collectives.barrier(name)),
      reduce: (name, value, op) => waits.laterReleased(() => collectives.reduce(name, value, op)),
      broadcast: (name, root, value) => waits.laterReleased(() => collectives.broadcast(name, root, value)),
    },
    processes: new SyncMoves({ locks, conditions, semaphores, latches }),
    words,
    stats: waits.stats,
    get entries() {
      const atHome = locks.manager.size + conditions.manager.size + semaphores.manager.size + latches.manager.size;
      const here = locks.size + conditions.size + semaphores.size + latches.size;
      return atHome + here + words.size + words.manager.size + collectives.size;
    },
    report: () => ({
      claims: locks.ongoing(),
      locks: locks.manager.queues(),
      collectives: collectives.unanswered(),
      rounds: collectives.rounds(),
    }),
    runStarted: (group) => collectives.roster.started(group),
    runFinished: (group, outcome) => {
      const ended = collectives.roster.finished(group, outcome);
      if (ended === undefined) return;
      locks.endGroup(group.id);
      semaphores.endGroup(group.id);
      latches.endGroup(group.id);
      // A site of a run that reached a collective and left without awaiting it has still taken part: it may count. Among
      // singly started functions it must not count for whatever runs here next.
      if (group.id === 0) collectives.endGroup(group.id);
      collectives.roster.announce(group, ended);
    },
    groupEnded: (groupId) => {
      locks.endGroup(groupId);
      semaphores.groupEnded(groupId);
      latches.groupEnded(groupId);
      collectives.groupEnded(groupId);
    },
  };
}
