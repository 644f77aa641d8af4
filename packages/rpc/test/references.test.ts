import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byReference, withOptions } from "../src/index.ts";
import { type Any, FakeNet, turns } from "./fake-net.ts";

/** Endpoints with a service that keeps what it is given, and gives it back. */
function keepers(seed = 1): { net: FakeNet; held: Any[][] } {
  const net = new FakeNet({ seed });
  const held: Any[][] = net.nodes.map(() => []);
  for (const [self, rpc] of net.faces.entries())
    rpc.expose("keeper", {
      keep: (...given: Any[]) => void held[self]!.push(...given),
      last: () => held[self]!.at(-1),
      relay: (to: number, given: Any) => net.stub(self, to, "keeper").keep(given),
    });
  return { net, held };
}

describe("references", () => {
  it("are one object where one call brings the same twice, at whatever depth", async () => {
    const { net, held } = keepers();
    const callback = (): number => 1;
    const marked = byReference(callback);
    await net.run(net.stub(0, 1, "keeper").keep(callback, { deep: [marked, new Map([["k", marked]])] }));
    const [first, tree] = held[1]!;
    expect(tree.deep[0]).toBe(first);
    expect(tree.deep[1].get("k")).toBe(first);
    first[Symbol.dispose]();
    await net.settle();
    net.expectClean();
  });

  it("come home as what they are, from whoever sends them", async () => {
    const { net, held } = keepers();
    const original = byReference({ f: () => 1 });
    await net.run(net.stub(0, 1, "keeper").keep(original));
    expect(await net.run(net.stub(0, 1, "keeper").last())).toEqual([original]);
    await net.run(net.stub(1, 2, "keeper").keep(held[1]![0]));
    const [back] = await net.run(net.stub(0, 2, "keeper").last());
    expect(back).toBe(original);
    for (const stub of [...held[1]!, ...held[2]!]) stub[Symbol.dispose]();
    await net.settle();
    net.expectClean();
  });

  it("sent to oneself arrive as they would elsewhere, and leave nothing behind", async () => {
    const { net, held } = keepers();
    const object = byReference({ f: () => 1, secret: 7 });
    const { signal } = new AbortController();
    const stream = (function* () {
      yield 1;
    })();
    await net.run(net.stub(0, 0, "keeper").keep(object, () => 2, signal, stream, object));
    const [stub, callback, sameSignal, reader, again] = held[0]!.flat();
    expect(stub).not.toBe(object);
    expect(stub).toBe(again);
    expect(sameSignal).toBe(signal);
    expect(await net.run(stub.f(), callback())).toEqual([1, 2]);
    await net.failure(stub.secret());
    expect(await net.run(reader.next(), reader.next())).toEqual([
      { done: false, value: 1 },
      { done: true, value: undefined },
    ]);
    for (const one of [stub, callback]) one[Symbol.dispose]();
    await net.settle();
    net.expectClean();
  });

  it("are called at their owner directly by whoever has them in the end", async () => {
    const { net, held } = keepers();
    let calls = 0;
    await net.run(net.stub(0, 1, "keeper").relay(2, () => ++calls));
    net.sent.length = 0;
    expect(await net.run(held[2]![0]())).toEqual([1]);
    expect(net.sent.map(({ from, to }) => [from, to])).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });

  it("keep their members as they were when they first left", async () => {
    const { net, held } = keepers();
    const object: { early: () => number; late?: () => number } = { early: () => 1 };
    byReference(object);
    await net.run(net.stub(0, 1, "keeper").keep(object));
    object.late = () => 2;
    object.early = () => 3;
    expect(await net.run(held[1]![0].early())).toEqual([1]);
    expect(await net.failure(held[1]![0].late())).toMatchObject({ code: "NO_SUCH_METHOD" });
  });

  it("of services and of any site travel as names", async () => {
    const { net, held } = keepers();
    net.rpc(2).expose("named", { where: () => 2 });
    await net.run(net.stub(0, 1, "keeper").keep(net.stub(0, 2, "named"), [net.stub(0, 2, "named")]));
    expect(await net.run(held[1]![0].where(), held[1]![1][0].where())).toEqual([2, 2]);
    net.expectClean();
  });

  it("of another cluster are refused", async () => {
    const { net } = keepers();
    const other = keepers();
    const error = await net.failure(net.stub(0, 1, "keeper").keep(other.net.stub(0, 1, "keeper")));
    expect(error).toMatchObject({ code: "MISMATCH" });
  });

  it("passed on twice in one message by different stubs are held once", async () => {
    const { net, held } = keepers();
    const callback = (): number => 1;
    await net.run(net.stub(0, 1, "keeper").keep(callback), net.stub(0, 1, "keeper").keep(callback));
    const [one, other] = held[1]!;
    expect(one).not.toBe(other);
    await net.run(net.stub(1, 2, "keeper").keep(one, other, withOptions(one, { timeoutMs: 1e6 })));
    expect(new Set(held[2]).size).toBe(1);
    for (const stub of [one, other, held[2]![0]]) stub[Symbol.dispose]();
    await net.settle();
    net.expectClean();
  });

  it("are never released while somebody holds one, and are gone when nobody does, however messages cross", async () => {
    const step = fc.record({
      kind: fc.constantFrom("pass", "pass", "release", "call", "again"),
      at: fc.nat(3),
      to: fc.nat(3),
      which: fc.nat(),
      deliveries: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(step, { minLength: 4, maxLength: 25 }), async (seed, steps) => {
        const { net, held } = keepers(seed);
        const callback = byReference((): string => "mine");
        const under: Promise<unknown>[] = [];
        const give = (from: number, to: number, ...given: unknown[]): void => {
          const kept = net.stub(from, to, "keeper").keep(...given);
          under.push(kept);
        };
        give(0, 1, callback);
        await net.settle();
        for (const { kind, at, to, which, deliveries } of steps) {
          const mine = held[at]!.flat();
          const stub = mine[which % mine.length];
          if (stub === callback || (stub === undefined && at === 0)) give(0, to, callback);
          else if (stub === undefined) continue;
          else if (kind === "pass") give(at, to, stub);
          else if (kind === "again") give(at, to, stub, [withOptions(stub, {})], mine[0]);
          else if (kind === "call") under.push(stub().then((said: unknown) => expect(said).toBe("mine")));
          else {
            held[at] = [];
            for (const one of new Set(mine)) if (one !== callback) one[Symbol.dispose]();
          }
          for (let left = deliveries; left > 0; left--) {
            await turns(3);
            net.step();
          }
        }
        await net.run(...under);
        for (const one of new Set(held.flat(2))) if (one !== callback) expect(await net.run(one())).toEqual(["mine"]);
        for (const one of new Set(held.flat(2))) if (one !== callback) one[Symbol.dispose]();
        await net.settle();
        net.expectClean();
      }),
      { numRuns: 300 },
    );
  });
});
