import { MismatchError, TimeoutError, UsageError } from "@isles/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeNet } from "./fake-net.ts";

describe("semaphore", () => {
  test("never grants more than it has, and gives everything back", async () => {
    const caller = fc.record({
      site: fc.nat(3),
      n: fc.integer({ min: 1, max: 3 }),
      pause: fc.nat(10),
      holdMs: fc.nat(5),
      patienceMs: fc.option(fc.nat(10)),
      tries: fc.boolean(),
    });
    const runs = fc.asyncProperty(
      fc.array(caller, { maxLength: 14 }),
      fc.integer({ min: 3, max: 5 }),
      fc.integer(),
      async (callers, permits, seed) => {
        const net = new FakeNet({ sites: 4, seed });
        let out = 0;
        const play = async ({ site, n, pause, holdMs, patienceMs, tries }: (typeof callers)[number]): Promise<void> => {
          await net.sleep(pause);
          const semaphore = net.sync(site).semaphore("s", permits);
          try {
            using permit = tries
              ? await semaphore.async.tryAcquire(n)
              : await semaphore.async.acquire(n, { timeoutMs: patienceMs ?? undefined });
            if (permit === null) return;
            out += n;
            expect(out).toBeLessThanOrEqual(permits);
            await net.sleep(holdMs);
            out -= n;
          } catch (error) {
            expect(error).toBeInstanceOf(TimeoutError);
          }
        };
        await net.run(...callers.map(play));
        expect(net.entries).toBe(0);
        const all = net.sync(0).semaphore("s", permits).async.acquire(permits);
        await net.run(all);
      },
    );
    await fc.assert(runs, { numRuns: 700 });
  });

  test("first come, first served, whatever each wants; anybody may release", async () => {
    const net = new FakeNet({ sites: 3 });
    const order: number[] = [];
    const ask = async (site: number, n: number): Promise<void> => {
      await net.sync(site).semaphore("s", 0).async.acquire(n);
      order.push(n);
    };
    const tasks: Promise<void>[] = [];
    for (const [site, n] of [
      [1, 3],
      [2, 1],
      [0, 2],
    ] as const) {
      tasks.push(ask(site, n));
      await net.settle();
    }
    net.sync(0).semaphore("s", 0).release(2);
    await net.settle();
    expect(order).toEqual([]);
    net.sync(2).semaphore("s", 0).release(4);
    await net.run(...tasks);
    expect(order).toEqual([3, 1, 2]);
    expect(net.entries).toBe(0);
  });

  test("another number of permits is an error that says both; so is a second release", async () => {
    const net = new FakeNet({ sites: 2 });
    const permit = net.sync(0).semaphore("s", 2).acquire();
    expect(() => net.sync(1).semaphore("s", 3).acquire()).toThrow(MismatchError);
    expect(() => net.sync(1).semaphore("s", 3).tryAcquire()).toThrow(/says 3 permits.* with 2/);
    net.sync(1).semaphore("s", 3).release();
    await net.settle();
    expect(() => net.sync(1).semaphore("s", 3).release()).toThrow(MismatchError);
    permit.release();
    permit[Symbol.dispose]();
    expect(() => permit.release()).toThrow(expect.objectContaining({ code: "PERMIT_RELEASED" }));
    expect(() => net.sync(0).semaphore("s", -1)).toThrow(UsageError);
    expect(() => net.sync(0).semaphore("s", 1).acquire(0)).toThrow(UsageError);
  });

  test("runs have semaphores of their own, which go with them", async () => {
    const net = new FakeNet({ sites: 2 });
    net.sync(0).semaphore("s", 1).acquire();
    net.host(1).group = { id: 5, name: "work" };
    net.sync(1).semaphore("s", 1).acquire();
    net.sync(1).semaphore("s", 7);
    for (const sync of net.syncs) sync.groupEnded(5);
    net.host(1).group = { id: 6, name: "work" };
    net.sync(1).semaphore("s", 7).acquire().release();
    await net.settle();
    net.host(1).group = { id: 0, name: "" };
    expect(net.sync(1).semaphore("s", 1).tryAcquire()).toBeNull();
  });
});

describe("latch", () => {
  test("opens at zero, for early and late waiters, and stays there", async () => {
    const runs = fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer(), async (n, seed) => {
      const net = new FakeNet({ sites: 3, seed });
      let down = 0;
      const wait = async (site: number): Promise<void> => {
        await net.sleep(net.random() * 10);
        expect(await net.sync(site).latch("l", n).async.wait()).toBe(true);
        expect(down).toBeGreaterThanOrEqual(n);
      };
      const count = async (site: number): Promise<void> => {
        await net.sleep(net.random() * 10);
        down++;
        net.sync(site).latch("l", n).countDown();
      };
      const counters = [...new Array(n + 1).keys()].map((i) => count(i % 3));
      await net.run(wait(0), wait(1), wait(2), ...counters);
      const left = net.sync(1).latch("l", n).async.count();
      await net.run(left);
      expect(await left).toBe(0);
    });
    await fc.assert(runs, { numRuns: 300 });
  });

  test("timeout, count, mismatch, and what remains", async () => {
    const net = new FakeNet({ sites: 2 });
    const latch = net.sync(1).latch("l", 3);
    expect(latch.wait(4)).toBe(false);
    expect(latch.count()).toBe(3);
    await net.settle();
    expect(net.entries).toBe(0);
    latch.countDown(2);
    expect(latch.count()).toBe(1);
    expect(() => net.sync(0).latch("l", 2).wait()).toThrow(/says 2, but it was made with 3/);
    net.sync(0).latch("l", 2).countDown();
    await net.settle();
    expect(() => net.sync(0).latch("l", 2).countDown()).toThrow(MismatchError);
    latch.countDown(5);
    expect(latch.wait()).toBe(true);
    expect(latch.count()).toBe(0);
    for (const sync of net.syncs) sync.groupEnded(0);
    expect(net.entries).toBe(0);
    expect(net.sync(0).latch("l", 0).wait()).toBe(true);
  });
});
