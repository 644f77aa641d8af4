import { ClosedError, ReleasedError } from "@isles/base";
import { describe, expect, it } from "vitest";
import { byReference, withOptions } from "../src/index.ts";
import { never } from "./counting.ts";
import { type Any, FakeNet } from "./fake-net.ts";
import { collectGarbage, unhandledDuring } from "./process-watch.ts";

describe("leases", () => {
  it("end by using, once, and a call after that is refused here and there", async () => {
    const net = new FakeNet();
    net.rpc(1).expose("s", { make: () => byReference({ f: () => 1 }) });
    const [object] = await net.run(net.stub(0, 1, "s").make());
    const derived = withOptions(object, { timeoutMs: 1e6 }) as Any;
    {
      using held = object;
      expect(await net.run(held.f())).toEqual([1]);
    }
    net.sent.length = 0;
    object[Symbol.dispose]();
    derived[Symbol.dispose]();
    expect(await net.failure(object.f())).toBeInstanceOf(ReleasedError);
    expect(await net.failure(derived.f())).toBeInstanceOf(ReleasedError);
    expect(await net.failure(net.stub(0, 1, "s").make(object))).toBeInstanceOf(ReleasedError);
    expect(net.sent.length).toBeLessThanOrEqual(1); // the release
    net.expectClean();
  });

  it("tell the owner when the last one has ended", async () => {
    const net = new FakeNet();
    let released = 0;
    const handle = () => byReference({ f: () => 1 }, { onReleased: () => void released++ });
    net.rpc(1).expose("s", { open: handle });
    const [one, other] = await net.run(net.stub(0, 1, "s").open(), net.stub(2, 1, "s").open());
    one[Symbol.dispose]();
    await net.settle();
    expect(released).toBe(1);
    net.lose(2);
    await net.settle();
    expect(released).toBe(2);
    void other;
    net.expectClean();
  });

  it("of what came home can be had by a stub all the same", async () => {
    const net = new FakeNet();
    const kept: Any[] = [];
    net.rpc(1).expose("s", {
      echo: (value: Any) => {
        kept.push(value);
        return value;
      },
    });
    const callback = (n: number) => n + 1;
    const [home] = await net.run(net.stub(0, 1, "s").echo(callback));
    expect(home).toBe(callback);
    kept[0][Symbol.dispose]();
    const stub = net.rpc(0).stub(home as Any) as Any;
    expect(await net.run(stub(1))).toEqual([2]);
    stub[Symbol.dispose]();
    expect(await net.failure(stub(1))).toBeInstanceOf(ReleasedError);
    await net.settle();
    net.expectClean();
  });

  it("of what each call gives are of their own", async () => {
    const net = new FakeNet();
    const object = byReference({ f: () => 1 });
    net.rpc(1).expose("s", { get: () => object });
    const [one, other] = await net.run(net.stub(0, 1, "s").get(), net.stub(0, 1, "s").get());
    one[Symbol.dispose]();
    expect(await net.run(other.f())).toEqual([1]);
    other[Symbol.dispose]();
    await net.settle();
    net.expectClean();
  });

  it("of ten thousand callbacks end in few messages", async () => {
    const net = new FakeNet();
    const kept: Any[] = [];
    net.rpc(1).expose("s", { keep: (...list: Any[]) => void kept.push(...list) });
    await net.run(net.stub(0, 1, "s").keep(...Array.from({ length: 10_000 }, () => () => 1)));
    expect(net.node(0).exports.size).toBe(10_000);
    net.sent.length = 0;
    for (const stub of kept) stub[Symbol.dispose]();
    await net.settle();
    expect(net.sent.length).toBeLessThan(50);
    net.expectClean();
  });

  it("of a call that its callee refuses are given back", async () => {
    const net = new FakeNet();
    net.rpc(1).expose("s", { f: () => 1 });
    const stub = net.stub(0, 1, "s");
    await net.failure(net.stub(0, 1, "none").f(() => 1, (function* () {})()));
    await net.failure(stub.none(byReference({ f() {} }), new Map([[1, byReference(() => 1)]])));
    await net.failure(stub.f().f(() => 1));
    await net.settle();
    net.expectClean();
  });

  it("of a call that never begins are given back", async () => {
    const net = new FakeNet();
    net
      .rpc(1)
      .expose("s", { wait: (signal: AbortSignal) => new Promise((_, fail) => (signal.onabort = fail)), f: never });
    const [stop, abort] = [new AbortController(), new AbortController()];
    await net.settle();
    const call = (withOptions(net.stub(0, 1, "s"), { signal: abort.signal }) as Any).f(() => 1, [byReference(() => 2)]);
    abort.abort(new Error("never mind"));
    net.step();
    net.step(); // the call and its end arrive in one turn
    await net.failure(call);
    const base = net.stub(0, 1, "s").wait(stop.signal);
    const chained = base.f(() => 3);
    await net.settle();
    stop.abort();
    await net.failure(chained);
    await net.failure(base);
    await net.settle();
    net.expectClean();
  });

  it("of a result that nobody waits for any more are given back, and it can be called on no longer", async () => {
    const net = new FakeNet();
    let answer: (value: unknown) => void = () => undefined;
    net.rpc(1).expose("s", { get: () => new Promise((resolve) => (answer = resolve)) });
    for (const value of [
      () => 1,
      [byReference(() => 1)],
      (async function* () {})(),
      new Map([[1, byReference(() => 1)]]),
    ]) {
      const abort = new AbortController();
      const call = (withOptions(net.stub(0, 1, "s"), { signal: abort.signal }) as Any).get();
      await net.settle();
      abort.abort(new Error("too late"));
      await net.failure(call);
      answer(value);
      await net.settle();
      net.expectClean();
    }
    expect(net.node(0).stats.late).toBe(0); // the callee does not even send them
  });

  it("end when the garbage collector finds that nobody uses any stub made from the reference", async () => {
    const net = new FakeNet();
    net.rpc(1).expose("s", { make: () => byReference({ f: () => 1 }) });
    let derived: Any;
    await (async () => {
      const [object] = await net.run(net.stub(0, 1, "s").make());
      derived = withOptions(object, { timeoutMs: 1e6 });
    })();
    await collectGarbage(net);
    expect(await net.run(derived.f())).toEqual([1]);
    derived = undefined;
    await collectGarbage(net);
    net.expectClean();
  });
});

describe("closing", () => {
  it("settles everything, leaves nothing, is idempotent, and disturbs nobody who does not wait", async () => {
    const net = new FakeNet();
    net.rpc(1).expose("s", {
      never,
      echo: (v: unknown) => v,
      make: () => byReference({ never }),
      gen: async function* () {
        yield 1;
        await never();
      },
    });
    const stub = net.stub(0, 1, "s");
    const unhandled = await unhandledDuring(async () => {
      const abort = new AbortController();
      await net.run(
        stub.make(() => 1),
        stub.echo({ signal: abort.signal, f: byReference(() => 1) }),
      );
      const [stream] = await net.run(stub.gen());
      const awaited = [
        stub.never(),
        stream.next().then(() => stream.next()),
        stub.make().never(),
        stub.echo(stub.never()),
      ];
      void stub.never();
      void stub.never().f().g();
      void stub.echo(stub.never());
      void (withOptions(stub, { timeoutMs: 1e6, signal: abort.signal }) as Any).never();
      void (net.rpc(0).stub(Symbol.for("isles.any-site") as never, "nowhere") as Any).f();
      await net.settle();
      for (const node of net.nodes) node.close();
      for (const node of net.nodes) node.close();
      for (const call of awaited) expect(await net.failure(call)).toBeInstanceOf(ClosedError);
      expect(await net.failure(stub.echo(1))).toBeInstanceOf(ClosedError);
      await net.settle();
    });
    expect(unhandled).toEqual([]);
    net.expectClean();
  });
});
