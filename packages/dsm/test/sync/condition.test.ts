import { UsageError } from "@isles/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeNet } from "./fake-net.ts";

describe("condition", () => {
  test("bounded buffer: every item is produced and consumed once, no wake-up is lost", async () => {
    const world = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
    );
    const runs = fc.asyncProperty(world, fc.integer(), async ([producers, consumers, each, patient], seed) => {
      const net = new FakeNet({ sites: 4, seed });
      const buffer: string[] = [];
      const consumed: string[] = [];
      const all = producers * each;
      const timeoutMs = patient ? undefined : 3;
      const produce = async (id: number): Promise<void> => {
        const sync = net.sync(id % 4);
        const lock = sync.lock("m");
        for (let i = 0; i < each; i++) {
          using _held = await lock.async.acquire();
          while (buffer.length >= 2) await sync.condition(lock).async.wait(timeoutMs);
          buffer.push(`${id}.${i}`);
          sync.condition(lock).notifyAll();
        }
      };
      const consume = async (id: number): Promise<void> => {
        const sync = net.sync((id + 2) % 4);
        const lock = sync.lock("m");
        for (;;) {
          using _held = await lock.async.acquire();
          while (buffer.length === 0 && consumed.length < all) await sync.condition(lock).async.wait(timeoutMs);
          if (consumed.length === all) return;
          consumed.push(buffer.shift() as string);
          sync.condition(lock).notifyAll();
        }
      };
      const ids = (count: number): number[] => [...new Array(count).keys()];
      await net.run(...ids(producers).map(produce), ...ids(consumers).map(consume));
      expect(new Set(consumed).size).toBe(all);
      expect(net.entries).toBe(0);
    });
    await fc.assert(runs, { numRuns: 700 });
  });

  test("as many waiters return true as were notified, the rest time out", async () => {
    const runs = fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.nat(6),
      fc.nat(12),
      fc.integer(),
      async (waiters, notified, at, seed) => {
        const net = new FakeNet({ sites: 3, seed });
        let waiting = 0;
        let outside = 0;
        const wait = async (id: number): Promise<boolean> => {
          const sync = net.sync(id % 3);
          using held = await sync.lock("m").async.acquire();
          waiting++;
          const result = await sync.condition(sync.lock("m")).async.wait(10);
          outside++;
          expect(held.token).toBeGreaterThan(0);
          return result;
        };
        // Notified under the lock, so who waits is known.
        let expected = -1;
        const notify = async (): Promise<void> => {
          await net.sleep(at);
          const sync = net.sync(1);
          using _held = await sync.lock("m").async.acquire();
          expected = Math.min(notified, waiting - outside);
          sync.condition(sync.lock("m")).notify(notified);
        };
        const tasks = [...new Array(waiters).keys()].map(wait);
        await net.run(...tasks, notify());
        const results = await Promise.all(tasks);
        // A waiter whose time was up may still be counted as waiting: it needs the lock to say so.
        expect(results.filter(Boolean).length).toBeLessThanOrEqual(expected);
        if (at < 5) expect(results.length).toBe(waiters);
        expect(net.entries).toBe(0);
      },
    );
    await fc.assert(runs, { numRuns: 500 });
  });

  test("notify wakes those who waited longest, and exactly as many", async () => {
    const net = new FakeNet({ sites: 4, seed: 3 });
    const woken: number[] = [];
    const wait = async (id: number): Promise<void> => {
      const sync = net.sync(id);
      using _held = await sync.lock("m").async.acquire();
      expect(await sync.condition(sync.lock("m")).async.wait()).toBe(true);
      woken.push(id);
    };
    const tasks: Promise<void>[] = [];
    for (const id of [2, 0, 3, 1]) {
      tasks.push(wait(id));
      await net.settle();
    }
    const condition = net.sync(1).condition(net.sync(1).lock("m"));
    condition.notify();
    await net.settle();
    expect(woken).toEqual([2]);
    condition.notify(2);
    await net.settle();
    expect(woken).toEqual([2, 0, 3]);
    condition.notifyAll();
    await net.run(...tasks);
    expect(woken).toEqual([2, 0, 3, 1]);
    expect(net.entries).toBe(0);
  });

  test("a broken run leaves neither waiters nor the lock behind", async () => {
    const runs = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.nat(15),
      fc.nat(15),
      fc.integer(),
      async (waiters, brokenAt, notifyAt, seed) => {
        const net = new FakeNet({ sites: 3, seed });
        const group = { id: 9, name: "work" };
        for (const host of net.hosts.slice(0, 2)) host.group = group;
        const wait = async (id: number): Promise<void> => {
          const sync = net.sync(id % 2);
          const lock = sync.lock("m");
          using _held = await lock.async.acquire();
          await sync.condition(lock).async.wait(net.random() < 0.3 ? 7 : undefined);
        };
        net.after(brokenAt, () => net.failGroup(group.id, new Error("broken")));
        net.after(notifyAt, () => net.sync(2).condition(net.sync(2).lock("m")).notify(2));
        await net.run(...[...new Array(waiters).keys()].map((id) => wait(id).catch(() => undefined)));
        for (const sync of net.sites) sync.runFinished(group, "threw");
        for (const sync of net.syncs) sync.groupEnded(group.id);
        await net.run(
          net
            .sync(2)
            .lock("m")
            .async.acquire()
            .then((held) => held.release()),
        );
        expect(net.entries).toBe(0);
      },
    );
    await fc.assert(runs, { numRuns: 500 });
  });

  test("needs the lock, exclusively", () => {
    const net = new FakeNet({ sites: 2 });
    const lock = net.sync(0).lock("m");
    expect(() => net.sync(0).condition(lock).wait()).toThrow(/does not hold the lock/);
    const held = lock.acquire({ mode: "shared" });
    expect(() => net.sync(0).condition(lock).wait()).toThrow(/only in shared mode/);
    held.release();
  });

  test("the blocking face: false on timeout, and the hold is valid again", async () => {
    const net = new FakeNet({ sites: 2 });
    const lock = net.sync(1).lock("m");
    const held = lock.acquire();
    const before = held.token;
    expect(net.sync(1).condition(lock).wait(5)).toBe(false);
    expect(held.token).toBeGreaterThan(before);
    held.release();
    await net.settle();
    expect(net.entries).toBe(0);
  });

  test("release while waiting is refused; leaving the block ends the wait", async () => {
    const net = new FakeNet({ sites: 2 });
    const lock = net.sync(1).lock("m");
    const held = lock.acquire();
    const waiting = net.sync(1).condition(lock).async.wait();
    expect(() => held.release()).toThrow(UsageError);
    held[Symbol.dispose]();
    await expect(waiting).rejects.toThrow(/its block ended/);
    await net.settle();
    expect(net.entries).toBe(0);
  });
});
