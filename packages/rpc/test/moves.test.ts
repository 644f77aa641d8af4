import { inspect } from "node:util";
import { type AnsweredCall, ReleasedError } from "@isles/base";
import { describe, expect, it } from "vitest";
import { any, byReference, withOptions } from "../src/index.ts";
import type { StubDepartureOptions } from "../src/moves.ts";
import { type Any, FakeNet } from "./fake-net.ts";
import { collectGarbage } from "./process-watch.ts";

type Owner = AnsweredCall & { isSuspended: boolean };
const newOwner = (): Owner => ({ isOver: false, hasSignal: false, isSuspended: false });

const refuse = (path: string, what: string): never => {
  throw new Error(`${path}: ${what}`);
};

/** A process with nothing but stubs in it. */
class Process {
  readonly net: FakeNet;
  at: number;
  owner = newOwner();
  stubs: Any[];

  constructor(net: FakeNet, at: number, ...stubs: Any[]) {
    this.net = net;
    this.at = at;
    this.stubs = stubs;
  }

  departing(peer: number | undefined, options: Partial<StubDepartureOptions> = {}) {
    return this.net.node(this.at).processes.departing({ peer, refuse, ...options });
  }

  /** The image is on its way. */
  leave(to: number) {
    const departing = this.departing(to);
    const sent = structuredClone(this.stubs.map((one) => departing.describe(one, "it")!));
    departing.sent();
    return sent;
  }

  /** Both ends agree. */
  goTo(to: number): void {
    const { owner, at } = this;
    const image = this.leave(to);
    this.at = to;
    this.owner = newOwner();
    const arrival = this.net.node(to).processes.arriving(this.owner);
    this.stubs = image.map((one) => arrival.resolve(one));
    arrival.commit();
    this.net.node(at).processes.departed(owner);
  }
}

/** An object of endpoint 1, whose release is counted. */
function owned(net: FakeNet) {
  const seen = { released: 0 };
  const object = byReference({ f: (n = 0) => n + 1 }, { onReleased: () => void seen.released++ });
  net.rpc(1).expose("s", { get: () => object, echo: (value: Any) => value });
  return { object, seen };
}

describe("the stubs of a process", () => {
  it("of services and of any site go by name, with their manner and their options", async () => {
    const net = new FakeNet();
    const calls: number[] = [];
    net.rpc(1).expose("named", { note: (n: number) => calls.push(n) });
    await net.settle();
    const service = net.stub(0, 1, "named");
    const process = new Process(
      net,
      0,
      service,
      withOptions(service, { oneWay: true }),
      withOptions(service, { timeoutMs: 1e6 }),
      net.rpc(0).stub(any, "named"),
      withOptions(service, { signal: AbortSignal.abort(new Error("enough")) }),
      net.rpc(0).blocking(1, "named"),
    );
    process.goTo(2);
    const [plain, oneWay, timed, anywhere, stopped, blocking] = process.stubs;
    expect(await net.run(plain.note(1))).toEqual([1]);
    expect(oneWay.note(2)).toBeUndefined();
    await net.settle();
    expect(await net.run(timed.note(3), anywhere.note(4))).toEqual([3, 4]);
    expect(await net.failure(stopped.note(5))).toMatchObject({ message: "enough" });
    expect(inspect(blocking)).toBe('[blocking stub of "named" on site 1]');
    expect(() => blocking.note(6)).toThrow(expect.objectContaining({ code: "WOULD_BLOCK" }));
    expect(calls).toEqual([1, 2, 3, 4]);
  });

  it("of one object stay of one object, and let it go together", async () => {
    const net = new FakeNet();
    const { seen } = owned(net);
    const [stub] = await net.run(net.stub(0, 1, "s").get());
    const process = new Process(net, 0, stub, withOptions(stub, { timeoutMs: 1e6 }));
    process.goTo(2);
    expect(await net.run(...process.stubs.map((one) => one.f(1)))).toEqual([2, 2]);
    stub[Symbol.dispose](); // what was given to the process at its first site is not taken away with it
    await net.settle();
    expect(seen.released).toBe(0);
    process.stubs[0][Symbol.dispose]();
    expect(await net.failure(process.stubs[1].f())).toBeInstanceOf(ReleasedError);
    process.goTo(0);
    expect(await net.failure(process.stubs[1].f())).toBeInstanceOf(ReleasedError);
    await net.settle();
    expect(seen.released).toBe(1);
    net.expectClean();
  });

  it("stay stubs where their object is, and go on from there", async () => {
    const net = new FakeNet();
    const { object, seen } = owned(net);
    const [stub] = await net.run(net.stub(0, 1, "s").get());
    const process = new Process(net, 0, stub);
    process.goTo(1);
    stub[Symbol.dispose]();
    await net.settle();
    expect(process.stubs[0]).not.toBe(object);
    expect(await net.run(process.stubs[0].f(4))).toEqual([5]);
    process.goTo(2);
    await net.settle();
    expect(await net.run(process.stubs[0].f(5))).toEqual([6]);
    expect(seen.released).toBe(0);
    process.stubs[0][Symbol.dispose]();
    await net.settle();
    expect(seen.released).toBe(1);
    net.expectClean();
  });

  it("keep their objects over a thousand moves back and forth, however messages cross, and leave no lease behind", async () => {
    for (const seed of [1, 2, 3]) {
      const net = new FakeNet({ seed });
      const { seen } = owned(net);
      const [stub] = await net.run(net.stub(0, 1, "s").get());
      const process = new Process(net, 0, stub);
      for (let i = 0; i < 1_000; i++) {
        process.goTo([2, 1, 3, 0][i % 4]!);
        for (let step = i % 7; step > 0; step--) net.step();
      }
      expect(await net.run(process.stubs[0].f(1))).toEqual([2]);
      expect(seen.released).toBe(0);
      const entry = [...net.node(1).exports.all][0]!;
      await net.settle();
      expect(Object.fromEntries(entry.holders)).toEqual({ 0: 2 }); // that of the process, and what it had got there first
      stub[Symbol.dispose]();
      process.stubs[0][Symbol.dispose]();
      await net.settle();
      expect(seen.released).toBe(1);
      net.expectClean();
    }
  });

  it("leave nothing behind without being released, once nobody uses them", async () => {
    const net = new FakeNet();
    const { seen } = owned(net);
    await (async () => {
      const [stub] = await net.run(net.stub(0, 1, "s").get());
      const process = new Process(net, 0, stub);
      process.goTo(2);
      process.goTo(0);
    })();
    await collectGarbage(net);
    expect(seen.released).toBe(1);
    net.expectClean();
  });

  it("whose move is given up stay as they were, and what was shared comes back", async () => {
    const net = new FakeNet();
    const { seen } = owned(net);
    const [stub] = await net.run(net.stub(0, 1, "s").get());
    const process = new Process(net, 0, stub);
    const arrival = net.node(2).processes.arriving(newOwner());
    for (const one of process.leave(2)) arrival.resolve(one);
    arrival.drop();
    arrival.commit();
    // An image that nobody has read.
    net
      .node(3)
      .processes.arriving(newOwner())
      .drop(process.leave(3) as never);
    await net.settle();
    expect(await net.run(stub.f())).toEqual([1]);
    expect(Object.fromEntries([...net.node(1).exports.all][0]!.holders)).toEqual({ 0: 1 });
    stub[Symbol.dispose]();
    await net.settle();
    expect(seen.released).toBe(1);
    net.expectClean();
  });

  it("survive the loss of the site that they left", async () => {
    const net = new FakeNet();
    const { seen } = owned(net);
    const [stub] = await net.run(net.stub(0, 1, "s").get());
    const process = new Process(net, 0, stub);
    process.goTo(2);
    await net.settle();
    net.lose(0);
    expect(await net.run(process.stubs[0].f(1))).toEqual([2]);
    process.stubs[0][Symbol.dispose]();
    await net.settle();
    expect(seen.released).toBe(1);
    net.expectClean();
  });
});

describe("an image refuses", () => {
  it("references in a checkpoint, which takes named services", async () => {
    const net = new FakeNet();
    owned(net);
    const [stub] = await net.run(net.stub(0, 1, "s").get());
    const checkpoint = new Process(net, 0).departing(undefined);
    expect(checkpoint.describe(net.stub(0, 1, "s"), "it")).toMatchObject({ target: { kind: "service", peer: 1 } });
    expect(() => checkpoint.describe(stub, 'local "s"')).toThrow(
      'local "s": a stub of an object of site 1, which a checkpoint cannot keep: use a named service, or release it',
    );
    stub[Symbol.dispose]();
    expect(checkpoint.describe(stub, "it")).toMatchObject({ target: { isReleased: true } });
  });

  it("what works only here: signals, streams, endpoints, what was passed by reference", async () => {
    const net = new FakeNet();
    const { object } = owned(net);
    net.rpc(1).expose("t", {
      *stream() {
        yield 1;
      },
    });
    const [stub, stream] = await net.run(net.stub(0, 1, "s").get(), net.stub(0, 1, "t").stream());
    const { signal } = new AbortController();
    const local = withOptions(net.stub(0, 1, "s"), { signal });
    const departing = new Process(net, 0).departing(2, { here: new Map([[signal, "site.signal"]]) });
    expect(departing.describe(local, "it")).toMatchObject({ signal: { here: "site.signal" } });
    const strict = new Process(net, 0).departing(2);
    expect(() => strict.describe(local, "it")).toThrow("it: a stub with an AbortSignal that may still abort");
    expect(() => strict.describe(signal, "it")).toThrow("it: an AbortSignal that may still abort");
    expect(() => strict.describe(stream, "it")).toThrow("it: a stream that is being read here");
    expect(() => strict.describe(net.rpc(0).endpoint(1, "e"), "it")).toThrow("it: a Comlink endpoint");
    expect(() => strict.describe(withOptions(stub, { transfer: [] }), "it")).toThrow(/whose calls transfer/);
    expect(() => strict.describe(new FakeNet().stub(0, 1, "s"), "it")).toThrow(/a stub of another cluster/);
    const there = new Process(net, 1).departing(2);
    expect(() => there.describe(object, "it")).toThrow(
      "it: it was passed by reference to site 0, whose calls come here",
    );
    expect(there.describe({}, "it")).toBeUndefined();
    stub[Symbol.dispose]();
    await net.settle();
    expect(there.describe(object, "it")).toBeUndefined();
  });

  it("what a function that others may call shares with the process", async () => {
    const net = new FakeNet();
    net.rpc(1).expose("keeper", { keep: (one: Any) => void kept.push(one) });
    const kept: Any[] = [];
    const box = { v: 1 };
    const callback = (): number => box.v++;
    await net.run(net.stub(0, 1, "keeper").keep(callback));
    const capturesOf = (value: object) => (value === callback ? [box] : undefined);
    const departing = () => new Process(net, 0).departing(2, { capturesOf });
    expect(() => departing().describe(box, "it")).toThrow(
      "it: it is shared with a function that was passed by reference to site 1, whose calls come here",
    );
    expect(() => departing().describe(callback, "it")).toThrow("it: it was passed by reference to site 1");
    kept[0][Symbol.dispose]();
    await net.settle();
    expect(departing().describe(box, "it")).toBeUndefined();
  });
});

describe("code that acts for a process", () => {
  it("is the process's, through every await; a call that it serves meanwhile is its own, and so is a step inside a call", async () => {
    const net = new FakeNet();
    const node = net.node(1);
    const [one, other] = [newOwner(), newOwner()];
    const seen: unknown[] = [];
    net.rpc(1).expose("s", {
      f: () => {
        seen.push(node.answeringNow() === one, node.answeringNow()?.isSuspended);
        node.actingAs(other, () => seen.push(node.answeringNow() === other, net.rpc(1).current));
        seen.push(net.rpc(1).current?.caller);
      },
    });
    const step = node.actingAs(one, () => {
      const before = node.answeringNow();
      const awaited = Promise.resolve().then(() => node.answeringNow());
      // What a wait does: the call that has come is served inside the step.
      const host = net.hosts[1]!;
      const { defer } = host;
      host.defer = (task) => task();
      void net.stub(0, 1, "s").f();
      net.node(0).flush();
      while (net.step());
      host.defer = defer;
      return { before, awaited, after: node.answeringNow() };
    });
    expect(step.before).toBe(one);
    expect(step.after).toBe(one);
    expect(await step.awaited).toBe(one);
    expect(node.answeringNow()).toBeUndefined();
    expect(seen).toEqual([false, undefined, true, undefined, 0]);
    await net.settle();
  });

  it("is known as such even where listeners of endpoints make everything else uncertain", async () => {
    const net = new FakeNet();
    const node = net.node(1);
    const heard: unknown[] = [];
    net
      .rpc(1)
      .endpoint(0, "e")
      .addEventListener("message", () => heard.push(node.answeringNow()));
    net.rpc(0).endpoint(1, "e").postMessage("now");
    await net.settle();
    expect(heard).toMatchObject([{ isOver: true }]);
    const process = newOwner();
    expect(node.actingAs(process, () => node.answeringNow())).toBe(process);
    expect(node.answeringNow()).toMatchObject({ isOver: true });
  });
});
