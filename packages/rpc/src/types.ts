import type { MessagePort } from "node:worker_threads";
import type { Transferable } from "@isles/transport";
import type { ByReference, ReferenceMark } from "./by-reference.ts";
import type { RpcEndpoint } from "./channel-endpoint.ts";

/*
 * Stubs inferred from the type of a service. One rule runs through all of it: what nothing here says anything about comes
 * out as the very same type, so that a `Point` is a `Point` on both sides, in the compiler's eyes and in an editor's hovers.
 */

declare const service: unique symbol;
declare const unreturned: unique symbol;

/** Any function. `never[]`, so that functions of all parameters count. */
type AnyFunction = (...args: never[]) => unknown;

/** What functions return that return nothing: where it is wanted, a function may return anything. */
// biome-ignore lint/suspicious/noConfusingVoidType: used as a return type only
type Nothing = void;

/** What becomes of a call: a promise, a plain result, nothing, or one result of each site. */
type Flavour = "promise" | "blocking" | "oneWay" | "group";

/** The two flavours whose callers see results. */
type ReceivingFlavour = "promise" | "blocking";

/**
 * A stub of `S`, whatever its flavour: what {@link Stub}, {@link BlockingStub} and {@link OneWayStub} have in common, and
 * what is accepted where a stub can be handed on. The property exists for the compiler only.
 */
export interface AnyStub<S> {
  readonly [service]: S;
}

// ---------------------------------------------------------------------------------------------------------- stubs

/** Names that are never remote: a stub has them for itself, or the language asks for them (`await` looks for `then`). */
type ReservedName =
  | "then"
  | "toJSON"
  | "constructor"
  | "toString"
  | "toLocaleString"
  | "valueOf"
  | "hasOwnProperty"
  | "isPrototypeOf"
  | "propertyIsEnumerable";

/** `K` if that member can be called: a function under a string. */
type MethodKey<S, K extends keyof S> = K extends ReservedName
  ? never
  : K extends string
    ? NonNullable<S[K]> extends AnyFunction
      ? K
      : never
    : never;

/** What calling a method that returns `R` gives. */
interface ResultOfCall<R> {
  promise: RemotePromise<Awaited<R>>; // the same as of R, and shorter in hovers
  blocking: ReceivedBlocking<R>;
  oneWay: Nothing;
  group: GroupCall<R>;
}

type Call<M, F extends Flavour> =
  NonNullable<M> extends (...args: infer A extends unknown[]) => infer R
    ? (...args: StubArguments<A>) => ResultOfCall<R>[F]
    : never;

/** The service's methods. The mapping keeps `?`: an optional method stays optional. */
type Methods<S, F extends Flavour> = { readonly [K in keyof S as MethodKey<S, K>]: Call<S[K], F> };

/** The service itself, if it is a function. In tuples: a stub of a union is no union of stubs. */
type SelfCall<S, F extends Flavour> = [S] extends [AnyFunction] ? Call<S, F> : unknown;

/**
 * An asynchronous stub: the public methods of the service `S`, each returning a {@link RemotePromise}; for a function, a
 * function that does. Absent is what is no function, private or under a symbol, and what a stub has for itself (`then`,
 * `toString`, …). Of an overloaded method the last overload counts, and of a generic one its constraints: TypeScript infers
 * no more. A class's methods are there though they must be listed to be callable: types do not tell inherited from own.
 * Disposing of the stub releases what it refers to; a call after that rejects with ReleasedError.
 */
export type Stub<S> = SelfCall<S, "promise"> & Methods<S, "promise"> & AnyStub<S> & Disposable;

/**
 * The textbook's stub (Birrell and Nelson, 1984): as {@link Stub}, without the promises. The caller waits, its site keeps
 * serving others. Streams come as synchronous iterators, references as blocking stubs.
 */
export type BlockingStub<S> = SelfCall<S, "blocking"> & Methods<S, "blocking"> & AnyStub<S> & Disposable;

/** A stub whose calls are sent and forgotten: nothing comes back, neither results nor errors. */
export type OneWayStub<S> = SelfCall<S, "oneWay"> & Methods<S, "oneWay"> & AnyStub<S> & Disposable;

/** One service on several sites: each method calls all of them and returns a {@link GroupCall}. */
export type Group<S> = SelfCall<S, "group"> & Methods<S, "group">;

// -------------------------------------------------------------------------------------------------------- streams

/** The values of a generator or iterator on another site. Leaving a `for await` loop, or disposing, ends it there too. */
export interface RemoteStream<T> extends AsyncIterableIterator<T, undefined, undefined>, AsyncDisposable {
  next(): Promise<IteratorResult<T, undefined>>;
  /** Ends the stream on its site; resolves when its `finally` blocks have run. */
  return(): Promise<IteratorResult<T, undefined>>;
  /** Throws `reason` into the generator where it stands. */
  throw(reason?: unknown): Promise<IteratorResult<T, undefined>>;
  [Symbol.asyncIterator](): RemoteStream<T>;
}

/** As {@link RemoteStream}, but every step blocks until it has its value. Leaving a `for` loop, or disposing, ends it. */
export interface BlockingStream<T> extends IterableIterator<T, undefined, undefined>, Disposable {
  next(): IteratorResult<T, undefined>;
  /** Ends the stream on its site; returns when its `finally` blocks have run. */
  return(): IteratorResult<T, undefined>;
  /** Throws `reason` into the generator where it stands. */
  throw(reason?: unknown): IteratorResult<T, undefined>;
  [Symbol.iterator](): BlockingStream<T>;
}

/** A generator or iterator. A mere `Iterable` is none, since arrays and maps are that too. */
type StreamLike =
  | AsyncIterable<unknown, unknown, never>
  | { next(...args: never[]): unknown; [Symbol.iterator](): unknown };

type ElementOfStream<T> =
  T extends AsyncIterable<infer E, unknown, never> ? E : T extends Iterable<infer E, unknown, never> ? E : unknown;

// --------------------------------------------------------------------------------------- what is looked into, how deep

/**
 * Levels of a value's type that are searched for functions, references and streams. More would slow editors down, and a
 * type that grows as it recurs would never end. What is deeper is taken to be plain.
 */
type MaxDepth = 6;

/** The platform's own objects: they consist of methods, and travel whole. */
type PlatformObject =
  | Date
  | RegExp
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | Promise<unknown>
  | WeakMap<WeakKey, unknown>
  | WeakSet<WeakKey>
  | URL
  | URLSearchParams
  | Blob
  | MessagePort
  | AbortSignal
  | ReadableStream
  | WritableStream
  | TransformStream;

/**
 * Whether `T` is copied, or handled by its own class, and so keeps its type: primitives, platform objects, errors,
 * constructors, and instances of classes with private members, which nothing but the class itself makes (a shared array).
 */
type IsWhole<T> = T extends object
  ? T extends PlatformObject | (abstract new (...args: never[]) => unknown)
    ? true
    : T extends Error
      ? "stack" extends keyof T // or every `{ name, message }` would do
        ? true
        : IsNominal<T>
      : IsNominal<T>
  : true;

/** A copy of the public members of a class with private ones is no instance of it. */
type IsNominal<T> = Pick<T, keyof T> extends T ? false : true;

type IsAny<T> = 0 extends 1 & T ? true : false;

/** The keys of a plain object that travel. */
type TravellingKey<T> = Exclude<keyof T, symbol>;

/**
 * True, or a union with true in it, if `T` contains a function, a reference or a stream. The depth and not the types seen so
 * far ends the recursion: the compiler can then reuse what it found for a type, by whatever way it got there.
 */
type Carries<T, Depth extends 0[] = []> =
  IsAny<T> extends true
    ? false
    : Depth["length"] extends MaxDepth
      ? false
      : T extends AnyStub<unknown> | ReferenceMark<unknown> | AnyFunction
        ? true
        : T extends readonly (infer E)[]
          ? Carries<E, [0, ...Depth]>
          : T extends ReadonlyMap<infer K, infer V>
            ? Carries<K | V, [0, ...Depth]>
            : T extends ReadonlySet<infer E>
              ? Carries<E, [0, ...Depth]>
              : T extends PlatformObject // before streams: some of them can be iterated
                ? false
                : T extends StreamLike
                  ? true
                  : IsWhole<T> extends true
                    ? false
                    : { [K in TravellingKey<T>]: Carries<T[K], [0, ...Depth]> }[TravellingKey<T>];

// -------------------------------------------------------------------------------------------------------- results

type StubIn<S, F extends ReceivingFlavour> = F extends "promise" ? Stub<S> : BlockingStub<S>;

type StreamIn<T, F extends ReceivingFlavour> = F extends "promise" ? RemoteStream<T> : BlockingStream<T>;

type Arrived<T, F extends ReceivingFlavour> = true extends Carries<T> ? ArrivedPart<T, F> : T;

type ArrivedPart<T, F extends ReceivingFlavour> =
  T extends AnyStub<infer S>
    ? StubIn<S, F>
    : T extends ReferenceMark<infer S>
      ? StubIn<S, F>
      : T extends AnyFunction
        ? StubIn<T, F>
        : T extends readonly unknown[]
          ? { [K in keyof T]: Arrived<T[K], F> }
          : T extends ReadonlyMap<infer K, infer V>
            ? Map<Arrived<K, F>, Arrived<V, F>>
            : T extends ReadonlySet<infer E>
              ? Set<Arrived<E, F>>
              : T extends PlatformObject
                ? T
                : T extends StreamLike
                  ? StreamIn<Arrived<ElementOfStream<T>, F>, F>
                  : IsWhole<T> extends true
                    ? T
                    : { [K in keyof T as K extends symbol ? never : K]: Arrived<T[K], F> };

/**
 * What an asynchronous caller receives for a result of type `R`, once awaited. Functions, stubs and {@link ByReference}
 * arrive as {@link Stub}, generators and async iterables as {@link RemoteStream}. Arrays, maps, sets and plain objects that
 * contain some of these are rebuilt around them; everything else keeps its type. An object type with methods counts as
 * plain, its methods arriving as stubs, unless its class has private members.
 */
export type Received<R> = Arrived<Awaited<R>, "promise">;

/** As {@link Received}, for a blocking caller: {@link BlockingStub} and {@link BlockingStream} instead. */
export type ReceivedBlocking<R> = Arrived<Awaited<R>, "blocking">;

/** What makes a promise an unreturned result, known by its future type. The property exists for the compiler only. */
interface Unreturned<T> {
  readonly [unreturned]: T;
}

/** What can be called on a result before it is there. Not on a union: which of its members comes is not known yet. */
type Pipelined<V> = [V] extends [never]
  ? unknown
  : IsAny<V> extends true
    ? unknown
    : [V] extends [AnyStub<infer S>]
      ? PipelinedCalls<S>
      : [V] extends [ReferenceMark<infer S>]
        ? PipelinedCalls<S>
        : [V] extends [AnyFunction]
          ? PipelinedCalls<V>
          : [V] extends [PlatformObject]
            ? unknown
            : [V] extends [StreamLike]
              ? AsyncIterable<Arrived<ElementOfStream<V>, "promise">, undefined, undefined>
              : unknown;

/** The promise's own methods win over a service's of the same name; those can be called once it is awaited. */
type PipelinedCalls<S> = Omit<Methods<S, "promise">, keyof Promise<unknown>>;

/**
 * The result of an asynchronous call of a method that returns `R`. It can be used before it is there (promise pipelining,
 * Liskov and Shrira, 1988): methods of the result can be called on it (`stub.open("x").read()`) if that is a stub or
 * {@link ByReference}, in one round trip for the whole chain. If it is a stream, `for await` runs through it. As an argument of
 * another call it is waited for first.
 */
export type RemotePromise<R> = Promise<Received<R>> & Unreturned<Awaited<R>> & Pipelined<Awaited<R>>;

// ------------------------------------------------------------------------------------------------------ arguments

/** What a function may return where `R` is wanted. Where nothing is wanted, anything: nobody looks at it. */
type LocalResult<R> = Nothing extends Awaited<R> ? Nothing : Sendable<Awaited<R>> | PromiseLike<Sendable<Awaited<R>>>;

/** A function of this site that another site, which knows it as `M`, calls through a stub. */
type LocalFunction<M> =
  NonNullable<M> extends (...args: infer A extends unknown[]) => infer R
    ? (...args: { [I in keyof A]: Arrived<A[I], "promise"> }) => LocalResult<R>
    : never;

/** An object of this site that others may know as a stub of `S`: its methods may be synchronous or not. */
type LocalService<S> = { readonly [K in keyof S as MethodKey<S, K>]: LocalFunction<S[K]> };

/** Whether a value is a whole argument or result, or only a part of one: there functions travel only when marked. */
type Place = "whole" | "part";

type Sendable<P, At extends Place = "whole"> = true extends Carries<P> ? SendablePart<P, At> : P;

type FunctionAt<At extends Place, M> = At extends "whole" ? LocalFunction<M> : ByReference<LocalFunction<M>>;

// A stub is accepted as AnyStub, which cannot be called: two call signatures in one union would cost a function written in
// place the types of its parameters.
type SendablePart<P, At extends Place> =
  P extends AnyStub<infer S>
    ? AnyStub<S> | ByReference<S> | ByReference<LocalService<S>> | (S extends AnyFunction ? FunctionAt<At, S> : never)
    : P extends ReferenceMark<infer S>
      ? P | AnyStub<S>
      : P extends AnyFunction
        ? FunctionAt<At, P> | AnyStub<P>
        : P extends readonly unknown[]
          ? { [K in keyof P]: Sendable<P[K], "part"> }
          : P extends ReadonlyMap<infer K, infer V>
            ? ReadonlyMap<Sendable<K, "part">, Sendable<V, "part">>
            : P extends ReadonlySet<infer E>
              ? ReadonlySet<Sendable<E, "part">>
              : P extends PlatformObject
                ? P
                : P extends StreamLike
                  ? AsyncIterable<Sendable<ElementOfStream<P>>> | IterableIterator<Sendable<ElementOfStream<P>>>
                  : IsWhole<P> extends true
                    ? P
                    : { [K in keyof P as K extends symbol ? never : K]: Sendable<P[K], "part"> };

/**
 * What a caller may pass for the parameters `A`. For a function: a local one, synchronous or not, or a stub of it. For a
 * stub of `T`: any stub of `T`, a local object marked by `byReference`, and a local function if `T` is one. For a stream:
 * an async iterable or a generator. Functions inside an argument need `byReference` around them. In place of a whole
 * argument (not inside one) also the unreturned result of another call: a {@link RemotePromise}, but no other promise.
 */
export type StubArguments<A extends unknown[]> = {
  [I in keyof A]: Sendable<A[I]> | Unreturned<Sendable<A[I]>>;
};

// ---------------------------------------------------------------------------------------------------------- groups

/** How a call ended on one site. `site` is its id, `reason` what the call rejected with. */
export type SiteOutcome<T> =
  | { readonly site: number; readonly status: "fulfilled"; readonly value: T }
  | { readonly site: number; readonly status: "rejected"; readonly reason: unknown };

/**
 * A call on every site of a group, under way on all of them. Awaiting it is awaiting `all()`. Results are in the order in
 * which the group names its sites.
 */
export interface GroupCall<R> extends PromiseLike<Received<R>[]> {
  /** All results; rejects with the first error, as `Promise.all` does. */
  all(): Promise<Received<R>[]>;
  /** The first result to arrive; rejects with an AggregateError when every site failed, as `Promise.any` does. */
  any(): Promise<Received<R>>;
  /** How it ended on each site, as `Promise.allSettled` tells it; never rejects. */
  settled(): Promise<SiteOutcome<Received<R>>[]>;
}

// --------------------------------------------------------------------------------------------------------- options

/** How calls are made. */
export interface CallOptions {
  /** Milliseconds that a call may take, the way there and back included; then it fails with TimeoutError. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /**
   * Gives the call up, here and on the called site, whose `current.signal` aborts; the call fails with the signal's reason.
   * A thread that blocks sees no timers of its own: use `timeoutMs` there, not AbortSignal.timeout. A call with a signal is
   * never taken for part of a deadlock.
   */
  readonly signal?: AbortSignal | undefined;
  /** Send and forget: no result, no error, no wait. Default false. */
  readonly oneWay?: boolean | undefined;
  /** Parts of the arguments that are moved, not copied; this site loses them. Only within one process; default none. */
  readonly transfer?: readonly Transferable[] | undefined;
}

/** Options of a stub: those of every call made through it. */
export type StubOptions = CallOptions;

/** {@link CallOptions} of calls that nobody waits for. */
export interface OneWayOptions extends CallOptions {
  readonly oneWay: true;
}

/** The type of `withOptions`: the same stub in the same flavour with other options; the ones left out stay. */
export interface WithOptions {
  /** With `oneWay: true` the calls return nothing. */
  <S>(stub: AnyStub<S>, options: OneWayOptions): OneWayStub<S>;
  <A extends AnyStub<unknown>>(stub: A, options: CallOptions): A;
}

/** Options of `expose`. */
export interface ExposeOptions {
  /**
   * Names of the functions that can be called, inherited ones too: those of a class must be listed. Default: the service's
   * own enumerable functions.
   */
  readonly members?: readonly string[] | undefined;
}

/** A service that is exposed; disposing is withdrawing. */
export interface Exposed extends Disposable {
  /** The name it is known by on this site. */
  readonly name: string;
  /** Nobody can call it from now on; calls under way finish. Idempotent. */
  withdraw(): void;
}

// ------------------------------------------------------------------------------------------------------- endpoints

/** In place of a site: any one that exposes the service. */
export const any: unique symbol = Symbol.for("isles.any-site");

/** Where a service is: a site's id, the launcher, or {@link any} site that has it. */
export type SiteRef = number | "launcher" | typeof any;

/** What a method can learn of the call that it is serving. */
export interface CallContext {
  /** Id of the site that called. */
  readonly caller: number;
  /** Name of the method. */
  readonly method: string;
  /** Aborted when the caller gave up, passed its deadline or went down: work for it is in vain. */
  readonly signal: AbortSignal;
  /** Milliseconds left of the caller's `timeoutMs` when asked; undefined without one. */
  readonly deadlineMs: number | undefined;
}

/** Remote procedure calls, from code that must not block: the launcher's side. */
export interface Rpc {
  /**
   * The call that is being answered; undefined outside of one. Behind a method's first `await` it is known only for calls
   * with a deadline: keep it in a constant.
   */
  readonly current: CallContext | undefined;

  /**
   * Makes the methods of `service` callable from every site, under `name` on this one. Its own
   * functions count, or those in `options.members`: list them of a class's instance. A name that is taken goes to the new
   * service. Throws UsageError if there is no function to call, or a member has a name that stubs keep for themselves.
   */
  expose(name: string, service: object, options?: ExposeOptions): Exposed;

  /**
   * An asynchronous stub of the service that a site exposes as `name`. Sends nothing: that there is no such service, method
   * or site shows when it is called. With `oneWay: true` its calls return nothing.
   */
  stub<S>(site: SiteRef, name: string, options: OneWayOptions): OneWayStub<S>;
  stub<S>(site: SiteRef, name: string, options?: StubOptions): Stub<S>;
  /** An asynchronous stub of what another stub refers to. */
  stub<S>(reference: AnyStub<S>, options: OneWayOptions): OneWayStub<S>;
  stub<S>(reference: AnyStub<S>, options?: StubOptions): Stub<S>;

  /** A stub of the service `name` on each of `sites`, or on all sites: a call goes to all of them at once. */
  group<S>(sites: readonly number[] | "all", name: string, options?: CallOptions): Group<S>;

  /** A Comlink endpoint to the channel `name` of a site: for `Comlink.wrap` on one side, `Comlink.expose` on the other. */
  endpoint(site: number, name: string): RpcEndpoint;

  /**
   * Error classes that arrive as instances of themselves, known by their names; other errors arrive as the built-in class
   * nearest to them. Register them on both sides. Throws UsageError if another class has the name.
   */
  registerErrors(...classes: (abstract new (...args: never[]) => Error)[]): void;
}

/** Remote procedure calls on a site: its thread may block. */
export interface SiteRpc extends Rpc {
  /**
   * A blocking stub of the service that a site exposes as `name`: the caller waits, and its site keeps serving others.
   * With `oneWay: true` its calls return nothing, at once.
   */
  blocking<S>(site: SiteRef, name: string, options: OneWayOptions): OneWayStub<S>;
  blocking<S>(site: SiteRef, name: string, options?: StubOptions): BlockingStub<S>;
  /** A blocking stub of what another stub refers to. */
  blocking<S>(reference: AnyStub<S>, options: OneWayOptions): OneWayStub<S>;
  blocking<S>(reference: AnyStub<S>, options?: StubOptions): BlockingStub<S>;
}
