import { type Completion, Spending } from "@isles/base";
import type { Group } from "@isles/transport";
import type { ReleaseRegion } from "./release-region.ts";

/** What fences need of their endpoint. */
export interface FenceHost {
  readonly mayBlock: boolean;
  readonly isDelivering: boolean;
  pend<T>(label: string, group: Group): Completion<T>;
  /** Sends what the controllers have queued. */
  send(): void;
  /** Blocks, keeping every pinned page, until the completion settles. */
  waitHolding<T>(completion: Completion<T>, spending: Spending): T;
}

/**
 * What fences wait for comes by itself as long as all sites are up. So their waits are no run's: an unlock while the stack unwinds
 * must make known what was written, too, and must not hide the error of the run that has failed.
 */
const OF_NO_RUN: Group = { id: -1, name: "" };

/**
 * Releases and acquires of one endpoint, for all its regions with release consistency. Whatever a program does to tell others
 * something (a message, an unlock, the arrival at a barrier, an atomic operation) is a release, and whatever it hears or waits
 * for is an acquire. Without such regions both cost one comparison.
 */
export class Fences {
  readonly #host: FenceHost;
  readonly #regions: ReleaseRegion[] = [];
  readonly #releasing: (() => void)[] = [];
  readonly #acquiring: Completion<void>[] = [];

  constructor(host: FenceHost) {
    this.#host = host;
  }

  get isNeeded(): boolean {
    return this.#regions.length > 0;
  }

  add(region: ReleaseRegion): void {
    this.#regions.push(region);
    region.onSettled = () => this.#settle();
  }

  remove(region: ReleaseRegion): void {
    const at = this.#regions.indexOf(region);
    if (at >= 0) this.#regions.splice(at, 1);
    this.#settle();
  }

  /**
   * What this thread has written becomes known: whoever acquires from now on sees it. Blocks for that, except where the thread may
   * not (the launcher's, a handler): there it only begins, and `releaseAsync` waits. Throws SiteDownError or ClosedError if that ends
   * the wait; once the cluster is down there is none, so that what unwinds the stack is not hidden.
   */
  release(): void {
    if (this.#regions.length === 0 || this.#beginRelease()) return;
    if (!this.#host.mayBlock || this.#host.isDelivering) return;
    const done = this.#pendRelease();
    if (!done.settled) this.#host.waitHolding(done, Spending.WriteMiss);
  }

  async releaseAsync(): Promise<void> {
    if (this.#regions.length === 0 || this.#beginRelease()) return;
    await this.#pendRelease().promise();
  }

  /** Copies that others have written drop out, and those that spans hold are fetched anew. Blocks as `release` does. */
  acquire(): void {
    if (this.#regions.length === 0 || this.#beginAcquire()) return;
    if (!this.#host.mayBlock || this.#host.isDelivering) return;
    this.#host.waitHolding(this.#pendAcquire(), Spending.ReadMiss);
  }

  async acquireAsync(): Promise<void> {
    await this.acquireSoon()?.promise();
  }

  /** Begins to acquire. Undefined: done; else what settles when it is, after those that were given earlier. */
  acquireSoon(): Completion<void> | undefined {
    if (this.#regions.length === 0 || this.#beginAcquire()) return undefined;
    return this.#pendAcquire();
  }

  /** Calls `tell` once everybody knows what was released here, perhaps at once. Outside of deliveries the caller sends. */
  whenReleased(tell: () => void): void {
    this.#releasing.push(tell);
    this.#settle();
  }

  #beginRelease(): boolean {
    let isDone = true;
    for (const region of this.#regions) if (region.cache.hasDirty && !region.cache.release()) isDone = false;
    this.#host.send();
    return isDone || this.isReleased;
  }

  #beginAcquire(): boolean {
    let isDone = true;
    for (const region of this.#regions) if (!region.cache.acquire()) isDone = false;
    this.#host.send();
    return isDone || this.#isAcquired;
  }

  #pendRelease(): Completion<void> {
    const done = this.#host.pend<void>("the others to know what was written here", OF_NO_RUN);
    if (!done.settled) this.#releasing.push(() => void done.resolve());
    return done;
  }

  #pendAcquire(): Completion<void> {
    const done = this.#host.pend<void>("what others have written", OF_NO_RUN);
    if (!done.settled) this.#acquiring.push(done);
    return done;
  }

  /** Nothing that was released here is unknown to anybody. */
  get isReleased(): boolean {
    return this.#regions.every((region) => region.cache.isReleased);
  }

  get #isAcquired(): boolean {
    return this.#regions.every((region) => region.cache.isAcquired);
  }

  #settle(): void {
    if (this.#releasing.length > 0 && this.isReleased) {
      for (const tell of this.#releasing.splice(0)) tell();
    }
    if (this.#acquiring.length > 0 && this.#isAcquired) {
      for (const done of this.#acquiring.splice(0)) done.resolve();
    }
  }
}
