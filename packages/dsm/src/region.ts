import { LimitError, type ReleasedError } from "@isles/base";
import { type Kind, type MessageClass, Mode, State } from "@isles/coherence";
import { byteLength, pageCount, type RegionDescriptor } from "./descriptor.ts";
import { type TypedArray, viewOf } from "./elements.ts";
import { createHomes, FirstTouchHomes, type Homes } from "./homes.ts";
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
  /** The same with a body of its own: `length` bytes of `bytes`. */
  recordWith(
    to: number,
    region: Region,
    kind: Kind,
    page: number,
    requester: number,
    acks: number,
    bytes: Uint8Array,
    length: number,
  ): void;
  /** Sends a request to the page's home once that is known (first-touch regions must ask). */
  locate(region: Region, page: number, kind: Kind): void;
  held(region: number, page: number, right: Mode): boolean;
  /** A page came for one load only; spans that wait for it count such arrivals. */
  arrivedOnce(region: number, page: number): void;
  /** Puts the body of the record being received at `page`; nothing to do if it is in place already. */
  body(region: Region, page: number): void;
  /** Puts the body of the record being received, `length` bytes, at the beginning of `into`: see RecordInbox. */
  bodyInto(into: Uint8Array, length: number, elementBytes: number | undefined): void;
}

/** The controller of a region's pages here, as accesses see it. */
export interface RegionCache {
  /** One byte per page: readable = `>= State.S`, writable = `>= State.M`, under every kind of consistency. */
  readonly state: Uint8Array;
  /** How many times any page lost a right. */
  readonly losses: number;
  /** Answers wait until pages are not held any more. */
  readonly hasDeferred: boolean;
  /** True: readable now. False: under way, try again after the page's next message. */
  load(page: number): boolean;
  /** True: writable now. False: as for load. */
  store(page: number): boolean;
  settle(page: number): void;
  settleAll(): void;
}

/** What of a page's bytes is at an endpoint, for those who place computations. */
export type PageResidence = "owned" | "cached" | "home" | "elsewhere";

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
 * One region at one endpoint: its private memory, who waits for its pages, and what was counted. How its pages are kept
 * coherent is up to what extends it: SequentialRegion, ReleaseRegion.
 */
export abstract class Region {
  readonly descriptor: RegionDescriptor;
  readonly id: number;
  readonly pageSize: number;
  readonly pages: number;
  readonly bytes: Uint8Array;
  /** All elements. */
  readonly view: TypedArray;
  /** Where the pages live at first. */
  readonly startHomes: Homes;
  readonly stats: ArrayStats = emptyArrayStats();
  /** Why the region must not be used any more, once it was freed. */
  freed: ReleasedError | undefined;
  /** The page whose bytes are good for one load that waits right now (IS_D_I), or -1. */
  oncePage = -1;
  abstract readonly cache: RegionCache;
  protected readonly host: RegionHost;
  readonly #windowed: Windowed[] = [];
  /** Waits on words of this region. */
  readonly #sleepers = new Set<WordWait>();
  readonly #waiters = new Map<number, Waiter[]>();

  /** Throws LimitError if the memory cannot be had. */
  constructor(descriptor: RegionDescriptor, host: RegionHost) {
    this.descriptor = descriptor;
    this.id = descriptor.id;
    this.pageSize = descriptor.pageSize;
    this.pages = pageCount(descriptor);
    this.host = host;
    const bytes = allocate(descriptor, this.pages * descriptor.pageSize);
    this.bytes = bytes;
    this.view = viewOf(descriptor.type, bytes.buffer, 0, descriptor.length);
    this.startHomes = createHomes(descriptor, host.sites);
  }

  /** A record for this region, from `from` (or from this endpoint itself). */
  abstract receive(kind: Kind, page: number, from: number, requester: number, acks: number): void;

  /** Where the page's home is now, as far as this endpoint knows; -1 if nobody has touched it yet. */
  abstract homeOf(page: number): number;

  /** The page's home, which had to be asked for, is known: sends what waited for that. */
  abstract homeFound(kind: Kind, page: number, home: number): void;

  abstract messageClassOf(kind: Kind): MessageClass;

  /** Has a record of this kind the page as its body, even where the bytes do not travel with it? */
  abstract carriesPage(kind: Kind): boolean;

  /** Bytes of the body that comes with such a record. */
  abstract bodyBytes(kind: Kind, acks: number): number;

  /** True when no transaction of the page is under way, so that what waits for it must ask (again). */
  abstract stable(page: number): boolean;

  /**
   * The copy under way was invalidated already. It is good for loads that waited by then, but not for one that begins now:
   * the program may have seen, through other pages, what came after the store that invalidated it.
   */
  abstract isOutdated(page: number): boolean;

  abstract residenceOf(page: number): PageResidence;

  /** Where pages live that were first touched by somebody, if that is the rule here. */
  get firstTouch(): FirstTouchHomes | undefined {
    return this.startHomes instanceof FirstTouchHomes ? this.startHomes : undefined;
  }

  satisfied(page: number, mode: Mode): boolean {
    const state = this.cache.state[page]!;
    return mode === Mode.Read ? state >= State.S : state >= State.M;
  }

  /** The first page from `first` to `last` that is not here in that mode, or `last + 1`. */
  firstMissing(first: number, last: number, mode: Mode): number {
    const { state } = this.cache;
    const least = mode === Mode.Read ? State.S : State.M;
    let page = first;
    while (page <= last && state[page]! >= least) page++;
    return page;
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
    this.closeWindows();
    this.fail(error);
    this.#wakeAll(error);
  }

  #wakeAll(error: ReleasedError): void {
    for (const sleeper of [...this.#sleepers]) {
      sleeper.cancel();
      sleeper.woken.reject(error);
    }
  }

  /** An array of this region relies on a page's state until a right is lost. */
  windowOpened(array: Windowed): void {
    if (this.#windowed.length === MAX_WINDOWED) this.closeWindows();
    this.#windowed.push(array);
  }

  /** A page has lost a right. */
  protected closeWindows(): void {
    if (this.#windowed.length === 0) return;
    for (const array of this.#windowed) array.closeWindows();
    this.#windowed.length = 0;
  }

  /** The page can be read, or written: what waits for that may run. */
  protected serveReady(page: number): void {
    if (this.#waiters.size === 0) return;
    const writable = this.cache.state[page]! >= State.M;
    this.#serve(page, (waiter) => writable || waiter.mode === Mode.Read);
  }

  /** The page has come for the loads that wait for it now, and for no later one. */
  protected serveOnce(page: number): void {
    this.oncePage = page;
    this.host.arrivedOnce(this.id, page);
    if (this.#waiters.size > 0) this.#serve(page, (waiter) => waiter.mode === Mode.Read && !waiter.outdated);
  }

  /** After a message for a page: whoever still waits although the page's transaction has ended asks again. */
  protected retry(page: number): void {
    if (this.#waiters.size === 0) return;
    const waiters = this.#waiters.get(page);
    if (waiters === undefined || !this.stable(page)) return;
    const mode = waiters.some((waiter) => waiter.mode === Mode.Write) ? Mode.Write : Mode.Read;
    if (this.request(page, mode)) this.serveReady(page);
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
