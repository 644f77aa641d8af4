import { describe, expect, it } from "vitest";
import { byReference, CallLostError } from "../src/index.ts";
import { never } from "./counting.ts";
import { type Any, FakeNet, turns } from "./fake-net.ts";

describe("a lost site", () => {
  it("gives back what it held, and what was on the way to it", async () => {
    const net = new FakeNet();
    const held: Any[] = [];
    for (const site of [1, 2]) net.rpc(site).expose("k", { keep: (...given: Any[]) => void held.push(...given) });
    await net.run(net.stub(0, 1, "k").keep(() => 1, byReference({ f: () => 1 }), new AbortController().signal));
    expect(net.node(0).exports.size).toBe(3);
    void net
      .stub(1, 2, "k")
      .keep(held[0])
      .catch(() => undefined);
    await net.settle();
    net.lose(2);
    net.lose(1);
    await net.settle();
    net.expectClean();
  });

  it("whose word that it passed a reference on is lost with it holds up nothing", async () => {
    for (let seed = 1; seed < 40; seed++) {
      const net = new FakeNet({ seed });
      const held: Any[] = [];
      for (const site of [1, 2]) net.rpc(site).expose("k", { keep: (given: Any) => void held.push(given) });
      await net.run(net.stub(0, 1, "k").keep(() => 1));
      net
        .stub(1, 2, "k")
        .keep(held[0])
        .catch(() => undefined);
      for (let step = 0; step < 4 && held.length < 2; step++) {
        await turns(10);
        net.step();
      }
      for (const stub of held.slice(1)) stub[Symbol.dispose]();
      await turns(10);
      net.step();
      net.lose(1);
      await net.settle();
      for (const stub of held.slice(1)) stub[Symbol.dispose]();
      await net.settle();
      expect(net.node(0).entries).toBe(0);
    }
  });

  it("that is told of after it is lost is given nothing", async () => {
    const net = new FakeNet();
    const held: Any[] = [];
    net.rpc(1).expose("k", { keep: (given: Any) => void held.push(given) });
    await net.run(net.stub(0, 1, "k").keep(() => 1));
    net.node(0).peerLost(2, new Error("site 2 exited")); // site 1 has not heard of it yet
    net
      .stub(1, 2, "none")
      .keep(held[0])
      .catch(() => undefined);
    await net.settle();
    held[0][Symbol.dispose]();
    await net.settle();
    expect(net.node(0).entries).toBe(0);
  });

  it.each([
    ["one that is text", (stub: Any) => stub.never(1)],
    ["one that is cloned", (stub: Any) => stub.never(new Map())],
    ["the last that fills a message", (stub: Any) => Promise.race(Array.from({ length: 256 }, () => stub.never(1)))],
  ])("may have run a call that has left: %s", async (_which, make) => {
    const net = new FakeNet();
    net.rpc(1).expose("s", { never });
    const call = make(net.stub(0, 1, "s"));
    await net.settle();
    net.lose(1);
    const error = await net.failure(call);
    expect(error).toBeInstanceOf(CallLostError);
    expect(error).toMatchObject({ code: "SITE_DOWN", site: 1, mayHaveRun: true });
    net.expectClean();
  });

  it("has certainly not run what had not left yet, also when it is a full message's last frame that has", async () => {
    const net = new FakeNet();
    await net.settle();
    const full = Array.from({ length: 256 }, () => net.stub(0, 1, "s").never());
    const call = net.stub(0, 1, "s").never();
    net.lose(1);
    expect(await net.failure(call)).toMatchObject({ mayHaveRun: false });
    expect(await net.failure(full[255])).toMatchObject({ mayHaveRun: true });
    expect(await net.failure(net.stub(0, 1, "s").never())).toMatchObject({ mayHaveRun: false, code: "SITE_DOWN" });
    net.expectClean();
  });

  it("is not served any more, whatever still arrives from it", async () => {
    const net = new FakeNet();
    let calls = 0;
    net.rpc(1).expose("s", { f: () => ++calls });
    net.node(1).peerLost(0, new Error("site 0 exited"));
    void net.stub(0, 1, "s").f(() => 1);
    void net.stub(0, 1, "s").f(new Map());
    await net.settle();
    expect(calls).toBe(0);
    expect(net.node(1).entries).toBe(0);
    net.node(0).close();
  });
});
