import { LimitError, type ReleasedError } from "@isles/base";
import {
  type CacheEffects,
  Directory,
  type DirectoryEffects,
  homeNamedBy,
  isForDirectory,
  Kind,
  Mode,
  MovingHomes,
  PageCache,
  State,
} from "@isles/coherence";
import { byteLength, pageCount, type RegionDescriptor } from "./descriptor.ts";
import { type TypedArray, viewOf } from "./elements.ts";
import { createHomes, FirstTouchHomes, startingHomes } from "./homes.ts";
import { type ArrayStats, emptyArrayStats } from "./stats.ts";
import type { WordWait } from "./sync/words.ts";

/** What a region needs of its endpoint: a way to send records and to ask about pins. */
export interface RegionHost {
  readonly self: number;
  readonly sites: number;
  /** Sends a protocol record; `withBody` adds the page's present bytes. */
  record(
    to: number,
    region: Region,
    kind: Kind,
    page: number,
    requester: number,
    acks: number,
    withBody: boolean,
  ): void;
  /** Sends a request to the page's home once that is known (first-touch regions must ask). */
  locate(region: Region, page: number, kind: Kind): void;
  held(region: number, page: number, right: Mode): boolean;
  /** A page came for one load only; spans that wait for it count such arrivals. */
  arrivedOnce(region: number, page: number): void;
  /** Puts the body of the record being received at `page`; nothing to do if it is in place already. */
  body(region: Region, page: number): void;
}

/** Something that assumes rights on pages between messages. */
export interface Windowed {
  closeWindows(): void;
}

/** So many arrays at most keep windows open at a time, so that a region does not keep every subarray ever made alive. */
const MAX_WINDOWED = 64;

/** An asynchronous access waiting for a page. `run` performs it; it is called at most once. */
interface Waiter {
  readonly mode: Mode;
  /** The access began after the page under way had been invalidated: see {@link Region.isOutdated}. */
  outdated: boolean;
  run(): void;
  fail(error: unknown): void;
}

/**
 * One region at one endpoint: its private memory, its cache controller and, for the pages homed here, its directory.
 * The home copy of a page and the home's own cached copy are the same bytes: the protocol never needs both at once
 * (model-checked with shared storage).
 */
export class Region implements CacheEffects {
  readonly descriptor: RegionDescriptor;
  readonly id: number;
  readonly pageSize: number;
  readonly pages: number;
  readonly bytes: Uint8Array;
  /** All elements. */
  readonly view: TypedArray;
  readonly cache: PageCache;
  readonly directory: Directory;
  /** Where the pages' homes are now, as far as this endpoint knows. */
  readonly homes: MovingHomes;
  /** Where they were at first, in a region whose pages live where they are first touched. */
  readonly firstTouch: FirstTouchHomes | undefined;
  readonly stats: ArrayStats = emptyArrayStats();
  /** Why the region must not be used any more, once it was freed. */
  freed: ReleasedError | undefined;
  /** The page whose bytes are good for one load that waits right now (IS_D_I), or -1. */
  oncePage = -1;
  readonly #host: RegionHost;
  readonly #windowed: Windowed[] = [];
  /** Waits on words of this region. */
  readonly #sleepers = new Set<WordWait>();
  readonly #waiters = new Map<number, Waiter[]>();
  /** Requester of the DataO just sent to a page's home: the write-back that follows need not carry the bytes again. */
  #homeHasBody = -1;

  /** Throws LimitError if the memory cannot be had. */
  constructor(descriptor: RegionDescriptor, host: RegionHost) {
    this.descriptor = descriptor;
    this.id = descriptor.id;
    this.pageSize = descriptor.pageSize;
    this.pages = pageCount(descriptor);
    this.#host = host;
    const bytes = allocate(descriptor, this.pages * descriptor.pageSize);
    this.bytes = bytes;
    this.view = viewOf(descriptor.type, bytes.buffer, 0, descriptor.length);
    const homes = createHomes(descriptor, host.sites);
    this.firstTouch = homes instanceof FirstTouchHomes ? homes : undefined;
    const start = startingHomes(homes, host.self);
    this.homes = new MovingHomes({
      self: host.self,
      pages: this.pages,
      endpoints: host.sites + 1,
      sites: host.sites,
      start,
      moveAfter: descriptor.homeMoveAfter,
    });
    this.cache = new PageCache(this.pages, this, host.sites + 1);
    this.directory = new Directory(
      start.slots,
      host.sites + 1,
      (page) => this.homes.slotOf(page),
      this.#directoryEffects(),
      undefined,
      descriptor.homeMigration ? this.homes : undefined,
    );
  }

  /**
   * A record for this region, from `from` (or from this endpoint itself). What is for the directory is of the requester: a
   * former home of the page may have passed it on.
   */
  receive(kind: Kind, page: number, from: number, requester: number, acks: number): void {
    if (isForDirectory(kind)) {
      if (kind === Kind.HomeMove) this.stats.homeMoves++;
      this.directory.receive(kind, page, requester, acks);
      return;
    }
    const home = homeNamedBy(kind, from, requester);
    if (home >= 0) this.homes.learn(page, home);
    if (kind === Kind.DataO) this.stats.forwardedMisses++;
    this.cache.receive(kind, page, from, requester, acks);
    if (this.#waiters.size > 0) this.#retry(page);
  }

  satisfied(page: number, mode: Mode): boolean {
    const state = this.cache.state[page]!;
    return mode === Mode.Read ? state >= State.S : state === State.M;
  }

  /** True when no transaction of the page is under way, so that what waits for it must ask (again). */
  stable(page: number): boolean {
    const state = this.cache.state[page]!;
    return state === State.I || state === State.S || state === State.M;
  }

  /**
   * The copy under way was invalidated already. It is good for loads that waited by then, but not for one that begins now:
   * the program may have seen, through other pages, what came after the store that invalidated it.
   */
  isOutdated(page: number): boolean {
    return this.cache.state[page] === State.IS_D_I;
  }

  /** Asks for the page if nothing is under way; true if it is there. */
  request(page: number, mode: Mode): boolean {
    return mode === Mode.Read ? this.cache.load(page) : this.cache.store(page);
  }

  /** Runs `access` when the page is there (perhaps now), inside the message that brought it. */
  whenReady(page: number, mode: Mode, run: () => void, fail: (error: unknown) => void): void {
    if (this.freed !== undefined) return fail(this.freed);
    if (this.request(page, mode)) return run();
    const waiter = { mode, outdated: this.isOutdated(page), run, fail };
    const waiters = this.#waiters.get(page);
    if (waiters === undefined) this.#waiters.set(page, [waiter]);
    else waiters.push(waiter);
  }

  /** A wait on a word of this region: nobody can wake it once the array is freed, so that ends it. */
  sleeps(wait: WordWait): void {
    this.#sleepers.add(wait);
    wait.woken.onSettled(() => this.#sleepers.delete(wait));
    if (this.freed !== undefined) this.#wakeAll(this.freed);
  }

  /** Nothing of this region will ever arrive again: everyone who waits gets the error. */
  fail(error: unknown): void {
    const all = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const waiters of all) for (const waiter of waiters) waiter.fail(error);
  }

  free(error: ReleasedError): void {
    this.freed = error;
    this.cache.state.fill(State.I); // every access now takes the slow path, which says why
    this.#closeWindows();
    this.fail(error);
    this.#wakeAll(error);
  }

  #wakeAll(error: ReleasedError): void {
    for (const sleeper of [...this.#sleepers]) {
      sleeper.cancel();
      sleeper.woken.reject(error);
    }
  }

  // CacheEffects

  toHome(kind: Kind, page: number): void {
    if (kind === Kind.GetS) this.stats.readMisses++;
    else if (kind === Kind.GetM) this.stats.writeMisses++;
    else if (kind === Kind.Upg) this.stats.upgrades++;
    const home = this.homes.homeOf(page);
    if (home < 0) return this.#host.locate(this, page, kind);
    const already = this.#homeHasBody === page;
    this.#homeHasBody = -1;
    const withBody = kind === Kind.PutM || (kind === Kind.WB && !already);
    this.#host.record(home, this, kind, page, this.#host.self, 0, withBody);
  }

  toSite(kind: Kind, to: number, page: number): void {
    if (kind === Kind.InvAck) this.stats.invalidations++;
    else this.#homeHasBody = to === this.homes.homeOf(page) ? page : -1;
    // DataO says in place of the requester, who gets it, where the page's home is.
    const requester = kind === Kind.DataO ? this.homes.homeOf(page) : to;
    this.#host.record(to, this, kind, page, requester, 0, kind === Kind.DataO);
  }

  fill(page: number): void {
    this.#host.body(this, page);
  }

  ready(page: number): void {
    if (this.#waiters.size === 0) return;
    const writable = this.cache.state[page] === State.M;
    this.#serve(page, (waiter) => writable || waiter.mode === Mode.Read);
  }

  readOnce(page: number): void {
    this.oncePage = page;
    this.#host.arrivedOnce(this.id, page);
    if (this.#waiters.size > 0) this.#serve(page, (waiter) => waiter.mode === Mode.Read && !waiter.outdated);
  }

  held(page: number, right: Mode): boolean {
    return this.#host.held(this.id, page, right);
  }

  lost(): void {
    this.#closeWindows();
  }

  /** An array of this region relies on a page's state until `lost` says otherwise. */
  windowOpened(array: Windowed): void {
    if (this.#windowed.length === MAX_WINDOWED) this.#closeWindows();
    this.#windowed.push(array);
  }

  #closeWindows(): void {
    if (this.#windowed.length === 0) return;
    for (const array of this.#windowed) array.closeWindows();
    this.#windowed.length = 0;
  }

  /** Performs the accesses that the page now allows. */
  #serve(page: number, isAllowed: (waiter: Waiter) => boolean): void {
    const waiters = this.#waiters.get(page);
    if (waiters === undefined) return;
    const served: Waiter[] = [];
    const left: Waiter[] = [];
    for (const waiter of waiters) (isAllowed(waiter) ? served : left).push(waiter);
    if (left.length === 0) this.#waiters.delete(page);
    else this.#waiters.set(page, left);
    for (const waiter of left) waiter.outdated = false; // whatever comes next was asked for after they began
    for (const waiter of served) waiter.run();
  }

  /** Somebody still waits although the page's transaction has ended: ask again. */
  #retry(page: number): void {
    const waiters = this.#waiters.get(page);
    if (waiters === undefined || !this.stable(page)) return;
    const mode = waiters.some((waiter) => waiter.mode === Mode.Write) ? Mode.Write : Mode.Read;
    if (this.request(page, mode)) this.ready(page);
  }

  #directoryEffects(): DirectoryEffects {
    return {
      toSite: (kind, to, page, requester, acks) =>
        this.#host.record(to, this, kind, page, requester, acks, kind === Kind.Data),
      store: (page) => this.#host.body(this, page),
      passOn: (kind, page, requester) =>
        this.#host.record(this.homes.homeOf(page), this, kind, page, requester, 0, false),
    };
  }
}

function allocate(descriptor: RegionDescriptor, bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes); // Node 20 has no typed array beyond 4 GiB, though it has such buffers
  } catch (cause) {
    throw new LimitError(
      `shared array "${descriptor.name}": no memory for ${byteLength(descriptor)} bytes, which every site reserves privately`,
      { cause },
    );
  }
}
