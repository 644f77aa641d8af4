import { EndedGroups } from "./ended-groups.ts";
import { dropGroup, groupOf, requestKey } from "./text.ts";

export interface SemaphoreOut {
  grant(to: number, req: number): void;
  denied(to: number, req: number): void;
  cancelled(to: number, req: number): void;
  /** `declared`: what others said. `req` 0 answers a release. */
  mismatch(to: number, req: number, declared: number, key: string): void;
}

/** What a request says of its semaphore: everybody says how many permits it starts with. */
export interface SemaphoreUse {
  readonly site: number;
  /** 0 for a release. */
  readonly req: number;
  readonly key: string;
  readonly permits: number;
  /** Permits wanted or given. */
  readonly n: number;
}

interface State {
  readonly permits: number;
  available: number;
  /** Oldest first. Only the oldest may be granted, however little the others want. */
  readonly queue: Set<Waiter>;
}

interface Waiter {
  readonly site: number;
  readonly req: number;
  readonly n: number;
  readonly state: State;
}

/** Idle semaphores that are remembered, only to detect two sites that declare one with different permits. */
const idleMax = 4096;

/** Counts the permits of the semaphores whose home is this endpoint (Dijkstra 1965). First come, first served. */
export class SemaphoreManager {
  readonly #out: SemaphoreOut;
  readonly #busy = new Map<string, State>();
  /** Nobody holds or waits; least recently used first. */
  readonly #idle = new Map<string, State>();
  readonly #waiting = new Map<number, Waiter & { readonly key: string }>();
  readonly #ended = new EndedGroups();

  constructor(out: SemaphoreOut) {
    this.#out = out;
  }

  /** Semaphores of which a permit is out, or that somebody waits for. */
  get size(): number {
    return this.#busy.size;
  }

  acquire(use: SemaphoreUse, queue: boolean): void {
    const { site, req, key, n } = use;
    const state = this.#use(use);
    if (state === undefined) return;
    if (state.queue.size === 0 && state.available >= n) {
      state.available -= n;
      this.#out.grant(site, req);
    } else if (queue) {
      const waiter = { site, req, n, state, key };
      state.queue.add(waiter);
      this.#waiting.set(requestKey(site, req), waiter);
    } else {
      this.#out.denied(site, req);
    }
    this.#rest(key, state);
  }

  release(use: SemaphoreUse): void {
    const state = this.#use(use);
    if (state === undefined) return;
    state.available += use.n;
    this.#serve(use.key, state);
  }

  cancel(site: number, req: number): void {
    const waiter = this.#waiting.get(requestKey(site, req));
    // Granted before the cancel came: the site gives the permits back when it sees the grant.
    if (waiter === undefined) return;
    this.#waiting.delete(requestKey(site, req));
    waiter.state.queue.delete(waiter);
    this.#out.cancelled(site, req);
    this.#serve(waiter.key, waiter.state);
  }

  groupEnded(group: number): void {
    if (group !== 0) this.#ended.add(group);
    dropGroup(this.#busy, group);
    dropGroup(this.#idle, group);
    for (const [at, { key }] of this.#waiting) if (groupOf(key) === group) this.#waiting.delete(at);
  }

  #use({ site, req, key, permits }: SemaphoreUse): State | undefined {
    let state = this.#busy.get(key) ?? this.#idle.get(key);
    if (state === undefined) {
      if (this.#ended.has(groupOf(key))) return undefined;
      state = { permits, available: permits, queue: new Set() };
    }
    if (state.permits !== permits) {
      this.#out.mismatch(site, req, state.permits, key);
      return undefined;
    }
    this.#idle.delete(key);
    this.#busy.set(key, state);
    return state;
  }

  #serve(key: string, state: State): void {
    for (const waiter of state.queue) {
      if (waiter.n > state.available) break;
      state.available -= waiter.n;
      state.queue.delete(waiter);
      this.#waiting.delete(requestKey(waiter.site, waiter.req));
      this.#out.grant(waiter.site, waiter.req);
    }
    this.#rest(key, state);
  }

  /** Moves a semaphore that is as new to the idle ones, and forgets the one unused for longest if there are too many. */
  #rest(key: string, state: State): void {
    if (state.queue.size > 0 || state.available !== state.permits) return;
    this.#busy.delete(key);
    this.#idle.set(key, state);
    if (this.#idle.size > idleMax) for (const oldest of this.#idle.keys()) return void this.#idle.delete(oldest);
  }
}
