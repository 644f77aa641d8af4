import { inspect } from "node:util";
import { LimitError } from "@isles/base";
import { describe, expect, it } from "vitest";
import { withOptions } from "../src/index.ts";
import { counting } from "./counting.ts";
import type { Any, FakeNet } from "./fake-net.ts";
import { unhandledDuring } from "./process-watch.ts";

describe("calls", () => {
  it("run once and in the order made, text and cloned values mixed", async () => {
    const { net, stub, log } = counting({ seed: 3 });
    const args = Array.from({ length: 600 }, (_, i) => (i % 7 === 0 ? new Map([[i, i]]) : i));
    await net.run(...args.map((arg) => stub.add(arg)));
    expect(log).toEqual(args);
    expect(net.node(1).stats).toMatchObject({ served: 600, malformed: 0 });
    net.expectClean();
  });

  it("of one tick leave in one message", async () => {
    const { net, stub } = counting();
    await net.settle();
    net.sent.length = 0;
    const calls = Array.from({ length: 100 }, (_, i) => stub.add(i));
    await Promise.resolve();
    expect(net.sent.length).toBe(1);
    await net.run(...calls);
    expect(net.sent.length).toBeLessThan(6);
  });

  it("that are replayed do not run again", async () => {
    const { net, stub, log } = counting();
    await net.run(stub.add(1), stub.add(new Set([2])));
    const { malformed } = net.node(1).stats;
    for (const message of net.sent.filter(({ from, to }) => from === 0 && to === 1)) net.hosts[1]!.deliver(message);
    await net.settle();
    expect(log.length).toBe(2);
    expect(net.node(1).stats.malformed).toBe(malformed + 2);
  });

  it("are given up before they start: they do not run, and their place is free", async () => {
    const { net, stub, log } = counting();
    const abort = new AbortController();
    const limited = withOptions(stub, { signal: abort.signal }) as Any;
    await net.settle();
    const gone = limited.add(1);
    const reason = new Error("never mind");
    abort.abort(reason);
    net.step();
    net.step(); // the call and its end arrive in one turn
    expect(await net.failure(gone)).toBe(reason);
    expect(await net.failure(limited.add(2))).toBe(reason);
    expect(await net.run(stub.add(3))).toEqual([1]);
    expect(log).toEqual([3]);
    net.expectClean();
  });

  it("are given up while they run: the method's signal says why, and the late reply meets no other call", async () => {
    const { net, stub, log, answer } = counting();
    const abort = new AbortController();
    const gone = (withOptions(stub, { signal: abort.signal }) as Any).wait();
    await net.settle();
    abort.abort(new RangeError("enough"));
    await net.failure(gone);
    const next = stub.wait();
    await net.settle();
    expect((log[0] as AbortSignal).reason).toBeInstanceOf(RangeError);
    expect((log[1] as AbortSignal).aborted).toBe(false);
    answer("late");
    await net.settle();
    answer("in time");
    expect(await net.run(next)).toEqual(["in time"]);
    expect(net.node(0).stats.late).toBe(0); // the callee does not even send it
    net.expectClean();
  });

  it("are given up after they are answered without effect", async () => {
    const { net, stub } = counting();
    const abort = new AbortController();
    await net.run((withOptions(stub, { signal: abort.signal }) as Any).add(1));
    const sent = net.sent.length;
    abort.abort();
    await net.settle();
    expect(net.sent.length).toBe(sent);
    net.expectClean();
  });

  it("in flight to one peer are limited, here and there", async () => {
    const { net, stub } = counting({ limits: { maxCalls: 3 } });
    const waiting = Array.from({ length: 3 }, () => stub.wait());
    const error = await net.failure(stub.add(1));
    expect(error).toBeInstanceOf(LimitError);
    expect(error.message).toContain("3 calls");
    for (const call of waiting) call.catch(() => undefined);
    for (let i = 10; i < 15; i++) net.hosts[1]!.deliver(frame(0, `C${i};r0;s1;s3;add1;d1;`));
    await net.settle();
    expect(net.node(1).entries).toBe(3);
  });

  it("to where nothing is exposed say what is", async () => {
    const { net, stub } = counting();
    expect(await net.failure(net.stub(0, 2, "s").add(1))).toMatchObject({ code: "NOT_EXPOSED" });
    const error = await net.failure(stub.ad(1));
    expect(error).toMatchObject({ code: "NO_SUCH_METHOD" });
    expect(error.message).toContain('"add"');
  });
});

function frame(from: number, text: string): Parameters<FakeNet["send"]>[0] {
  return { from, to: 1, text: `${text.length};${text}`, value: undefined };
}

describe("one-way calls", () => {
  it("tell nobody but the report where they fail, there and here", async () => {
    const { net, log } = counting();
    const oneWay = net.rpc(0).stub(1, "s", { oneWay: true }) as Any;
    expect(oneWay.add(1)).toBe(undefined);
    oneWay.fail("there");
    oneWay.none();
    oneWay.add(Symbol("here"));
    await net.settle();
    expect(log).toEqual([1]);
    expect(net.reported.map(({ at, error }) => [at, (error as Any).code ?? (error as Error).message])).toEqual([
      [0, "CANNOT_CLONE"],
      [1, "NO_SUCH_METHOD"],
      [1, "there"],
    ]);
    net.expectClean();
  });
});

describe("failures that nobody awaits", () => {
  it("are reported by the process, once, and only those", async () => {
    const { net, stub } = counting();
    const unhandled = await unhandledDuring(async () => {
      void stub.fail("forgotten");
      await net.failure(stub.fail("awaited"));
      await net.run(Promise.allSettled([stub.fail("settled"), stub.fail("too")]));
      void stub.wait().add(1);
      await net.settle();
    });
    expect(unhandled).toMatchObject([{ message: "forgotten" }]);
  });
});

describe("stubs and results", () => {
  it("are taken for what they are by the language and by tools, and send nothing for it", async () => {
    const { net, stub } = counting();
    net.rpc(1).expose("names", {
      name: () => "n",
      length: () => 1,
      call: () => 2,
      apply: () => 3,
      bind: () => 4,
      prototype: () => 5,
      arguments: () => 6,
      caller: () => 7,
    });
    await net.settle();
    net.sent.length = 0;
    expect(inspect(stub)).toBe('[stub of "s" on site 1]');
    expect(JSON.stringify({ stub })).toBe("{}");
    expect(await Promise.resolve(stub)).toBe(stub);
    expect(String(stub)).toBe("[object Stub]");
    expect(stub).toEqual(stub);
    expect(Object.keys(stub)).toEqual([]);
    expect(typeof stub.constructor).toBe("function");
    expect(net.sent).toEqual([]);
    const names = net.stub(0, 1, "names");
    const { name, length, call, apply, bind, prototype, arguments: args, caller } = names;
    expect(await net.run(name(), length(), call(), apply(), bind(), prototype(), args(), caller())).toEqual([
      "n",
      1,
      2,
      3,
      4,
      5,
      6,
      7,
    ]);
  });

  it("of calls are promises, to instanceof, inspect, Promise.all and race alike", async () => {
    const { net, stub } = counting();
    const result = stub.add(1);
    expect(result).toBeInstanceOf(Promise);
    expect(inspect(result)).toContain("Promise");
    expect(Promise.resolve(result)).toBe(result);
    expect(await net.run(Promise.all([result, stub.add(2)]), Promise.race([stub.add(3)]))).toEqual([[1, 2], 3]);
    expect(
      await net.run(
        stub
          .add(4)
          .then((n: number) => n * 2)
          .finally(() => undefined),
      ),
    ).toEqual([8]);
    expect(JSON.stringify({ result })).toBe('{"result":{}}');
    net.expectClean();
  });
});
