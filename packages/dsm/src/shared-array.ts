import { type Completion, Spending, UsageError } from "@isles/base";
import { Mode, type PageRange, State } from "@isles/coherence";
import { AsyncArray } from "./async-array.ts";
import { guardView } from "./debug-view.ts";
import {
  AtomicOp,
  applyAtomic,
  applyCompareExchange,
  atomicOpNames,
  checkValues,
  isInteger,
  same,
} from "./element-ops.ts";
import type { ElementOf, TypedArray } from "./elements.ts";
import type { Endpoint } from "./endpoint.ts";
import { type HomeAtomics, type HomeOp, nameOf } from "./home-atomics.ts";
import type { PageMoves } from "./page-moves.ts";
import { checkRange, clampRange } from "./ranges.ts";
import type { Region } from "./region.ts";
import { ReleaseRegion } from "./release-region.ts";
import { HeldSpan, type Span, type SpanRequest } from "./span.ts";
import { leaveQueue, limitOf, type WordQueue } from "./word-queue.ts";

/** Element accesses between two looks at the mail: a look costs about ten accesses, a spinning reader looks every µs. */
const ACCESSES_PER_POLL = 256;
/** What a window counts for in that: a sweep looks every sixteen pages. */
const ACCESSES_PER_WINDOW = 16;
/** So many polls in a row at the same element look like a program that spins on it. */
const POLLS_OF_A_SPINNER = 64;
/** Elements of a long `fill` or `copyFrom` go in spans of at most this many pages, so that others are not kept out. */
const PAGES_PER_CHUNK = 256;

/** A module's own constants are folded into optimised code; the fields of an imported object are loaded on every access. */
const READABLE: State = State.S;
const WRITABLE: State = State.M;

/** What a shared array needs of the site it is used on. */
export interface ArrayContext {
  readonly endpoint: Endpoint;
  readonly words: WordQueue;
  /** Guard the views of released spans. */
  readonly debug: boolean;
}

/** The same with what the memory adds for its arrays. */
export interface MemoryContext extends ArrayContext {
  readonly moves: PageMoves;
  readonly atomics: HomeAtomics;
}

/**
 * A typed array shared by all sites under one name: sequentially consistent, zero-filled, element by element or in
 * spans. Every access that finds its page missing blocks this site's thread until the page has come, and serves the other
 * sites meanwhile. `async` holds a twin of every blocking call.
 */
export class SharedArray<T extends TypedArray = TypedArray> {
  readonly name: string;
  /** Elements. */
  readonly length: number;
  /** Bytes of a page: what moves between sites, and what one site at a time may write. */
  readonly pageSize: number;
  /** Elements of a page. */
  readonly pageElements: number;
  readonly #context: MemoryContext;
  readonly #endpoint: Endpoint;
  readonly #region: Region;
  /** The elements of this array (a part of the region's, for a subarray), raw. */
  readonly #view: T;
  /** State of each page of the region, and how to find an element's. */
  readonly #state: Uint8Array;
  readonly #origin: number;
  readonly #shift: number;
  #accessesLeft: number;
  /**
   * Windows: the elements of a page known to be readable (writable). An access inside that is above the last one there costs
   * two comparisons and needs no poll: it climbs, so it must leave the window soon. Every other access takes the long way.
   */
  #loadStart = 0;
  #loadEnd = 0;
  #lastLoad = -1;
  #storeStart = 0;
  #storeEnd = 0;
  #lastStore = -1;
  #hasWindow = false;
  #polledIndex = -1;
  #polls = 0;
  #async: AsyncArray<T> | undefined;

  /** Made by `site.memory` and `subarray`; elements `origin` to `origin + length` of the region. */
  constructor(context: MemoryContext, region: Region, origin = 0, length = region.descriptor.length) {
    this.#context = context;
    this.#endpoint = context.endpoint;
    this.#region = region;
    this.name = region.descriptor.name;
    this.length = length;
    this.pageSize = region.pageSize;
    this.pageElements = region.pageSize / region.view.BYTES_PER_ELEMENT;
    this.#view = region.view.subarray(origin, origin + length) as T;
    this.#state = region.cache.state;
    this.#origin = origin;
    this.#shift = Math.log2(this.pageElements);
    // The launcher's thread must not block: its first access already goes the slow way, which refuses.
    this.#accessesLeft = context.endpoint.mayBlock ? ACCESSES_PER_POLL : -1;
  }

  /** The twins that return promises, for code that must not block. */
  get async(): AsyncArray<T> {
    this.#async ??= new AsyncArray(this, this.#context, this.#region, this.#origin, this.#view);
    return this.#async;
  }

  /** One element. Throws RangeError outside 0 … length-1, ReleasedError after `free`, SiteDownError if a site is lost. */
  get(index: number): ElementOf<T> {
    if ((index | 0) === index && index > this.#lastLoad && index < this.#loadEnd) this.#lastLoad = index;
    else this.#loadOutside(index);
    // One load for both ways: a second return from the slow path would make the optimiser box every number.
    return this.#view[index] as ElementOf<T>;
  }

  /** Stores one element; errors as for `get`. */
  set(index: number, value: ElementOf<T>): void {
    if ((index | 0) === index && index > this.#lastStore && index < this.#storeEnd) {
      this.#lastStore = index;
      (this.#view as { [index: number]: unknown })[index] = value;
    } else {
      this.#storeOutside(index, value);
    }
  }

  /** As `Atomics.load`. */
  load(index: number): ElementOf<T> {
    if (this.#region instanceof ReleaseRegion) return this.#atHome(index, { op: "load" });
    const value = this.get(index);
    this.#endpoint.fences.acquire();
    return value;
  }

  /** As `Atomics.store`: returns the value given. */
  store(index: number, value: ElementOf<T>): ElementOf<T> {
    if (this.#region instanceof ReleaseRegion) return this.#atHome(index, { op: "store", value });
    this.#endpoint.releaseWrites();
    this.set(index, value);
    return value;
  }

  /** Adds to an element; returns its old value. Atomic among all sites, like all seven operations that follow. */
  add(index: number, value: ElementOf<T>): ElementOf<T> {
    return this.#update(index, AtomicOp.add, value);
  }

  sub(index: number, value: ElementOf<T>): ElementOf<T> {
    return this.#update(index, AtomicOp.sub, value);
  }

  /** Bitwise; integer arrays only (TypeError). */
  and(index: number, value: ElementOf<T>): ElementOf<T> {
    return this.#update(index, AtomicOp.and, value);
  }

  or(index: number, value: ElementOf<T>): ElementOf<T> {
    return this.#update(index, AtomicOp.or, value);
  }

  xor(index: number, value: ElementOf<T>): ElementOf<T> {
    return this.#update(index, AtomicOp.xor, value);
  }

  exchange(index: number, value: ElementOf<T>): ElementOf<T> {
    return this.#update(index, AtomicOp.exchange, value);
  }

  /** Stores `replacement` if the element is `expected`; returns the old value either way. */
  compareExchange(index: number, expected: ElementOf<T>, replacement: ElementOf<T>): ElementOf<T> {
    if (this.#region instanceof ReleaseRegion)
      return this.#atHome(index, { op: "compareExchange", value: replacement, expected });
    return this.#owning(index, "compareExchange", () => applyCompareExchange(this.#view, index, expected, replacement));
  }

  /**
   * Sleeps until `notify` is called for this element, if it holds `expected`; the test and the falling asleep are one step.
   * `int32` and `bigInt64` arrays only, as with `Atomics.wait`. `timeoutMs` in milliseconds, default: no limit.
   */
  wait(index: number, expected: ElementOf<T>, timeoutMs?: number): "ok" | "not-equal" | "timed-out" {
    this.checkWaitable(index);
    const held = this.#endpoint.faults.acquire(this.pages(index, index + 1, false), `"${this.name}".wait`);
    let wait: ReturnType<WordQueue["enqueue"]>;
    try {
      if (!same(this.#view[index] as ElementOf<T>, expected)) {
        this.#endpoint.fences.acquire(); // another value is news
        return "not-equal";
      }
      wait = this.#context.words.enqueue(this.wordKey(index));
      this.#region.sleeps(wait);
      this.#endpoint.waitHolding(wait.enqueued);
    } finally {
      this.#endpoint.release(held);
    }
    let timedOut = false;
    this.#endpoint.wait(wait.woken, limitOf(timeoutMs), () => {
      leaveQueue(wait, (left) => {
        timedOut = left;
      });
    });
    return timedOut ? "timed-out" : "ok";
  }

  /** Wakes up to `count` (default: all) sites that wait on this element; returns how many. */
  notify(index: number, count = Infinity): number {
    this.checkWaitable(index);
    this.#endpoint.mustBlock(`"${this.name}".notify`);
    this.#endpoint.releaseWrites();
    return this.#endpoint.wait(this.#context.words.notify(this.wordKey(index), count));
  }

  /** Elements `start` to `end` to read; blocks until their pages are here. */
  read(start = 0, end = this.length): Span<T> {
    return this.#span(start, end, false);
  }

  /** Elements `start` to `end` to read and write, exclusively until released. */
  write(start = 0, end = this.length): Span<T> {
    return this.#span(start, end, true);
  }

  /** A range to be read, for `memory.acquire`. */
  reading(start = 0, end = this.length): SpanRequest<T> {
    checkRange(this.name, start, end, this.length);
    return { array: this, start, end, write: false };
  }

  writing(start = 0, end = this.length): SpanRequest<T> {
    checkRange(this.name, start, end, this.length);
    return { array: this, start, end, write: true };
  }

  /**
   * Asks for the pages of a range without waiting: a later `read` finds them here or on their way; with `{ write: true }` a later
   * `write`. What comes is not held: another site may have it again before that.
   */
  prefetch(start = 0, end = this.length, { write = false }: { readonly write?: boolean } = {}): void {
    checkRange(this.name, start, end, this.length);
    if (this.#region.freed !== undefined) throw this.#region.freed;
    for (const { first, last, mode } of this.pages(start, end, write))
      this.#endpoint.prefetch(this.#region, first, last, mode);
  }

  /**
   * Data migration: makes `site` the owner of a range, in bulk messages. Nothing else changes: whoever touches a page of it
   * later has it back. Returns when every page has been there. Pages are moved whole, neighbours on them included.
   */
  moveTo(site: number, start = 0, end = this.length): void {
    this.#endpoint.mustBlock("array.moveTo");
    for (const move of this.moves([site], start, end, true)) this.#endpoint.wait(move);
  }

  /** Pushes read copies of a range to `sites`, in bulk messages. They stay until somebody writes there. */
  replicateTo(sites: readonly number[], start = 0, end = this.length): void {
    this.#endpoint.mustBlock("array.replicateTo");
    this.#endpoint.releaseWrites(); // what is written here is in the copies
    for (const copy of this.moves(sites, start, end, false)) this.#endpoint.wait(copy);
  }

  /** The elements from `start` to `end` as an array of their own, over the same memory; negative counts from the end. */
  subarray(start = 0, end = this.length): SharedArray<T> {
    const [from, to] = clampRange(start, end, this.length);
    return new SharedArray<T>(this.#context, this.#region, this.#origin + from, to - from);
  }

  /** As TypedArray's `fill`. */
  fill(value: ElementOf<T>, start = 0, end = this.length): this {
    const [from, to] = clampRange(start, end, this.length);
    for (const [first, last] of this.chunks(from, to)) {
      using span = this.write(first, last);
      (span.view as Float64Array).fill(value as number);
    }
    return this;
  }

  /** Copies a typed array (of any element type that converts) to this one, from element `at` on. */
  copyFrom(source: ArrayLike<ElementOf<T>>, at = 0): void {
    checkRange(this.name, at, at + source.length, this.length);
    for (const [first, last] of this.chunks(at, at + source.length)) {
      using span = this.write(first, last);
      copyPart(span.view, source, first - at, last - at);
    }
  }

  /**
   * Where the page of an element has its home (its directory) now, as far as this site knows: a site's number, or
   * "launcher"; undefined while the page of a first-touch array is unknown here. A home that has moved is learnt of with the
   * next message about the page; see `homeMigration` in {@link ArrayOptions}. Throws RangeError, ReleasedError.
   */
  homeOf(index: number): number | "launcher" | undefined {
    this.checkIndex(index);
    const home = this.#region.homeOf(this.#pageOf(index));
    if (home === this.#endpoint.sites) return "launcher";
    return home < 0 ? undefined : home;
  }

  // For the twins, spans and memory of this package

  /** The raw view of a range, without any right to use it. */
  viewOf(start: number, end: number): T {
    return this.#view.subarray(start, end) as T;
  }

  /** The pages of a range: none if it is empty. */
  pages(start: number, end: number, write: boolean): PageRange[] {
    if (start === end) return [];
    const first = Math.floor((start + this.#origin) / 2 ** this.#shift);
    const last = Math.floor((end - 1 + this.#origin) / 2 ** this.#shift);
    return [{ region: this.#region.id, first, last, mode: write ? Mode.Write : Mode.Read }];
  }

  /** Splits a range into parts of a bounded number of pages. */
  *chunks(start: number, end: number): Iterable<[start: number, end: number]> {
    const step = PAGES_PER_CHUNK * 2 ** this.#shift;
    for (let at = start; at < end; at += step) yield [at, Math.min(end, at + step)];
  }

  /** A page of the region lost a right, so what the windows assume may be false. */
  closeWindows(): void {
    this.#loadEnd = 0;
    this.#storeEnd = 0;
    this.#hasWindow = false;
  }

  checkIndex(index: number): void {
    if (this.#region.freed !== undefined) throw this.#region.freed;
    if (index >>> 0 !== index || index >= this.length) {
      throw new RangeError(`index ${String(index)} is outside shared array "${this.name}" of length ${this.length}`);
    }
  }

  checkWaitable(index: number): void {
    this.checkIndex(index);
    if (this.#region instanceof ReleaseRegion) {
      throw new UsageError(
        "BAD_CONSISTENCY",
        `shared array "${this.name}" has release consistency, under which no word can be waited on; use a condition, or an array with sequential consistency`,
      );
    }
    if (!(this.#view instanceof Int32Array || this.#view instanceof BigInt64Array)) {
      throw new TypeError(
        `shared array "${this.name}" is ${this.#region.descriptor.type}; only int32 and bigInt64 can be waited on`,
      );
    }
  }

  checkOperation(op: AtomicOp): void {
    if (!isInteger(this.#view) && (op === AtomicOp.and || op === AtomicOp.or || op === AtomicOp.xor)) {
      throw new TypeError(
        `shared array "${this.name}" is ${this.#region.descriptor.type}; bitwise operations need integers`,
      );
    }
  }

  /** Starts the moves of a range; throws RangeError for a site or a range that is not there, ReleasedError after `free`. */
  moves(sites: readonly number[], start: number, end: number, write: boolean): Completion<void>[] {
    checkRange(this.name, start, end, this.length);
    if (this.#region.freed !== undefined) throw this.#region.freed;
    if (!Array.isArray(sites))
      throw new UsageError("BAD_ARGUMENT", `replicateTo takes a list of sites, such as [1, 3], not ${String(sites)}`);
    for (const site of sites) {
      if (Number.isInteger(site) && site >= 0 && site <= this.#endpoint.sites) continue;
      throw new RangeError(`there is no site ${String(site)}; the cluster has sites 0 to ${this.#endpoint.sites - 1}`);
    }
    if (write && this.#region instanceof ReleaseRegion) {
      throw new UsageError(
        "BAD_CONSISTENCY",
        `shared array "${this.name}" has release consistency, under which pages stay at their homes; name one by { home }, or copy by replicateTo`,
      );
    }
    const mode = write ? Mode.Write : Mode.Read;
    const { moves } = this.#context;
    return sites.flatMap((site) =>
      this.pages(start, end, write).map(({ first, last }) => moves.begin(site, this.#region, first, last, mode)),
    );
  }

  wordKey(index: number): string {
    return `${this.#region.id}:${index + this.#origin}`;
  }

  isOf(endpoint: Endpoint): boolean {
    return this.#endpoint === endpoint;
  }

  /** What travels in place of the array: its region and its part of it. */
  describe(): { region: Region["descriptor"]; origin: number; length: number } {
    return { region: this.#region.descriptor, origin: this.#origin, length: this.length };
  }

  /** The view handed to the program: itself, or guarded in debug mode. */
  exposeView(view: T, canWrite: boolean, isReleased: () => boolean): T {
    return this.#context.debug ? guardView(view, this.name, canWrite, isReleased) : view;
  }

  #pageOf(index: number): number {
    return (index + this.#origin) >>> this.#shift;
  }

  /** A load that its window does not cover: makes the element readable, and opens a window if the loads climb. */
  #loadOutside(index: number): void {
    const page = (index + this.#origin) >>> this.#shift;
    const isPlain = --this.#accessesLeft >= 0 && index >>> 0 === index && index < this.length;
    if (!isPlain || this.#state[page]! < READABLE) this.#beforeLoad(index);
    const climbs = index === this.#lastLoad + 1;
    this.#lastLoad = index;
    if (index >= this.#loadStart && index < this.#loadEnd) return;
    this.#loadEnd = 0;
    if (!climbs || this.#state[page]! < READABLE) return;
    this.#loadStart = page * 2 ** this.#shift - this.#origin;
    this.#loadEnd = Math.min(this.length, this.#loadStart + 2 ** this.#shift);
    this.#windowOpened();
  }

  #storeOutside(index: number, value: ElementOf<T>): void {
    const page = (index + this.#origin) >>> this.#shift;
    const isPlain = --this.#accessesLeft >= 0 && index >>> 0 === index && index < this.length;
    if (isPlain && this.#state[page]! >= WRITABLE) (this.#view as { [index: number]: unknown })[index] = value;
    else this.#storeSlowly(index, value);
    const climbs = index === this.#lastStore + 1;
    this.#lastStore = index;
    if (index >= this.#storeStart && index < this.#storeEnd) return;
    this.#storeEnd = 0;
    if (!climbs || this.#state[page]! < WRITABLE) return;
    this.#storeStart = page * 2 ** this.#shift - this.#origin;
    this.#storeEnd = Math.min(this.length, this.#storeStart + 2 ** this.#shift);
    this.#windowOpened();
  }

  #windowOpened(): void {
    this.#accessesLeft -= ACCESSES_PER_WINDOW;
    if (this.#hasWindow) return;
    this.#hasWindow = true;
    this.#region.windowOpened(this);
  }

  /** Everything a load does besides loading: checks, the poll, the page fault. */
  #beforeLoad(index: number): void {
    this.checkIndex(index);
    this.#pollIfDue(index, "get");
    const page = this.#pageOf(index);
    if (this.#state[page]! < State.S) this.#endpoint.faults.load(this.#region, page, `"${this.name}".get`);
  }

  #storeSlowly(index: number, value: ElementOf<T>): void {
    this.checkIndex(index);
    this.#pollIfDue(index, "set");
    const page = this.#pageOf(index);
    const view = this.#view as { [index: number]: unknown };
    const store = () => {
      view[index] = value; // throws for a value of the wrong type
    };
    if (this.#state[page]! >= State.M) store();
    else this.#endpoint.faults.store(this.#region, page, `"${this.name}".set`, store);
  }

  #pollIfDue(index: number, call: string): void {
    if (this.#accessesLeft >= 0) return;
    if (!this.#endpoint.mayBlock) this.#endpoint.mustBlock(`"${this.name}".${call}`);
    this.#accessesLeft = ACCESSES_PER_POLL;
    this.#endpoint.poll();
    this.#polls = index === this.#polledIndex ? this.#polls + 1 : 0;
    this.#polledIndex = index;
    if (this.#polls < POLLS_OF_A_SPINNER) return;
    this.#polls = 0;
    this.#endpoint.rest();
  }

  #update(index: number, op: AtomicOp, value: ElementOf<T>): ElementOf<T> {
    this.checkOperation(op);
    if (this.#region instanceof ReleaseRegion) return this.#atHome(index, { op, value });
    return this.#owning(index, atomicOpNames[op]!, () => applyAtomic(this.#view, index, op, value));
  }

  /** Runs `change` while this site owns the element's page. */
  #owning(index: number, call: string, change: () => ElementOf<T>): ElementOf<T> {
    this.checkIndex(index);
    this.#accessesLeft--;
    this.#pollIfDue(index, call);
    this.#endpoint.releaseWrites();
    const page = this.#pageOf(index);
    const old =
      this.#state[page] === State.M
        ? change()
        : this.#endpoint.faults.store(this.#region, page, `"${this.name}".${call}`, change);
    this.#endpoint.fences.acquire();
    return old;
  }

  /** An atomic operation under release consistency. */
  #atHome(index: number, what: HomeOp): ElementOf<T> {
    this.checkIndex(index);
    this.#endpoint.mustBlock(`"${this.name}".${nameOf(what)}`);
    checkValues(this.#view, what);
    this.#accessesLeft--;
    this.#pollIfDue(index, nameOf(what)); // at home it is answered at once, without a wait that would serve the others
    this.#endpoint.releaseWrites();
    const done = this.#context.atomics.begin(this.#region as ReleaseRegion, index + this.#origin, what);
    return this.#endpoint.wait(done, undefined, undefined, Spending.WriteMiss) as ElementOf<T>;
  }

  #span(start: number, end: number, write: boolean): Span<T> {
    checkRange(this.name, start, end, this.length);
    if (this.#region.freed !== undefined) throw this.#region.freed;
    const ranges = this.pages(start, end, write);
    const held = this.#endpoint.faults.acquire(ranges, `"${this.name}".${write ? "write" : "read"}`);
    return new HeldSpan({ array: this, start, end, write }, this.#endpoint, held);
  }
}

/** Copies elements `from` to `to` of `source` to the beginning of `target`; natively where the source is a typed array. */
export function copyPart<T extends TypedArray>(
  target: T,
  source: ArrayLike<ElementOf<T>>,
  from: number,
  to: number,
): void {
  if (ArrayBuffer.isView(source)) {
    (target as Float64Array).set((source as unknown as Float64Array).subarray(from, to));
    return;
  }
  for (let i = from; i < to; i++) (target as { [index: number]: unknown })[i - from] = source[i];
}
