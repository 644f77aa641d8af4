import type { Completion } from "@isles/base";
import { Mode } from "@isles/coherence";
import { acquireAsync } from "./async-acquire.ts";
import { AtomicOp, applyAtomic, applyCompareExchange, checkValues, same } from "./element-ops.ts";
import type { ElementOf, TypedArray } from "./elements.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HomeOp } from "./home-atomics.ts";
import { checkRange, clampRange } from "./ranges.ts";
import type { Region } from "./region.ts";
import { ReleaseRegion } from "./release-region.ts";
import { copyPart, type MemoryContext, type SharedArray } from "./shared-array.ts";
import { HeldSpan, type Span, type SpanOwner } from "./span.ts";
import { leaveQueue, limitOf } from "./word-queue.ts";

/**
 * The twins of `SharedArray`'s blocking calls for code that must not block: same arguments, same results and errors, as
 * promises. An access is performed inside the message that brings its page, so it cannot lose the page again.
 */
export class AsyncArray<T extends TypedArray> {
  readonly #array: SharedArray<T>;
  readonly #context: MemoryContext;
  readonly #region: Region;
  readonly #origin: number;
  readonly #view: T;

  constructor(array: SharedArray<T>, context: MemoryContext, region: Region, origin: number, view: T) {
    this.#array = array;
    this.#context = context;
    this.#region = region;
    this.#origin = origin;
    this.#view = view;
  }

  /** Whose twin it is. */
  get array(): SharedArray<T> {
    return this.#array;
  }

  async get(index: number): Promise<ElementOf<T>> {
    return this.#synchronised(() => this.#access(index, Mode.Read, () => this.#view[index] as ElementOf<T>));
  }

  async set(index: number, value: ElementOf<T>): Promise<void> {
    const store = () => {
      (this.#view as { [index: number]: unknown })[index] = value;
    };
    return this.#synchronised(() => this.#access(index, Mode.Write, store));
  }

  async load(index: number): Promise<ElementOf<T>> {
    if (this.#region instanceof ReleaseRegion) return this.#atHome(index, { op: "load" });
    const value = await this.get(index);
    const { fences } = this.#context.endpoint;
    if (fences.isNeeded) await fences.acquireAsync();
    return value;
  }

  async store(index: number, value: ElementOf<T>): Promise<ElementOf<T>> {
    if (this.#region instanceof ReleaseRegion) return this.#atHome(index, { op: "store", value });
    await this.#context.endpoint.fences.releaseAsync();
    await this.set(index, value);
    return value;
  }

  add(index: number, value: ElementOf<T>): Promise<ElementOf<T>> {
    return this.#update(index, AtomicOp.add, value);
  }

  sub(index: number, value: ElementOf<T>): Promise<ElementOf<T>> {
    return this.#update(index, AtomicOp.sub, value);
  }

  and(index: number, value: ElementOf<T>): Promise<ElementOf<T>> {
    return this.#update(index, AtomicOp.and, value);
  }

  or(index: number, value: ElementOf<T>): Promise<ElementOf<T>> {
    return this.#update(index, AtomicOp.or, value);
  }

  xor(index: number, value: ElementOf<T>): Promise<ElementOf<T>> {
    return this.#update(index, AtomicOp.xor, value);
  }

  exchange(index: number, value: ElementOf<T>): Promise<ElementOf<T>> {
    return this.#update(index, AtomicOp.exchange, value);
  }

  async compareExchange(index: number, expected: ElementOf<T>, replacement: ElementOf<T>): Promise<ElementOf<T>> {
    if (this.#region instanceof ReleaseRegion)
      return this.#atHome(index, { op: "compareExchange", value: replacement, expected });
    return this.#atomically(index, () => applyCompareExchange(this.#view, index, expected, replacement));
  }

  async wait(index: number, expected: ElementOf<T>, timeoutMs?: number): Promise<"ok" | "not-equal" | "timed-out"> {
    this.#array.checkWaitable(index);
    const held = await this.read(index, index + 1);
    let wait: ReturnType<MemoryContext["words"]["enqueue"]>;
    try {
      if (!same(this.#view[index] as ElementOf<T>, expected)) {
        await this.#context.endpoint.fences.acquireAsync(); // another value is news
        return "not-equal";
      }
      wait = this.#context.words.enqueue(this.#array.wordKey(index));
      this.#region.sleeps(wait);
      await this.#context.endpoint.waitAsync(wait.enqueued);
    } finally {
      held.release();
    }
    let timedOut = false;
    await this.#context.endpoint.waitAsync(wait.woken, limitOf(timeoutMs), () => {
      leaveQueue(wait, (left) => {
        timedOut = left;
      });
    });
    return timedOut ? "timed-out" : "ok";
  }

  async notify(index: number, count = Infinity): Promise<number> {
    this.#array.checkWaitable(index);
    await this.#context.endpoint.fences.releaseAsync();
    return this.#context.endpoint.waitAsync(this.#context.words.notify(this.#array.wordKey(index), count));
  }

  /**
   * A span whose pages are held until it is released, across awaits. Take several with `memory.async.acquire` in one
   * call rather than one after the other: spans held while another is awaited are not lent, so two holders could wait
   * for each other; such a wait is given up after ten seconds with an error that says so.
   */
  read(start = 0, end = this.#array.length): Promise<Span<T>> {
    return this.#span(start, end, false);
  }

  write(start = 0, end = this.#array.length): Promise<Span<T>> {
    return this.#span(start, end, true);
  }

  async fill(value: ElementOf<T>, start = 0, end = this.#array.length): Promise<void> {
    const [from, to] = clampRange(start, end, this.#array.length);
    await this.#synchronised(async () => {
      for (const [first, last] of this.#array.chunks(from, to)) {
        using span = await this.write(first, last);
        (span.view as Float64Array).fill(value as number);
      }
    });
  }

  async copyFrom(source: ArrayLike<ElementOf<T>>, at = 0): Promise<void> {
    checkRange(this.#array.name, at, at + source.length, this.#array.length);
    await this.#synchronised(async () => {
      for (const [first, last] of this.#array.chunks(at, at + source.length)) {
        using span = await this.write(first, last);
        copyPart(span.view, source, first - at, last - at);
      }
    });
  }

  async moveTo(site: number, start = 0, end = this.#array.length): Promise<void> {
    await this.#moved(this.#array.moves([site], start, end, true));
  }

  async replicateTo(sites: readonly number[], start = 0, end = this.#array.length): Promise<void> {
    const { fences } = this.#context.endpoint;
    if (fences.isNeeded) await fences.releaseAsync();
    await this.#moved(this.#array.moves(sites, start, end, false));
  }

  async #moved(moves: readonly Completion<void>[]): Promise<void> {
    await Promise.all(moves.map((move) => this.#context.endpoint.waitAsync(move)));
  }

  async #update(index: number, op: AtomicOp, value: ElementOf<T>): Promise<ElementOf<T>> {
    this.#array.checkOperation(op);
    if (this.#region instanceof ReleaseRegion) return this.#atHome(index, { op, value });
    return this.#atomically(index, () => applyAtomic(this.#view, index, op, value));
  }

  async #atomically<R>(index: number, change: () => R): Promise<R> {
    const { fences } = this.#context.endpoint;
    if (fences.isNeeded) await fences.releaseAsync();
    const old = await this.#access(index, Mode.Write, change);
    if (fences.isNeeded) await fences.acquireAsync();
    return old;
  }

  async #atHome(index: number, what: HomeOp): Promise<ElementOf<T>> {
    this.#array.checkIndex(index);
    const { endpoint, atomics } = this.#context;
    checkValues(this.#view, what);
    await endpoint.fences.releaseAsync();
    const done = atomics.begin(this.#region as ReleaseRegion, index + this.#origin, what);
    return (await endpoint.waitAsync(done)) as ElementOf<T>;
  }

  /**
   * Under release consistency each asynchronous call stands for itself: it sees what was released before, and what it writes is
   * known when it is done.
   */
  async #synchronised<R>(access: () => Promise<R>): Promise<R> {
    if (!(this.#region instanceof ReleaseRegion)) return access();
    const { fences } = this.#context.endpoint;
    await fences.acquireAsync();
    const result = await access();
    await fences.releaseAsync();
    return result;
  }

  #access<R>(index: number, mode: Mode, access: () => R): Promise<R> {
    this.#array.checkIndex(index);
    const perPage = this.#region.pageSize / this.#view.BYTES_PER_ELEMENT;
    return this.#context.endpoint.access(this.#region, Math.floor((index + this.#origin) / perPage), mode, access);
  }

  async #span(start: number, end: number, write: boolean): Promise<Span<T>> {
    checkRange(this.#array.name, start, end, this.#array.length);
    if (this.#region.freed !== undefined) throw this.#region.freed;
    const { endpoint } = this.#context;
    const isFenced = this.#region instanceof ReleaseRegion;
    if (isFenced) await endpoint.fences.acquireAsync();
    const held = await acquireAsync(endpoint, this.#array.pages(start, end, write), `a span of "${this.#array.name}"`);
    const owner = isFenced && write ? releasingOwner(endpoint) : endpoint;
    return new HeldSpan({ array: this.#array, start, end, write }, owner, held);
  }
}

/** Where a thread synchronises by nothing but its asynchronous calls, the end of a span that writes is a release. */
function releasingOwner(endpoint: Endpoint): SpanOwner {
  return {
    release: (acquisition) => {
      endpoint.release(acquisition);
      if (!endpoint.mayBlock) endpoint.releaseWrites();
    },
  };
}
