import { endpointName, type Times } from "@isles/base";
import type {
  AsyncMemory,
  Condition,
  ConditionAsync,
  Latch,
  LatchAsync,
  Lock,
  LockAsync,
  Memory,
  Semaphore,
  SemaphoreAsync,
  SharedArray,
  SyncAsync,
} from "@isles/dsm";
import type { SiteRpc } from "@isles/rpc";
import type { Member } from "./member.ts";
import { type RemoteControl, SiteMigration } from "./migration/migration.ts";
import type { SiteJob } from "./placement/job.ts";
import type { RunOptions } from "./placement/options.ts";
import type { RemoteRuns } from "./placement/remote-runs.ts";
import type { ArgumentFor, ResultFor } from "./program-types.ts";

/** A part of something of some length: `start` included, `end` not. */
export interface Share {
  readonly start: number;
  readonly end: number;
}

/** The twins of a site's blocking calls. */
export interface SiteAsync extends SyncAsync {
  readonly memory: AsyncMemory;
  lock(name: string): LockAsync;
  semaphore(name: string, permits: number): SemaphoreAsync;
  condition(lock: Lock): ConditionAsync;
  latch(name: string, count: number): LatchAsync;
  /** As `site.run`. A failure that nobody awaits is said as a warning. */
  run<F = unknown>(name: string, args?: ArgumentFor<F>, options?: RunOptions): Promise<ResultFor<F, "async">>;
  /** As `site.start`. */
  start<F = unknown>(
    name: string,
    args?: ArgumentFor<F>,
    options?: RunOptions,
  ): Promise<SiteJob<ResultFor<F, "async">>>;
}

/**
 * Where a function of a program runs: a thread with private memory that shares named arrays with the other sites.
 * Calls block the thread, as a load from memory does; each has a twin under `async` that returns a promise.
 */
export class Site {
  /** 0 … count-1. */
  readonly id: number;
  /** Number of sites. */
  readonly count: number;
  /** The shared arrays. */
  readonly memory: Memory;
  /** Remote procedure calls to the other sites and the launcher. */
  readonly rpc: SiteRpc;
  readonly #member: Member;
  #async: SiteAsync | undefined;
  #migration: SiteMigration | undefined;
  readonly #signal: AbortSignal | (() => AbortSignal);

  /** Made by the runtime for each call. A call that has a signal only if asked for it gives a function. */
  constructor(member: Member, signal: AbortSignal | (() => AbortSignal)) {
    this.#member = member;
    this.#signal = signal;
    this.id = member.endpoint.self;
    this.count = member.endpoint.sites;
    this.memory = member.memory;
    this.rpc = member.rpc;
  }

  /** The same calls as promises. */
  get async(): SiteAsync {
    this.#async ??= this.#makeAsync(); // a site is made for each call, and few use these
    return this.#async;
  }

  /** Processes: start them, list them, wait for them. */
  get migration(): SiteMigration {
    this.#migration ??= this.makeMigration();
    return this.#migration;
  }

  /** `self`: the process that this site is the site of, if it is one's. */
  protected makeMigration(self?: number): SiteMigration {
    return new SiteMigration(this.#member.processes as RemoteControl, self);
  }

  get #runs(): RemoteRuns {
    return this.#member.runs!;
  }

  /** Aborted when the caller gives up the run or the cluster closes. */
  get signal(): AbortSignal {
    return typeof this.#signal === "function" ? this.#signal() : this.#signal;
  }

  /**
   * Runs an exported function of the program on another site, or on this one, and blocks for its result. Where: the site named
   * (`{ site: 2 }`), the one that has most of some data (`{ near: grid.subarray(a, b) }`), or the one with the least to do. It
   * runs there as a remote call does: beside what the site is running, in its waits, so that sites may run functions on each
   * other as deep as they like. Types: `site.run<typeof sumRows>("sumRows", args)`, or the result's alone, `site.run<number>`.
   *
   * Throws what the function throws, UsageError for a function that the program does not export, SiteDownError if the site is
   * lost, the reason of an abort, DeadlockError for a circle of waits.
   */
  run<F = unknown>(name: string, args?: ArgumentFor<F>, options?: RunOptions): ResultFor<F, "blocking"> {
    return this.#runs.run(name, args, options) as ResultFor<F, "blocking">;
  }

  /**
   * The same as a message: begins the function where `run` would, and goes on beside it. Blocks only until it is decided where;
   * `wait()` of the job blocks for the result, `result` is a promise of it. Failures that nobody hears of are warnings.
   */
  start<F = unknown>(name: string, args?: ArgumentFor<F>, options?: RunOptions): SiteJob<ResultFor<F, "async">> {
    return this.#runs.start(name, args, options) as SiteJob<ResultFor<F, "async">>;
  }

  /**
   * This site's contiguous part of `length` items; the parts of all sites differ by at most one item. With `multiple`, parts begin at
   * multiples of so many items and differ by at most that: `share(n, 512)` of float64 gives each site whole pages of 4 KiB. Of an
   * array: its elements, in whole pages, so that no page has two writers.
   */
  share(of: number | SharedArray, multiple: number = isArray(of) ? of.pageElements : 1): Share {
    const length = isArray(of) ? of.length : of;
    if (!Number.isInteger(length) || length < 0)
      throw new RangeError(`share of ${String(length)}: a length is a whole number, 0 or more, or a shared array`);
    if (!Number.isInteger(multiple) || multiple < 1)
      throw new RangeError(`share of ${length} in multiples of ${String(multiple)}: that is a whole number, 1 or more`);
    const units = Math.ceil(length / multiple);
    const start = (site: number) => Math.min(length, Math.floor((units * site) / this.count) * multiple);
    return { start: start(this.id), end: start(this.id + 1) };
  }

  /**
   * Serves the other sites. Call it now and then inside a long loop over raw views: they wait for this site's pages.
   * Throws what would end a wait here: a SiteDownError, the reason of an abort.
   */
  poll(): void {
    this.#member.endpoint.pollForProgram();
  }

  /**
   * Where this site's time has gone since it began, in milliseconds: waiting for pages, locks and barriers, serving others. The
   * difference of two calls tells of what was between them; the rest of that time went into computing (or idling).
   */
  times(): Times {
    return this.#member.endpoint.account.times();
  }

  /**
   * Waits until every site has called it; sites may use several barriers by name. Throws UsageError("BARRIER_FINISHED") if a
   * site has returned from this run's function without doing so, SiteDownError if one threw or is lost.
   */
  barrier(name?: string): void {
    this.#member.sync.barrier(name);
  }

  /** The lock of that name: the same one on every site. */
  lock(name: string): Lock {
    return this.#member.sync.lock(name);
  }

  /** The semaphore of that name, with that many permits to begin with. */
  semaphore(name: string, permits: number): Semaphore {
    return this.#member.sync.semaphore(name, permits);
  }

  /** The condition that belongs to a lock. */
  condition(lock: Lock): Condition {
    return this.#member.sync.condition(lock);
  }

  /** The latch of that name, which opens after `count` count-downs. */
  latch(name: string, count: number): Latch {
    return this.#member.sync.latch(name, count);
  }

  /**
   * Every site's value folded in site order; every site gets the result. Only the `op` that site 0 passes is used, and it must
   * not wait for anything; what it throws, every site's call throws. Calls of one name are matched in the order each site makes
   * them. Errors as for `barrier`.
   */
  reduce<T>(name: string, value: T, op: (a: T, b: T) => T): T {
    return this.#member.sync.reduce(name, value, op);
  }

  /**
   * The value that site `root` gives; the others' are ignored. The root goes on at once, unless more than 64 broadcasts of that
   * name are uncollected by some site. Errors as for `barrier`.
   */
  broadcast<T>(name: string, root: number, value?: T): T {
    return this.#member.sync.broadcast(name, root, value);
  }

  #makeAsync(): SiteAsync {
    const { sync, memory } = this.#member;
    return {
      ...sync.async,
      memory: memory.async,
      lock: (name) => sync.lock(name).async,
      semaphore: (name, permits) => sync.semaphore(name, permits).async,
      condition: (lock) => sync.condition(lock).async,
      latch: (name, count) => sync.latch(name, count).async,
      run: ((name, args, options) => this.#runs.runAsync(name, args, options)) as SiteAsync["run"],
      start: ((name, args, options) => this.#runs.startAsync(name, args, options)) as SiteAsync["start"],
    };
  }

  toString(): string {
    return endpointName(this.id, this.count);
  }
}

function isArray(of: number | SharedArray): of is SharedArray {
  return typeof of === "object" && of !== null;
}
