import { EndedGroups } from "./ended-groups.ts";
import { dropGroup, groupOf, requestKey } from "./text.ts";

export interface LatchOut {
  opened(to: number, req: number): void;
  count(to: number, req: number, count: number): void;
  /** `declared`: what others said. `req` 0 answers a count-down. */
  mismatch(to: number, req: number, declared: number, key: string): void;
  /** {@link latchesMax} is reached. */
  full(to: number, req: number, key: string): void;
}

/** What a request says of its latch: everybody says what it starts at. */
export interface LatchUse {
  readonly site: number;
  /** 0 for a count-down. */
  readonly req: number;
  readonly key: string;
  readonly start: number;
}

interface State {
  readonly start: number;
  count: number;
  readonly waiters: Set<Waiter>;
}

interface Waiter {
  readonly site: number;
  readonly req: number;
  readonly key: string;
}

/** Latches per home. An open latch must be remembered, as a late waiter may still come; they go when their run ends. */
export const latchesMax = 65_536;

/** Counts the latches whose home is this endpoint. */
export class LatchManager {
  readonly #out: LatchOut;
  readonly #latches = new Map<string, State>();
  readonly #waiting = new Map<number, Waiter>();
  readonly #ended = new EndedGroups();

  constructor(out: LatchOut) {
    this.#out = out;
  }

  get size(): number {
    return this.#latches.size;
  }

  countDown(use: LatchUse, by: number): void {
    const state = this.#use(use);
    if (state === undefined) return;
    state.count = Math.max(0, state.count - by);
    if (state.count > 0) return;
    for (const waiter of state.waiters) {
      this.#waiting.delete(requestKey(waiter.site, waiter.req));
      this.#out.opened(waiter.site, waiter.req);
    }
    state.waiters.clear();
  }

  wait(use: LatchUse): void {
    const { site, req, key } = use;
    const state = this.#use(use);
    if (state === undefined) return;
    if (state.count === 0) return this.#out.opened(site, req);
    const waiter = { site, req, key };
    state.waiters.add(waiter);
    this.#waiting.set(requestKey(site, req), waiter);
  }

  ask(use: LatchUse): void {
    const state = this.#use(use);
    if (state === undefined) return;
    this.#out.count(use.site, use.req, state.count);
    this.#dropIfNew(use.key, state);
  }

  /** The waiter gave up; unknown if it was told "open" meanwhile. */
  cancel(site: number, req: number): void {
    const waiter = this.#waiting.get(requestKey(site, req));
    if (waiter === undefined) return;
    this.#waiting.delete(requestKey(site, req));
    const state = this.#latches.get(waiter.key);
    if (state === undefined) return;
    state.waiters.delete(waiter);
    this.#dropIfNew(waiter.key, state);
  }

  groupEnded(group: number): void {
    if (group !== 0) this.#ended.add(group);
    dropGroup(this.#latches, group);
    for (const [at, { key }] of this.#waiting) if (groupOf(key) === group) this.#waiting.delete(at);
  }

  #use({ site, req, key, start }: LatchUse): State | undefined {
    let state = this.#latches.get(key);
    if (state === undefined) {
      if (this.#ended.has(groupOf(key))) return undefined;
      if (this.#latches.size >= latchesMax) {
        this.#out.full(site, req, key);
        return undefined;
      }
      state = { start, count: start, waiters: new Set() };
      this.#latches.set(key, state);
    }
    if (state.start === start) return state;
    this.#out.mismatch(site, req, state.start, key);
    return undefined;
  }

  #dropIfNew(key: string, state: State): void {
    if (state.count === state.start && state.count > 0 && state.waiters.size === 0) this.#latches.delete(key);
  }
}
