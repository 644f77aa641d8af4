import { type Completion, UsageError } from "@isles/base";
import type { Acquisition, PageRange } from "@isles/coherence";
import { acquireAsync } from "./async-acquire.ts";
import { type ArrayOptions, checkOptions, type RegionDescriptor } from "./descriptor.ts";
import type { ElementType, TypedArray } from "./elements.ts";
import { HomeAtomics } from "./home-atomics.ts";
import { PageMoves } from "./page-moves.ts";
import type { RegistryService } from "./registry-service.ts";
import { type ArrayContext, type MemoryContext, SharedArray } from "./shared-array.ts";
import { HeldSpan, type Span, type SpanRequest } from "./span.ts";

/** Several ranges by name, and the spans they become. */
export type SpanRequests = Record<string, SpanRequest<TypedArray>>;
export type Spans<R extends SpanRequests> = {
  readonly [K in keyof R]: R[K] extends SpanRequest<infer T> ? Span<T> : never;
} & {
  release(): void;
} & Disposable;

type Open<A> = A extends true
  ? <T extends TypedArray>(
      type: ElementType,
      name: string,
      length: number,
      options?: ArrayOptions,
    ) => Promise<SharedArray<T>>
  : <T extends TypedArray>(type: ElementType, name: string, length: number, options?: ArrayOptions) => SharedArray<T>;

/**
 * The calls that make arrays, one per element type, once blocking and once as promises. The same name is the same memory
 * on every site; it starts zero-filled; another type, length, page size or home for it is a MismatchError.
 */
abstract class ArrayMaker<A extends boolean> {
  protected abstract readonly open: Open<A>;

  int8(name: string, length: number, options?: ArrayOptions) {
    return this.open<Int8Array>("int8", name, length, options) as Made<A, Int8Array>;
  }
  uint8(name: string, length: number, options?: ArrayOptions) {
    return this.open<Uint8Array>("uint8", name, length, options) as Made<A, Uint8Array>;
  }
  uint8Clamped(name: string, length: number, options?: ArrayOptions) {
    return this.open<Uint8ClampedArray>("uint8Clamped", name, length, options) as Made<A, Uint8ClampedArray>;
  }
  int16(name: string, length: number, options?: ArrayOptions) {
    return this.open<Int16Array>("int16", name, length, options) as Made<A, Int16Array>;
  }
  uint16(name: string, length: number, options?: ArrayOptions) {
    return this.open<Uint16Array>("uint16", name, length, options) as Made<A, Uint16Array>;
  }
  int32(name: string, length: number, options?: ArrayOptions) {
    return this.open<Int32Array>("int32", name, length, options) as Made<A, Int32Array>;
  }
  uint32(name: string, length: number, options?: ArrayOptions) {
    return this.open<Uint32Array>("uint32", name, length, options) as Made<A, Uint32Array>;
  }
  float32(name: string, length: number, options?: ArrayOptions) {
    return this.open<Float32Array>("float32", name, length, options) as Made<A, Float32Array>;
  }
  float64(name: string, length: number, options?: ArrayOptions) {
    return this.open<Float64Array>("float64", name, length, options) as Made<A, Float64Array>;
  }
  bigInt64(name: string, length: number, options?: ArrayOptions) {
    return this.open<BigInt64Array>("bigInt64", name, length, options) as Made<A, BigInt64Array>;
  }
  bigUint64(name: string, length: number, options?: ArrayOptions) {
    return this.open<BigUint64Array>("bigUint64", name, length, options) as Made<A, BigUint64Array>;
  }
}

type Made<A extends boolean, T extends TypedArray> = A extends true ? Promise<SharedArray<T>> : SharedArray<T>;

/** A site's view of the shared memory (`site.memory`), or the launcher's (`cluster.memory`). */
export class Memory extends ArrayMaker<false> {
  readonly async: AsyncMemory;
  readonly #context: MemoryContext;
  readonly #registry: RegistryService;

  constructor(context: ArrayContext, registry: RegistryService) {
    super();
    const moves = new PageMoves(context.endpoint, (descriptor) => registry.adopt(descriptor));
    this.#context = { ...context, moves, atomics: new HomeAtomics(context.endpoint) };
    this.#registry = registry;
    this.async = new AsyncMemory(this.#context, registry);
  }

  /** Frees an array everywhere: its memory goes, every use of it from now on is a ReleasedError, its name is free. */
  free(name: string): void {
    this.#context.endpoint.mustBlock("memory.free");
    this.#context.endpoint.wait(this.#registry.free(name));
  }

  /**
   * Takes several spans at once: `using s = memory.acquire({ src: a.reading(0, n), dst: b.writing(0, n) })`, then
   * `s.src.view`. In whatever order they are named, two sites that ask for each other's ranges cannot deadlock.
   */
  acquire<R extends SpanRequests>(requests: R): Spans<R> {
    const held = this.#context.endpoint.faults.acquire(rangesOf(requests), "memory.acquire");
    return new SpanGroup(this.#context, requests, held) as unknown as Spans<R>;
  }

  /** The array that a description (an argument from another site) stands for. */
  resolve(description: ReturnType<SharedArray["describe"]>): SharedArray {
    return new SharedArray(
      this.#context,
      this.#registry.adopt(description.region),
      description.origin,
      description.length,
    );
  }

  protected readonly open: Open<false> = (type, name, length, options) =>
    opened(
      this.#context,
      this.#registry,
      this.#context.endpoint.wait(request(this.#registry, type, name, length, options)),
    );
}

/** `memory.async`: the same calls as promises. */
export class AsyncMemory extends ArrayMaker<true> {
  readonly #context: MemoryContext;
  readonly #registry: RegistryService;

  constructor(context: MemoryContext, registry: RegistryService) {
    super();
    this.#context = context;
    this.#registry = registry;
  }

  async free(name: string): Promise<void> {
    await this.#context.endpoint.waitAsync(this.#registry.free(name));
  }

  async acquire<R extends SpanRequests>(requests: R): Promise<Spans<R>> {
    const held = await acquireAsync(this.#context.endpoint, rangesOf(requests), "memory.acquire");
    return new SpanGroup(this.#context, requests, held) as unknown as Spans<R>;
  }

  protected readonly open: Open<true> = async (type, name, length, options) =>
    opened(
      this.#context,
      this.#registry,
      await this.#context.endpoint.waitAsync(request(this.#registry, type, name, length, options)),
    );
}

function request(
  registry: RegistryService,
  type: ElementType,
  name: string,
  length: number,
  options: ArrayOptions = {},
): Completion<RegionDescriptor | undefined> {
  checkOptions(name, options);
  const { pageSize, home, homeMigration, consistency } = options;
  return registry.open({ name, type, length, pageSize, home, homeMigration, consistency });
}

function opened<T extends TypedArray>(
  context: MemoryContext,
  registry: RegistryService,
  descriptor: RegionDescriptor | undefined,
): SharedArray<T> {
  return new SharedArray<T>(context, registry.adopt(descriptor!));
}

function rangesOf(requests: SpanRequests): PageRange[] {
  if (typeof requests !== "object" || requests === null) {
    throw new UsageError(
      "BAD_RANGE",
      "memory.acquire takes ranges by name: acquire({ src: a.reading(0, n), dst: b.writing(0, n) })",
    );
  }
  if (Object.hasOwn(requests, "release")) {
    throw new UsageError(
      "BAD_NAME",
      "memory.acquire: no span can be called release, which is how all of them are let go",
    );
  }
  return Object.entries(requests).flatMap(([name, request]) => {
    if (typeof request?.array?.pages === "function")
      return request.array.pages(request.start, request.end, request.write);
    throw new UsageError(
      "BAD_RANGE",
      `memory.acquire: ${name} is no range; write array.reading(start, end) or array.writing(start, end)`,
    );
  });
}

/** Spans that were taken together and go together. */
export class SpanGroup {
  readonly #context: MemoryContext;
  readonly #spans: HeldSpan<TypedArray>[] = [];
  #held: Acquisition | null;
  [name: string]: unknown;

  constructor(context: MemoryContext, requests: SpanRequests, held: Acquisition) {
    this.#context = context;
    this.#held = held;
    const owner = { release: () => this.release() };
    for (const [name, request] of Object.entries(requests)) {
      const span = new HeldSpan(request, owner, held);
      this.#spans.push(span);
      this[name] = span;
    }
  }

  release(): void {
    const held = this.#held;
    this.#held = null;
    if (held === null) return;
    const { endpoint } = this.#context;
    endpoint.release(held);
    if (!endpoint.mayBlock) endpoint.releaseWrites(); // its end is a release, as that of a span is: see AsyncArray
    for (const span of this.#spans) span.release(); // what the debug mode goes by
  }

  /** The spans in words, for messages. No method: a span may have any name. */
  static describe(group: SpanGroup): string {
    return group.#spans.length === 0 ? "spans of no array" : group.#spans.map((span) => span.describe()).join(" and ");
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
