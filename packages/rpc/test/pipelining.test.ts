import { describe, expect, it } from "vitest";
import { byReference, withOptions } from "../src/index.ts";
import { type Any, FakeNet } from "./fake-net.ts";
import { unhandledDuring } from "./process-watch.ts";

function links(net: FakeNet, at = 1): Any {
  const link = (n: number): object =>
    byReference({
      next: () => link(n + 1),
      later: async () => link(n + 1),
      n: () => n,
      fail: () => Promise.reject(new RangeError(`at ${n}`)),
    });
  net.rpc(at).expose("links", {
    first: () => link(1),
    later: async () => link(1),
    plain: () => ({ n: 1 }),
    plainLater: async () => [1],
    nothing: () => undefined,
    stream: async function* () {
      yield 1;
    },
    adder: (n: number) => (m: number) => n + m,
    give: (stub: Any) => stub,
  });
  return net.stub(0, at, "links");
}

describe("a call on the result of a call", () => {
  it("travels at once: one message there and one back for a chain of five", async () => {
    const net = new FakeNet();
    const stub = links(net);
    await net.settle();
    for (const chain of [() => stub.first().next().next().next().n(), () => stub.later().later().later().later().n()]) {
      net.sent.length = 0;
      let result: unknown;
      chain().then((value: unknown) => (result = value));
      await Promise.resolve();
      const there = net.sent.length;
      await net.settle();
      expect(result).toBe(4);
      expect(there).toBe(1);
      // Nothing but the references' end follows the last reply.
      const replies = net.sent.filter(({ from }) => from === 1).length;
      expect(replies).toBeLessThanOrEqual(5);
    }
  });

  it("gives up what the chain went through when all are answered", async () => {
    const net = new FakeNet();
    const stub = links(net);
    const base = stub.first();
    const [n, first] = await net.run(base.next().next().n(), base);
    expect(n).toBe(3);
    first[Symbol.dispose]();
    await net.settle();
    expect(net.node(1).exports.size).toBe(2); // the two in between, whose promises nobody has disposed of
    net.node(0).close();
    net.nodes[1]!.peerLost(0, new Error("closed"));
    net.expectClean();
  });

  it("fails with the error of what it was called on, however far back, and nobody else hears of it", async () => {
    const net = new FakeNet();
    const stub = links(net);
    const unhandled = await unhandledDuring(async () => {
      const error = await net.failure(stub.first().fail().next().next().n());
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toBe("at 1");
      const failed = stub.first().fail();
      await net.failure(failed);
      expect(await net.failure(failed.next().n())).toBeInstanceOf(RangeError);
      const abort = new AbortController();
      const reason = new Error("changed my mind");
      const base = (withOptions(stub, { signal: abort.signal }) as Any).first();
      const chained = base.next().n();
      abort.abort(reason);
      expect(await net.failure(chained)).toMatchObject({ message: reason.message });
    });
    expect(unhandled).toEqual([]);
  });

  it.each(["plain", "plainLater", "nothing", "stream"])(
    "is refused on a result that is no reference: %s",
    async (method) => {
      const net = new FakeNet({ seed: method.length });
      const stub = links(net);
      expect(await net.failure(stub[method]().n())).toMatchObject({ code: "NOT_A_REFERENCE" });
      const there = stub[method]();
      await net.run(there);
      expect(await net.failure(there.n())).toMatchObject({ code: "NOT_A_REFERENCE" });
      expect(net.node(1).stats.malformed).toBe(0);
    },
  );

  it("reaches the same after the result is there", async () => {
    const net = new FakeNet();
    const base = links(net).first();
    await net.run(base);
    expect(await net.run(base.next().n())).toEqual([2]);
  });

  it("works on stubs of third endpoints, which are called from where they were returned", async () => {
    const net = new FakeNet();
    links(net, 2);
    net.rpc(1).expose("relay", { get: () => net.stub(1, 2, "links"), made: () => net.stub(1, 2, "links").first() });
    const relay = net.stub(0, 1, "relay");
    expect(await net.run(relay.get().first().n(), relay.made().next().n())).toEqual([1, 2]);
  });

  it("works on what the caller gave, which comes home", async () => {
    const net = new FakeNet();
    const stub = links(net);
    const mine = byReference({ n: () => 42 });
    const base = stub.give(mine);
    const [n, back] = await net.run(base.n(), base);
    expect(n).toBe(42);
    expect(back).toBe(mine);
  });

  it("has no names that stubs keep for themselves, on whatever it is made", async () => {
    const net = new FakeNet();
    links(net, 2);
    net.rpc(1).expose("relay", { get: () => net.stub(1, 2, "links"), mine: () => byReference({ f: () => 1 }) });
    for (const base of ["get", "mine"]) {
      for (const name of [
        "constructor",
        "toString",
        "valueOf",
        "hasOwnProperty",
        "__defineGetter__",
        "__proto__",
        "then",
      ]) {
        const call = net.node(0).stubs.call({ kind: "service", peer: 1, name: "relay" }, "async", {}, base, []);
        const chained = net.node(0).stubs.onResult(call, name, []);
        expect(await net.failure(chained)).toMatchObject({ code: "NO_SUCH_METHOD" });
      }
    }
  });

  it("can be an argument of another call, as what it will be", async () => {
    const net = new FakeNet();
    const stub = links(net);
    expect(await net.run(stub.give(stub.first()).n())).toEqual([1]);
    expect(await net.failure(stub.give(stub.first().fail()))).toBeInstanceOf(RangeError);
  });

  it("that is an argument counts against the time of the call that takes it, and ends with its signal", async () => {
    const net = new FakeNet();
    net.rpc(1).expose("s", { never: () => new Promise(() => undefined), echo: (v: unknown) => v });
    const stub = net.stub(0, 1, "s");
    const abort = new AbortController();
    const reason = new Error("enough");
    const call = (withOptions(stub, { signal: abort.signal }) as Any).echo(stub.never());
    await net.settle();
    abort.abort(reason);
    expect(await net.failure(call)).toBe(reason);
  });
});
