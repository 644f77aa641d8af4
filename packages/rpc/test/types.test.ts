import { expect, expectTypeOf, it } from "vitest";
import { type ByReference, byReference, isByReference } from "../src/by-reference.ts";
import {
  type AnyStub,
  any,
  type BlockingStream,
  type BlockingStub,
  type Exposed,
  type Group,
  type GroupCall,
  type OneWayStub,
  type Received,
  type ReceivedBlocking,
  type RemotePromise,
  type RemoteStream,
  type Rpc,
  type SiteOutcome,
  type SiteRpc,
  type Stub,
  type StubArguments,
  type WithOptions,
} from "../src/types.ts";
import { Account, type File, type Handle, type Point, type Service, service } from "./sample-services.ts";

// Checked by the compiler (`npm run types`), not by running: what stubs are inferred to be from a service's type. The
// functions whose names begin with "compiles" are never called: their bodies need only compile.

/** Equal as types, not only assignable to each other: plain aliases resolve to the very same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export async function compilesCalls(stub: Stub<Service>, blocking: BlockingStub<Service>): Promise<void> {
  expectTypeOf(await stub.increment(1)).toEqualTypeOf<number>();
  expectTypeOf(blocking.increment(1)).toEqualTypeOf<number>();
  expectTypeOf(await stub.later("x")).toEqualTypeOf<boolean>();
  expectTypeOf(blocking.later("x")).toEqualTypeOf<boolean>();
  expectTypeOf(await stub.nothing()).toEqualTypeOf<void>();
  expectTypeOf(blocking.nothing()).toEqualTypeOf<void>();
  expectTypeOf(await stub.mayHave()).toEqualTypeOf<string>();
  expectTypeOf(blocking.many("a", 1, 2, 3)).toEqualTypeOf<bigint>();
  expectTypeOf(await stub.point({ x: 1, y: 2 })).toEqualTypeOf<Point>();
  expectTypeOf(await stub.property(1)).toEqualTypeOf<string>();
  expectTypeOf(await stub.optional?.(1)).toEqualTypeOf<number | undefined>();
  expectTypeOf(await stub.generic("text")).toEqualTypeOf<unknown[]>();
  expectTypeOf(await stub.overloaded(1)).toEqualTypeOf<number>();
  stub[Symbol.dispose]();
  blocking[Symbol.dispose]();

  // @ts-expect-error the argument has another type
  stub.increment("1");
  // @ts-expect-error and so here
  blocking.increment("1");
  // @ts-expect-error it is missing
  stub.increment();
  // @ts-expect-error there is one too many
  stub.increment(1, 2);
  // @ts-expect-error a part of it has another type
  stub.many("a", 1, "2");
  // @ts-expect-error a property is missing
  stub.point({ x: 1 });
  // @ts-expect-error not a function
  stub.version;
  // @ts-expect-error not a function, so it cannot be called either
  blocking.version();
  // @ts-expect-error there is no such method
  stub.missing();
  // @ts-expect-error optional methods may be missing
  stub.optional(1);
  // @ts-expect-error only the last overload counts
  stub.overloaded("1");
  // @ts-expect-error a stub is not thenable
  stub.then;
  // @ts-expect-error the result is a number
  (await stub.increment(1)) satisfies string;
  // @ts-expect-error a promise is not its result
  stub.increment(1) satisfies number;
  // @ts-expect-error a result is not a promise
  blocking.increment(1).then;
  // A stub keeps the language's names for itself.
  expectTypeOf(stub.toString()).toEqualTypeOf<string>();
}

export async function compilesPromises(stub: Stub<Service>): Promise<void> {
  const [n, flag, file] = await Promise.all([stub.increment(1), stub.later("x"), stub.open("f")]);
  expectTypeOf(n).toEqualTypeOf<number>();
  expectTypeOf(flag).toEqualTypeOf<boolean>();
  expectTypeOf(file).toEqualTypeOf<Stub<File>>();
  const all = await Promise.all([1, 2].map((by) => stub.increment(by)));
  expectTypeOf(all).toEqualTypeOf<number[]>();
  expectTypeOf(await Promise.race([stub.increment(1), stub.later("x")])).toEqualTypeOf<number | boolean>();
  expectTypeOf(await stub.increment(1).then(String)).toEqualTypeOf<string>();
  expectTypeOf(await stub.increment(1).catch(() => null)).toEqualTypeOf<number | null>();
  const settled = await Promise.allSettled([stub.increment(1)]);
  expectTypeOf(settled).toEqualTypeOf<[PromiseSettledResult<number>]>();
  const promise: Promise<number> = stub.increment(1);
  expectTypeOf(promise).resolves.toEqualTypeOf<number>();
}

export async function compilesPipelining(stub: Stub<Service>, blocking: BlockingStub<Service>): Promise<void> {
  const opened = stub.open("f");
  expectTypeOf(opened.read).toEqualTypeOf<Stub<File>["read"]>();
  expectTypeOf(await opened.read()).toEqualTypeOf<Uint8Array>();
  expectTypeOf(await opened.parent().open("g").parent().entries()).toEqualTypeOf<string[]>();
  for await (const line of opened.lines()) expectTypeOf(line).toEqualTypeOf<string>();
  expectTypeOf(await (await stub.adder(1))(2)).toEqualTypeOf<number>();
  // The promise's own methods win; the service's can be called once it is there.
  expectTypeOf(opened.finally()).toEqualTypeOf<Promise<Stub<File>>>();
  expectTypeOf(await (await opened).finally()).toEqualTypeOf<number>();

  // An unreturned result as an argument.
  expectTypeOf(await stub.increment(stub.increment(1))).toEqualTypeOf<number>();
  expectTypeOf(await stub.length(stub.open("f"))).toEqualTypeOf<number>();
  expectTypeOf(await stub.consume(stub.count(3))).toEqualTypeOf<number>();
  await stub.mayHave(stub.increment(1));
  await stub.many("a", stub.increment(1), 2);
  await stub.watch(stub.adder(1));
  // A blocking stub's results are there.
  expectTypeOf(blocking.open("f").parent().open("g").read()).toEqualTypeOf<Uint8Array>();
  expectTypeOf(blocking.adder(1)(2)).toEqualTypeOf<number>();

  // @ts-expect-error the result has another type
  stub.increment(stub.mayHave());
  // @ts-expect-error only the results of calls, not every promise
  stub.increment(Promise.resolve(1));
  // @ts-expect-error only in place of a whole argument
  stub.point({ x: stub.increment(1), y: 2 });
  // @ts-expect-error not a stub of a file
  stub.length(stub.adder(1));
  // @ts-expect-error files have no such method
  opened.entries();
  // @ts-expect-error a number has no remote methods
  stub.increment(1).toFixed();
  // @ts-expect-error and is not called
  stub.increment(1)();
  // @ts-expect-error nor run through
  for await (const _ of stub.increment(1));
}

export async function compilesStreams(stub: Stub<Service>, blocking: BlockingStub<Service>): Promise<void> {
  for await (const point of stub.list("a")) expectTypeOf(point).toEqualTypeOf<Point>();
  for await (const point of await stub.list("a")) expectTypeOf(point).toEqualTypeOf<Point>();
  for await (const n of stub.count(3)) expectTypeOf(n).toEqualTypeOf<number>();
  for (const point of blocking.list("a")) expectTypeOf(point).toEqualTypeOf<Point>();
  for (const n of blocking.count(3)) expectTypeOf(n).toEqualTypeOf<number>();
  expectTypeOf([...blocking.count(3)]).toEqualTypeOf<number[]>();
  expectTypeOf(await stub.list("a")).toEqualTypeOf<RemoteStream<Point>>();
  expectTypeOf(blocking.list("a")).toEqualTypeOf<BlockingStream<Point>>();
  await using _remote = await stub.list("a");
  using _blocking = blocking.list("a");

  // What may be passed for a stream.
  async function* later() {
    yield 1;
  }
  function* now() {
    yield 1;
  }
  await stub.consume(later());
  await stub.consume(now());
  await stub.consume(await stub.count(3));
  await stub.consume(blocking.count(3));
  // @ts-expect-error other elements
  await stub.consume(stub.list("a"));
  // @ts-expect-error an array is copied, and is no stream there
  await stub.consume([1, 2]);
  // @ts-expect-error not synchronously
  for (const _ of stub.list("a"));
}

export async function compilesArguments(stub: Stub<Service>, blocking: BlockingStub<Service>): Promise<void> {
  const seen: number[] = [];
  await stub.watch((value, at) => {
    expectTypeOf(value).toEqualTypeOf<number>();
    expectTypeOf(at).toEqualTypeOf<Point>();
  });
  await stub.watch(async (value) => void seen.push(value));
  await stub.watch((value) => seen.push(value));
  await stub.ask((n) => String(n));
  await stub.ask(async (n) => String(n));
  const stop = await stub.watch(() => {});
  expectTypeOf(stop).toEqualTypeOf<Stub<() => void>>();
  expectTypeOf(blocking.watch(() => {})).toEqualTypeOf<BlockingStub<() => void>>();
  // Stubs in place of functions, whatever their flavour.
  await stub.watch(await stub.adder(1));
  await stub.watch(blocking.adder(1));

  // Stubs and objects by reference in place of stubs.
  await stub.length(await stub.open("f"));
  await stub.length(blocking.open("f"));
  const local = {
    read: async () => new Uint8Array(),
    async *lines() {
      yield "line";
    },
    parent: () => byReference({ open: (): ByReference<File> => file, entries: () => ["f"] }),
    finally: () => 0,
    extra: true,
  };
  await stub.length(byReference(local));
  const file: ByReference<File> = byReference({
    read: () => new Uint8Array(),
    lines: local.lines,
    parent: () => file.parent(),
    finally: () => 0,
  });
  await stub.length(file);

  // @ts-expect-error returns a number
  await stub.ask((n) => n);
  // @ts-expect-error promises a number
  await stub.ask(async (n) => n);
  // @ts-expect-error takes a string
  await stub.watch((value: string) => value);
  // @ts-expect-error not marked: it would be copied
  await stub.length(local);
  // @ts-expect-error methods are missing
  await stub.length(byReference({ read: () => new Uint8Array() }));
  // @ts-expect-error a stub of something else
  await stub.length(await stub.adder(1));
}

interface Nested {
  subscribe(options: { onData: (bytes: Uint8Array) => void; readonly label?: string }): {
    stop: () => void;
    id: number;
  };
  each(callbacks: ((n: number) => void)[]): Map<string, () => number>;
  pair(): [number, () => string];
  connect(other: Stub<(n: number) => number>): Promise<{ file: ByReference<File>; at: Date } | null>;
  relay(): Stub<File>;
  marked(file: ByReference<File>): void;
  maybe(onData?: (bytes: Uint8Array) => void | Promise<void>, name?: string | ((n: number) => string)): void;
  transform(make: (emit: (n: number) => string) => void): void;
}

export async function compilesNested(
  stub: Stub<Nested>,
  blocking: BlockingStub<Nested>,
  file: Stub<File>,
): Promise<void> {
  const subscription = await stub.subscribe({
    onData: byReference((bytes) => expectTypeOf(bytes).toEqualTypeOf<Uint8Array>()),
  });
  expectTypeOf(subscription).toEqualTypeOf<{ stop: Stub<() => void>; id: number }>();
  expectTypeOf(blocking.subscribe({ onData: byReference(() => {}), label: "l" }).stop()).toEqualTypeOf<void>();
  const map = await stub.each([byReference((n) => n + 1), byReference(async (n) => void n), subscription.stop]);
  expectTypeOf(map).toEqualTypeOf<Map<string, Stub<() => number>>>();
  expectTypeOf(await stub.pair()).toEqualTypeOf<[number, Stub<() => string>]>();
  expectTypeOf(await stub.connect((n) => n)).toEqualTypeOf<{ file: Stub<File>; at: Date } | null>();
  expectTypeOf(await stub.relay()).toEqualTypeOf<Stub<File>>();
  expectTypeOf(await stub.relay().read()).toEqualTypeOf<Uint8Array>();
  expectTypeOf(blocking.relay()).toEqualTypeOf<BlockingStub<File>>();
  await stub.marked(file);
  await stub.maybe();
  await stub.maybe(
    (bytes) => bytes.length,
    async (n) => n.toFixed(),
  );
  await stub.maybe(async (bytes) => bytes.length, "name");
  // What a callback is given are stubs, too.
  await stub.transform((emit) => expectTypeOf(emit).toEqualTypeOf<Stub<(n: number) => string>>());
  // @ts-expect-error in a callback as well: what comes back is a promise
  await stub.transform((emit: (n: number) => string) => emit(1));
  // @ts-expect-error the callback's parameter has another type
  await stub.subscribe({ onData: byReference((bytes: string) => bytes) });
  // @ts-expect-error inside an argument functions need a mark
  await stub.subscribe({ onData: () => {} });
}

export async function compilesOtherServices(rpc: SiteRpc): Promise<void> {
  // The type of a value.
  const calculator = rpc.stub<typeof service>(1, "calculator");
  expectTypeOf(await calculator.add(1, 2)).toEqualTypeOf<number>();
  // @ts-expect-error not a function
  calculator.name;

  // A class, by its public methods.
  const account = rpc.stub<Account>("launcher", "account");
  expectTypeOf(await account.deposit(1)).toEqualTypeOf<number>();
  expectTypeOf(await account.history()).toEqualTypeOf<readonly string[]>();
  expectTypeOf<keyof typeof account>().toEqualTypeOf<
    "deposit" | "history" | keyof Disposable | keyof AnyStub<Account>
  >();
  // @ts-expect-error private
  account.note(1);
  // @ts-expect-error not a function
  account.owner;
  // A class with private members by reference.
  const bank = rpc.stub<{ open(owner: string): ByReference<Account> }>(1, "bank");
  expectTypeOf(await bank.open("me").deposit(1)).toEqualTypeOf<number>();
  expectTypeOf(byReference(new Account()).deposit(1)).toEqualTypeOf<number>();

  // A function.
  const double = rpc.stub<(n: number) => number>(any, "double");
  expectTypeOf(await double(1)).toEqualTypeOf<number>();
  expectTypeOf(await double(double(1))).toEqualTypeOf<number>();
  double[Symbol.dispose]();
  expectTypeOf(rpc.blocking<(n: number) => Promise<number>>(1, "double")(1)).toEqualTypeOf<number>();
  // @ts-expect-error takes a number
  double("1");

  // Without a type nothing can be called; with any, everything.
  // @ts-expect-error the service's type was not given
  rpc.stub(1, "unknown").anything();
  // biome-ignore lint/suspicious/noExplicitAny: an untyped service
  const untyped = rpc.stub<any>(1, "untyped");
  void untyped.anything?.(1, "two").then((value) => expectTypeOf(value).toBeUnknown());
}

export async function compilesEndpoint(rpc: SiteRpc, launcher: Rpc): Promise<void> {
  using exposed = rpc.expose("counter", service, { members: ["add"] });
  expectTypeOf(exposed).toEqualTypeOf<Exposed>();
  exposed.withdraw();
  const controller = new AbortController();
  const options = { timeoutMs: 100, signal: controller.signal, transfer: [new ArrayBuffer(1)] };
  expectTypeOf(rpc.stub<Service>(2, "s", options)).toEqualTypeOf<Stub<Service>>();
  expectTypeOf(rpc.blocking<Service>(2, "s", options)).toEqualTypeOf<BlockingStub<Service>>();
  const oneWay = rpc.stub<Service>(2, "s", { oneWay: true });
  expectTypeOf(oneWay).toEqualTypeOf<OneWayStub<Service>>();
  expectTypeOf(oneWay.increment(1)).toEqualTypeOf<void>();
  expectTypeOf(oneWay.open("f")).toEqualTypeOf<void>();
  expectTypeOf(rpc.blocking<Service>(2, "s", { oneWay: true })).toEqualTypeOf<OneWayStub<Service>>();

  // From one flavour to the other.
  const stub = rpc.stub<Service>(2, "s");
  const blocking = rpc.blocking(stub);
  expectTypeOf(blocking).toEqualTypeOf<BlockingStub<Service>>();
  expectTypeOf(rpc.stub(blocking)).toEqualTypeOf<Stub<Service>>();
  expectTypeOf(rpc.stub(blocking, { oneWay: true })).toEqualTypeOf<OneWayStub<Service>>();
  expectTypeOf(rpc.blocking(await stub.adder(1))).toEqualTypeOf<BlockingStub<(m: number) => number>>();

  const withOptions = {} as WithOptions;
  expectTypeOf(withOptions(stub, { timeoutMs: 5 })).toEqualTypeOf<Stub<Service>>();
  expectTypeOf(withOptions(blocking, options)).toEqualTypeOf<BlockingStub<Service>>();
  expectTypeOf(withOptions(oneWay, {})).toEqualTypeOf<OneWayStub<Service>>();
  expectTypeOf(withOptions(stub, { oneWay: true })).toEqualTypeOf<OneWayStub<Service>>();
  // @ts-expect-error not a stub
  withOptions(service, { timeoutMs: 5 });
  // @ts-expect-error there is no such option
  withOptions(stub, { timeout: 5 });

  expectTypeOf(rpc.current?.deadlineMs).toEqualTypeOf<number | undefined>();
  expectTypeOf(rpc.current?.caller).toEqualTypeOf<number | undefined>();
  rpc.registerErrors(RangeError, class OverdrawnError extends Error {});
  // @ts-expect-error not an error
  rpc.registerErrors(Account);
  // @ts-expect-error nothing that can be called
  rpc.expose("number", 5);
  // @ts-expect-error no site is called that
  rpc.stub<Service>("somewhere", "s");
  // @ts-expect-error the launcher must not block
  launcher.blocking<Service>(1, "s");
  // @ts-expect-error a one-way call has no result
  oneWay.increment(1).then;
}

export async function compilesGroups(rpc: Rpc): Promise<void> {
  const group = rpc.group<Service>([0, 1, 2], "s");
  expectTypeOf(group).toEqualTypeOf<Group<Service>>();
  expectTypeOf(group.increment(1)).toEqualTypeOf<GroupCall<number>>();
  expectTypeOf(await group.increment(1)).toEqualTypeOf<number[]>();
  expectTypeOf(await group.increment(1).all()).toEqualTypeOf<number[]>();
  expectTypeOf(await group.later("x").any()).toEqualTypeOf<boolean>();
  expectTypeOf(await group.later("x").settled()).toEqualTypeOf<SiteOutcome<boolean>[]>();
  expectTypeOf(await group.open("f")).toEqualTypeOf<Stub<File>[]>();
  expectTypeOf(await Promise.all([group.increment(1), group.later("x")])).toEqualTypeOf<[number[], boolean[]]>();
  expectTypeOf(await rpc.group<(n: number) => string>("all", "f")(1)).toEqualTypeOf<string[]>();
  for (const outcome of await group.increment(1).settled()) {
    expectTypeOf(outcome.site).toEqualTypeOf<number>();
    if (outcome.status === "fulfilled") expectTypeOf(outcome.value).toEqualTypeOf<number>();
    else expectTypeOf(outcome.reason).toEqualTypeOf<unknown>();
  }
  // @ts-expect-error the argument has another type
  group.increment("1");
  // @ts-expect-error not a function
  group.version;
}

/** Two levels of aliases between a service's type and its stub: what a library written against the types does. */
export function compilesGenerically<S>(rpc: SiteRpc, name: string): [Stub<S>, BlockingStub<S>] {
  const stub: Stub<S> = rpc.stub<S>(1, name);
  return [stub, rpc.blocking<S>(stub)];
}

// Recursive types must come to an end.
interface Tree {
  value: number;
  children: Tree[];
  parent?: Tree;
}
interface LiveTree {
  onClick: (tree: LiveTree) => void;
  children: LiveTree[];
}
interface Growing<T> {
  value: T;
  next: Growing<T[]>;
}
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
interface Recursive {
  self(): ByReference<Recursive>;
  tree(tree: Tree): Tree;
  live(tree: LiveTree): LiveTree;
  growing(): Growing<number>;
  json(value: Json): Json;
}
type Thunk = () => Thunk;

export async function compilesRecursion(stub: Stub<Recursive>, thunk: Stub<Thunk>): Promise<void> {
  expectTypeOf(await stub.self().self().self().tree({ value: 1, children: [] })).toEqualTypeOf<Tree>();
  const live = await stub.live({ onClick: byReference(() => {}), children: [] });
  await live.children[0]?.children[0]?.onClick({ onClick: byReference((tree) => tree.children.length), children: [] });
  expectTypeOf((await stub.growing()).next.next.value).toEqualTypeOf<number[][]>();
  expectTypeOf(await stub.json({ a: [1, "b", null] })).toEqualTypeOf<Json>();
  expectTypeOf(await (await (await thunk())())()).toEqualTypeOf<Stub<Thunk>>();
}

/** What is whole, or holds nothing to rebuild, must come out as the very same type. */
type Whole = [
  string,
  undefined,
  bigint,
  unknown,
  Date,
  RegExp,
  URL,
  Error,
  RangeError,
  Map<string, Point>,
  Set<number>,
  Uint8Array,
  Float64Array<SharedArrayBuffer>,
  ArrayBuffer,
  DataView,
  Buffer,
  AbortSignal,
  ReadableStream<number>,
  Point,
  readonly Point[],
  [a: number, b?: string],
  "a" | "b" | undefined,
  Record<string, number>,
  Iterable<number>,
  Handle<number>,
  Handle<() => void>,
  Account,
  { [Symbol.iterator](): Iterator<number> },
  typeof Account,
];
type AllSame<A extends unknown[], B extends unknown[]> = {
  [I in keyof A]: I extends keyof B ? Same<A[I], B[I]> : false;
};
type AllTrue<A extends unknown[]> = { [I in keyof A]: true };
type AllReceived<A extends unknown[]> = { [I in keyof A]: Received<A[I]> };
type AllReceivedBlocking<A extends unknown[]> = { [I in keyof A]: ReceivedBlocking<Promise<A[I]>> };

/** "Blocking and asynchronous stubs of one service differ only in promises", whatever flavour of stub or stream is within. */
type Neutral<T> =
  T extends AnyStub<infer S>
    ? ["stub", S]
    : T extends RemoteStream<infer E> | BlockingStream<infer E>
      ? ["stream", Neutral<E>]
      : T;
type Results<M> = {
  [K in keyof M as K extends string ? K : never]: NonNullable<M[K]> extends (...args: never[]) => infer R
    ? Neutral<Awaited<R>>
    : never;
};
type ParametersOf<M> = {
  [K in keyof M as K extends string ? K : never]: NonNullable<M[K]> extends (...args: infer A) => unknown ? A : never;
};

it("types say what stubs of a service take and return", () => {
  expectTypeOf<Results<Stub<Service>>>().toEqualTypeOf<Results<BlockingStub<Service>>>();
  expectTypeOf<ParametersOf<Stub<Service>>>().toEqualTypeOf<ParametersOf<BlockingStub<Service>>>();
  expectTypeOf<Results<Stub<Service>>["list"]>().toEqualTypeOf<["stream", Point]>();
  expectTypeOf<Results<Stub<Service>>["open"]>().toEqualTypeOf<["stub", File]>();
  expectTypeOf<Results<Stub<Service>>["later"]>().toEqualTypeOf<boolean>();
  expectTypeOf<keyof Stub<Service>>().toEqualTypeOf<keyof BlockingStub<Service>>();
  expectTypeOf<keyof Stub<Service>>().toEqualTypeOf<keyof OneWayStub<Service>>();
  expectTypeOf<Extract<keyof Stub<Service>, string>>().toEqualTypeOf<
    Exclude<Extract<keyof Service, string>, "version" | "then" | "toString">
  >();
  expectTypeOf<AllSame<AllReceived<Whole>, Whole>>().toEqualTypeOf<AllTrue<Whole>>();
  expectTypeOf<AllSame<AllReceivedBlocking<Whole>, Whole>>().toEqualTypeOf<AllTrue<Whole>>();
  expectTypeOf<Same<Point, { readonly x: number; y: number }>>().toEqualTypeOf<false>();
  expectTypeOf<Same<Received<Promise<Tree>>, Tree>>().toEqualTypeOf<true>();
  expectTypeOf<Received<never>>().toEqualTypeOf<never>();
  expectTypeOf<Received<MapIterator<number>>>().toEqualTypeOf<RemoteStream<number>>();
  expectTypeOf<Received<AsyncIterable<() => void>>>().toEqualTypeOf<RemoteStream<Stub<() => void>>>();
  expectTypeOf<ReceivedBlocking<AsyncIterable<number>>>().toEqualTypeOf<BlockingStream<number>>();
  expectTypeOf<Received<string | (() => void)>>().toEqualTypeOf<string | Stub<() => void>>();
  expectTypeOf<Received<{ name: string; message: string; dismiss(): void }>>().toEqualTypeOf<{
    name: string;
    message: string;
    dismiss: Stub<() => void>;
  }>();
  expectTypeOf<StubArguments<[]>>().toEqualTypeOf<[]>();
  expectTypeOf<number>().toExtend<StubArguments<[number]>[0]>();
  expectTypeOf<RemotePromise<number>>().toExtend<StubArguments<[number]>[0]>();
  expectTypeOf<RemotePromise<number>>().toExtend<Promise<number>>();
  expectTypeOf<StubArguments<[a?: number, ...rest: string[]]>["length"]>().toEqualTypeOf<number>();
  expect(compilesCalls).toBeTypeOf("function");
});

it("byReference marks the value itself, once, and out of sight", () => {
  const value = { n: 1, read: () => 1 };
  expect(isByReference(value)).toBe(false);
  expect(byReference(value)).toBe(value);
  expect(byReference(value)).toBe(value);
  expect(isByReference(value)).toBe(true);
  expect(Object.keys(value)).toEqual(["n", "read"]);
  expect(isByReference({ ...value })).toBe(false);
  const called = byReference((n: number) => n + 1);
  expect(isByReference(called)).toBe(true);
  expect(called(1)).toBe(2);
});

it("byReference refuses an object on which nothing could be called", () => {
  class Account {
    balance = 0;
    deposit(amount: number) {
      this.balance += amount;
      return this.balance;
    }
  }
  for (const value of [{}, { n: 1 }, new Account()])
    expect(() => byReference(value)).toThrow(expect.objectContaining({ code: "NOTHING_TO_EXPOSE" }));
  expect(isByReference(byReference(new Account(), { members: ["deposit"] }))).toBe(true);
});

it("a mark is not inherited", () => {
  const parent = byReference({ read: () => 1 });
  expect(isByReference(Object.create(parent))).toBe(false);
});

it("byReference says what to do with a value that takes no mark", () => {
  for (const value of [Object.freeze({}), Object.seal([]), Object.preventExtensions(() => {})]) {
    expect(() => byReference(value)).toThrow(
      expect.objectContaining({
        name: "UsageError",
        code: "BAD_ARGUMENT",
        message: expect.stringContaining("wrap it"),
      }),
    );
    expect(isByReference(value)).toBe(false);
  }
  const marked = Object.freeze(byReference({ read: () => 1 }));
  expect(byReference(marked)).toBe(marked);
  for (const value of [null, undefined, 1, "text"] as unknown as object[])
    expect(() => byReference(value)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});
