import { TimeoutError } from "@isles/base";
import { afterEach, describe, expect, it, vi } from "vitest";
import { withOptions } from "../src/index.ts";
import { counting, never } from "./counting.ts";
import type { Any } from "./fake-net.ts";

afterEach(() => void vi.useRealTimers());

describe("deadlines", () => {
  function timed(): ReturnType<typeof counting> {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    return counting();
  }

  it("end a call here and there, and leave no timer behind", async () => {
    const { net, stub, log } = timed();
    const call = (withOptions(stub, { timeoutMs: 50 }) as Any).wait();
    call.catch(() => undefined);
    await net.settle();
    await net.advance(49);
    expect((log[0] as AbortSignal).aborted).toBe(false);
    await net.advance(1);
    expect(await net.failure(call)).toBeInstanceOf(TimeoutError);
    expect((log[0] as AbortSignal).reason).toBeInstanceOf(TimeoutError);
    await net.run((withOptions(stub, { timeoutMs: 50 }) as Any).add(1));
    expect(vi.getTimerCount()).toBe(0);
  });

  it("shrink along nested calls, also behind an await", async () => {
    const { net } = timed();
    const left: (number | undefined)[] = [];
    net.rpc(2).expose("inner", { see: () => void left.push(net.rpc(2).current!.deadlineMs), never });
    net.rpc(1).expose("outer", {
      go: async () => {
        await net.stub(1, 2, "inner").see();
        net.time += 30;
        await net.stub(1, 2, "inner").see();
        await (withOptions(net.stub(1, 2, "inner"), { timeoutMs: 5 }) as Any).see();
        return net.stub(1, 2, "inner").never();
      },
    });
    const call = (withOptions(net.stub(0, 1, "outer"), { timeoutMs: 100 }) as Any).go();
    call.catch(() => undefined);
    await net.settle();
    expect(left).toEqual([100, 70, 5]);
    await net.advance(70);
    expect(net.nodes.map(({ entries }) => entries)).toEqual([0, 0, 0, 0]); // also of the innermost, which does not look at its signal
    expect(await net.failure(call)).toBeInstanceOf(TimeoutError);
  });

  it("that have passed when a call comes to run keep it from running", async () => {
    const { net, stub, log } = timed();
    const call = (withOptions(stub, { timeoutMs: 10 }) as Any).add(1);
    call.catch(() => undefined);
    await Promise.resolve();
    net.step();
    net.time += 10;
    expect(await net.failure(call)).toBeInstanceOf(TimeoutError);
    expect(log).toEqual([]);
    net.expectClean();
  });

  it("count the time spent on finding a site", async () => {
    const { net } = timed();
    const stub = net.rpc(0).stub(Symbol.for("isles.any-site") as never, "slow", { timeoutMs: 100 }) as Any;
    const call = stub.never();
    call.catch(() => undefined);
    await net.settle();
    await net.advance(60);
    net.rpc(1).expose("slow", { never });
    await net.settle();
    await net.advance(40);
    expect(await net.failure(call)).toBeInstanceOf(TimeoutError);
  });

  it("of a call that waits for an argument count from when it was made", async () => {
    const { net, stub } = timed();
    const call = (withOptions(stub, { timeoutMs: 100 }) as Any).add(stub.never());
    call.catch(() => undefined);
    await net.settle();
    await net.advance(100);
    expect(await net.failure(call)).toBeInstanceOf(TimeoutError);
  });
});
