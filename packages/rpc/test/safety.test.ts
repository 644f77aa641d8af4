import { UsageError } from "@isles/base";
import { describe, expect, it } from "vitest";
import { byReference } from "../src/index.ts";
import { FakeNet } from "./fake-net.ts";

class Account {
  balance = 1;
  #secret = "s";

  deposit(n: number): number {
    this.balance += n;
    return this.balance;
  }

  steal(): string {
    return this.#secret;
  }
}

const NEVER = [
  "constructor",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "isPrototypeOf",
  "__proto__",
  "__defineGetter__",
  "__lookupSetter__",
  "then",
  "toJSON",
];

/** A call as whoever wants to may send it: stubs would not. */
async function forged(net: FakeNet, target: string, method: string): Promise<unknown> {
  const { stubs } = net.node(0);
  const call = stubs.call({ kind: "service", peer: 1, name: target }, "async", {}, method, []);
  return net.failure(call.promise());
}

describe("what can be called", () => {
  it("is nothing but own functions of what was exposed", async () => {
    const net = new FakeNet();
    let read = 0;
    const service = {
      f: () => 1,
      data: { f: () => 2 },
      get getter() {
        read++;
        return () => 3;
      },
      "f.call": () => 4,
      "": () => 5,
      __proto__: { inherited: () => 6 },
    };
    Object.defineProperty(service, "hidden", { value: () => 7 });
    net.rpc(1).expose("s", service);
    for (const name of [...NEVER, "data", "data.f", "getter", "inherited", "hidden", "f.apply", "#f"])
      expect([name, await forged(net, "s", name)]).toMatchObject([name, { code: "NO_SUCH_METHOD" }]);
    expect(read).toBe(0);
    expect(await net.run(net.stub(0, 1, "s").f(), net.stub(0, 1, "s")["f.call"]())).toEqual([1, 4]);
  });

  it("is of a class's instance only what is listed, by expose and by reference", async () => {
    const net = new FakeNet();
    expect(() => net.rpc(1).expose("a", new Account())).toThrow(UsageError);
    const account = new Account();
    net.rpc(1).expose("a", account, { members: ["deposit"] });
    net.rpc(1).expose("b", { get: () => byReference(new Account(), { members: ["deposit"] }) });
    expect(await net.run(net.stub(0, 1, "a").deposit(2))).toEqual([3]);
    const [reference] = await net.run(net.stub(0, 1, "b").get());
    expect(await net.run(reference.deposit(3), net.stub(0, 1, "b").get().deposit(4))).toEqual([4, 5]);
    for (const call of [
      net.stub(0, 1, "a").steal(),
      reference.steal(),
      net.stub(0, 1, "b").get().steal(),
      reference.balance(),
    ])
      expect(await net.failure(call)).toMatchObject({ code: "NO_SUCH_METHOD" });
    expect(await forged(net, "a", "constructor")).toMatchObject({ code: "NO_SUCH_METHOD" });
  });

  it("is not what a service gets later, nor what replaces a member", async () => {
    const net = new FakeNet();
    const service: { f: () => number; late?: () => number } = { f: () => 1 };
    net.rpc(1).expose("s", service);
    service.late = () => 2;
    service.f = () => 3;
    expect(await forged(net, "s", "late")).toMatchObject({ code: "NO_SUCH_METHOD" });
    expect(await net.run(net.stub(0, 1, "s").f())).toEqual([1]);
  });

  it("is not what has been withdrawn, while calls under way finish", async () => {
    const net = new FakeNet();
    let answer: (n: number) => void = () => undefined;
    const exposed = net.rpc(1).expose("s", { f: () => new Promise<number>((resolve) => (answer = resolve)) });
    const call = net.stub(0, 1, "s").f();
    await net.settle();
    exposed.withdraw();
    exposed[Symbol.dispose]();
    expect(await net.failure(net.stub(0, 1, "s").f())).toMatchObject({ code: "NOT_EXPOSED" });
    answer(1);
    expect(await net.run(call)).toEqual([1]);
  });

  it.each(NEVER.filter((name) => name !== "__proto__"))("cannot be named %s", (name) => {
    const net = new FakeNet();
    expect(() => net.rpc(1).expose("s", { [name]: () => 1 })).toThrow(UsageError);
    expect(() => net.rpc(1).expose("s", { f: () => 1 }, { members: [name] })).toThrow(UsageError);
    net.rpc(1).expose("ok", { f: () => 1 });
  });

  it.each(["", "\u0000matchmaker", 1, undefined])("is not exposed as %j", (name) => {
    expect(() => new FakeNet().rpc(1).expose(name as string, { f: () => 1 })).toThrow(UsageError);
  });

  it("is of streams and signals only what they are for", async () => {
    const net = new FakeNet();
    net.rpc(1).expose("s", {
      gen: () =>
        (function* () {
          yield 1;
        })(),
      signal: () => new AbortController().signal,
    });
    await net.run(net.stub(0, 1, "s").gen(), net.stub(0, 1, "s").signal());
    for (const { id, key } of [1, 2].map((id) => ({ id, key: keyOf(net, id) }))) {
      const lease = { owner: 1, id, key, released: false } as never;
      for (const method of ["constructor", "abort", "dispatchEvent", "addEventListener", "abandon", ""]) {
        const call = net.node(0).stubs.call({ kind: "object", lease, label: "it" }, "async", {}, method, []);
        expect(await net.failure(call.promise())).toMatchObject({ code: "NO_SUCH_METHOD" });
      }
    }
  });

  it("does not depend on what prototypes have been given", async () => {
    const net = new FakeNet();
    net.rpc(1).expose("s", { f: (v: object) => v });
    Object.defineProperty(Object.prototype, "polluted", { value: () => 1, configurable: true });
    try {
      expect(await forged(net, "s", "polluted")).toMatchObject({ code: "NO_SUCH_METHOD" });
    } finally {
      delete (Object.prototype as { polluted?: unknown }).polluted;
    }
    const [back] = await net.run(net.stub(0, 1, "s").f(JSON.parse('{"__proto__": {"admin": true}}')));
    expect(back.admin).toBe(undefined);
    expect(Object.keys(back)).toEqual(["__proto__"]);
  });
});

/** The key of an export, which its references carry. */
function keyOf(net: FakeNet, id: number): number {
  const pattern = new RegExp(`[sg]1;${id};(\\d+);`);
  for (const { text } of net.sent) {
    const found = pattern.exec(text);
    if (found !== null) return Number(found[1]);
  }
  throw new Error(`export ${id} was not sent`);
}
