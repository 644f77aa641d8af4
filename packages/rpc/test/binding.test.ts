import { TimeoutError } from "@isles/base";
import { afterEach, describe, expect, it, vi } from "vitest";
import { any, withOptions } from "../src/index.ts";
import { type Any, FakeNet } from "./fake-net.ts";
import { unhandledDuring } from "./process-watch.ts";

afterEach(() => void vi.useRealTimers());

function exposed(seed = 1): FakeNet {
  const net = new FakeNet({ seed });
  for (const site of [1, 2])
    net.rpc(site).expose("where", {
      am: () => site,
      odd: () => {
        if (site === 1) return 1;
        throw new RangeError("even");
      },
      fail: () => Promise.reject(new RangeError(`at ${site}`)),
    });
  return net;
}

describe("a stub of any site", () => {
  it("finds one that exposes the name, and stays with it", async () => {
    const net = exposed();
    await net.settle();
    const stub = net.rpc(0).stub(any, "where") as Any;
    const [first] = await net.run(stub.am());
    net.sent.length = 0;
    expect(await net.run(stub.am())).toEqual([first]);
    expect(net.sent.every(({ to }) => to === first || to === 0)).toBe(true);
    const [another] = await net.run((net.rpc(0).stub(any, "where") as Any).am());
    expect([1, 2]).toContain(another);
    expect(another).not.toBe(first); // spread over those that have it
    net.expectClean();
  });

  it("waits for one to appear, and finds another when the first is withdrawn or lost", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const net = new FakeNet();
    const stub = net.rpc(0).stub(any, "late") as Any;
    const call = stub.am();
    await net.advance(9_000);
    const gone = net.rpc(1).expose("late", { am: () => 1 });
    expect(await net.run(call)).toEqual([1]);
    net.rpc(2).expose("late", { am: () => 2 });
    await net.settle();
    gone.withdraw();
    await net.failure(stub.am());
    expect(await net.run(stub.am())).toEqual([2]);
    net.rpc(3).expose("late", { am: () => 3 });
    await net.settle();
    net.lose(2);
    expect(await net.run(stub.am())).toEqual([3]);
    net.expectClean();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives up at its deadline, at ten seconds without one, and with its signal, and leaves nothing", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const net = new FakeNet();
    const stub = net.rpc(0).stub(any, "nowhere") as Any;
    const abort = new AbortController();
    const calls = [
      (withOptions(stub, { timeoutMs: 50 }) as Any).f(),
      stub.f(),
      (withOptions(stub, { signal: abort.signal }) as Any).f(),
    ];
    for (const call of calls) call.catch(() => undefined);
    await net.settle();
    await net.advance(50);
    expect(await net.failure(calls[0])).toBeInstanceOf(TimeoutError);
    abort.abort(new Error("enough"));
    expect(await net.failure(calls[2])).toMatchObject({ message: "enough" });
    await net.advance(10_000);
    const error = await net.failure(calls[1]);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toContain('"nowhere"');
    net.expectClean();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("whose calls nobody waits for reports that there is no site", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const net = new FakeNet();
    (net.rpc(0).stub(any, "nowhere", { oneWay: true }) as Any).f();
    await net.settle();
    await net.advance(10_000);
    expect(net.reported).toMatchObject([{ at: 0, error: { code: "TIMEOUT" } }]);
    net.expectClean();
  });

  it("is not found by the name of what belongs to the package itself", async () => {
    const net = exposed();
    const error = await net.failure((net.rpc(0).stub(1, "nothing") as Any).f());
    expect(error.message).not.toContain("matchmaker");
  });
});

describe("a group", () => {
  it("gives all results in its order, the first, or each site's", async () => {
    const net = exposed();
    const group = net.rpc(0).group([2, 1], "where") as Any;
    expect(await net.run(group.am(), group.am().all(), group.odd().any())).toEqual([[2, 1], [2, 1], 1]);
    const [outcomes] = await net.run(group.odd().settled());
    expect(outcomes).toMatchObject([
      { site: 2, status: "rejected", reason: { message: "even" } },
      { site: 1, status: "fulfilled", value: 1 },
    ]);
    expect(await net.failure(group.odd())).toBeInstanceOf(RangeError);
    expect((await net.failure(group.fail().any())).errors.length).toBe(2);
    net.expectClean();
  });

  it("has an outcome for a site that is lost", async () => {
    const net = exposed();
    const call = (net.rpc(0).group("all", "where") as Any).am().settled();
    net.lose(2);
    const [outcomes] = await net.run(call);
    expect(outcomes).toMatchObject([
      { site: 0, status: "rejected", reason: { code: "NOT_EXPOSED" } },
      { site: 1, status: "fulfilled", value: 1 },
      { site: 2, status: "rejected", reason: { code: "SITE_DOWN", mayHaveRun: false } },
    ]);
  });

  it("passes the unreturned result of a call and callbacks to each", async () => {
    const net = exposed();
    for (const site of [1, 2]) net.rpc(site).expose("use", { it: (n: number, f: Any) => f(n + site) });
    const calls = (net.rpc(0).group([1, 2], "use") as Any).it(net.stub(0, 1, "where").am(), (n: number) => n * 10);
    expect(await net.run(calls.all())).toEqual([[20, 30]]);
  });

  it("takes one-way calls, and is none of a promise's business until it is awaited", async () => {
    const net = exposed();
    const heard: number[] = [];
    for (const site of [1, 2]) net.rpc(site).expose("ear", { hear: (n: number) => void heard.push(site + n) });
    const group = net.rpc(0).group([1, 2], "ear", { oneWay: true }) as Any;
    group.hear(10);
    await net.settle();
    expect(heard.sort()).toEqual([11, 12]);
    expect(await Promise.resolve(group)).toBe(group);
    expect(() => net.rpc(0).group([], "ear")).toThrow(/at least one site/);
  });

  it("whose failures nobody looks at has them reported by the process", async () => {
    const net = exposed();
    const unhandled = await unhandledDuring(async () => {
      (net.rpc(0).group([1, 2], "where") as Any).fail();
      await net.failure((net.rpc(0).group([1, 2], "where") as Any).fail());
      await net.settle();
    });
    expect(unhandled.map((error) => (error as Error).message).sort()).toEqual(["at 1", "at 2"]);
  });
});

describe("making a stub", () => {
  it("checks its site, its name and its options, and sends nothing", async () => {
    const net = new FakeNet();
    const rpc = net.rpc(0) as Any;
    for (const site of [-1, 4, 1.5, "1", NaN]) expect(() => rpc.stub(site, "s")).toThrow(RangeError);
    for (const name of ["", undefined, 7]) expect(() => rpc.stub(1, name)).toThrow(/name of a service/);
    for (const options of [{ timeoutMs: 0 }, { timeoutMs: "1" }, { timeoutMs: NaN }, { signal: {} }, { timeout: 1 }])
      expect(() => rpc.stub(1, "s", options)).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
    expect(() => rpc.stub({}, "s")).toThrow(/site and a name/);
    expect(() => withOptions({} as never, {})).toThrow(/takes a stub/);
    rpc.stub("launcher", "s");
    await net.settle();
    expect(net.sent).toEqual([]);
  });
});
