import { ClosedError } from "@isles/base";
import { describe, expect, it } from "vitest";
import { Mesh } from "./mesh.ts";

function words(sites = 3) {
  const mesh = new Mesh({ sites });
  const arrays = Array.from({ length: sites }, (_, site) => mesh.memory(site).int32("words", 8));
  return { mesh, arrays };
}

describe("wait and notify", () => {
  it("return at once what Atomics would: not-equal for another value, 0 for nobody", () => {
    const { arrays } = words();
    expect(arrays[0]!.wait(0, 1)).toBe("not-equal");
    expect(arrays[1]!.notify(0)).toBe(0);
    expect(arrays[1]!.notify(0, 0)).toBe(0);
  });

  it("time out after the milliseconds given, no sooner, and leave no trace in the queue", () => {
    const { mesh, arrays } = words();
    for (const timeoutMs of [0, 20, 1_234]) {
      const start = mesh.time;
      expect(arrays[0]!.wait(0, 0, timeoutMs)).toBe("timed-out");
      expect(mesh.time - start).toBeGreaterThanOrEqual(timeoutMs);
      expect(mesh.time - start).toBeLessThan(timeoutMs + 600);
    }
    expect(arrays[1]!.notify(0)).toBe(0);
    expect(mesh.members.map(({ sync }) => sync.words.size)).toEqual([0, 0, 0, 0]);
  });

  it("wake the waiters in the order they came, as many as asked for", async () => {
    const { mesh, arrays } = words();
    const woken: number[] = [];
    const waits: Promise<void>[] = [];
    for (const site of [2, 0, 1]) {
      waits.push(arrays[site]!.async.wait(0, 0).then(() => void woken.push(site)));
      for (let turn = 0; turn < 20; turn++) {
        mesh.settle();
        await Promise.resolve();
      }
    }
    expect(await mesh.outcome(arrays[1]!.async.notify(0, 1))).toBe(1);
    await mesh.outcome(waits[0]!);
    expect(woken).toEqual([2]);
    expect(await mesh.outcome(arrays[1]!.async.notify(0))).toBe(2);
    await mesh.outcome(Promise.all(waits).then(() => undefined));
    expect(woken).toEqual([2, 0, 1]);
  });

  it("a blocked site is woken by another's store and notify", async () => {
    const { mesh, arrays } = words();
    const waker = arrays[1]!.async.wait(7, 0); // woken by the blocked site's partner below
    const poke = arrays[2]!.async.wait(3, 0, 50).then(async () => {
      await arrays[2]!.async.set(0, 1);
      return arrays[2]!.async.notify(0);
    });
    expect(await mesh.outcome(arrays[0]!.async.wait(0, 0))).toBe("ok");
    expect(await mesh.outcome(poke)).toBe(1);
    expect(arrays[0]!.notify(7)).toBe(1);
    expect(await mesh.outcome(waker)).toBe("ok");
  });

  it("mean the same word through a subarray, and another through another element or array", async () => {
    const { mesh, arrays } = words();
    const other = mesh.memory(0).int32("others", 8);
    const wait = arrays[0]!.subarray(4).async.wait(1, 0);
    for (let turn = 0; turn < 20; turn++) {
      mesh.settle();
      await Promise.resolve();
    }
    expect(await mesh.outcome(arrays[1]!.async.notify(1))).toBe(0);
    expect(await mesh.outcome(other.async.notify(5))).toBe(0);
    expect(await mesh.outcome(arrays[1]!.async.notify(5))).toBe(1);
    expect(await mesh.outcome(wait)).toBe("ok");
  });

  it("take bigints for bigInt64", () => {
    const mesh = new Mesh({ sites: 1 });
    const big = mesh.memory(0).bigInt64("big", 1);
    big.set(0, 5n);
    expect(big.wait(0, 4n)).toBe("not-equal");
    expect(big.wait(0, 5n, 1)).toBe("timed-out");
  });

  it("a wait whose time is up when the cluster ends is rejected like all others, and nothing else is harmed", async () => {
    const mesh = new Mesh({ sites: 2 });
    const array = mesh.launcher.memory.int32("words", 1);
    const wait = array.async.wait(0, 0, 20);
    for (let turn = 0; turn < 20; turn++) {
      mesh.settle();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const other = mesh.launcher.endpoint.pend<void>("something else");
    const outcomes = Promise.allSettled([wait, other.promise()]);
    await expect
      .poll(() => mesh.launcher.endpoint.pending.labels().some((label) => label.includes("cancelling")))
      .toBe(true);
    const error = new ClosedError("the end");
    expect(() => mesh.launcher.endpoint.fail(error)).not.toThrow();
    expect((await outcomes).map((outcome) => outcome.status === "rejected" && outcome.reason)).toEqual([error, error]);
  });
});
