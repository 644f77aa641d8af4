import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { num, Reader } from "../../src/sync/text.ts";
import { FakeNet } from "./fake-net.ts";

describe("words", () => {
  test("every wake-up reaches one waiter: woken = sum of what notify returned", async () => {
    const waiter = fc.record({ site: fc.nat(2), pause: fc.nat(10), patienceMs: fc.option(fc.nat(10)) });
    const notifier = fc.record({
      site: fc.nat(2),
      pause: fc.nat(15),
      count: fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY),
    });
    const runs = fc.asyncProperty(
      fc.array(waiter, { maxLength: 8 }),
      fc.array(notifier, { maxLength: 6 }),
      fc.integer(),
      async (waiters, notifiers, seed) => {
        const net = new FakeNet({ sites: 3, seed });
        let woken = 0;
        let notified = 0;
        const wait = async ({ site, pause, patienceMs }: (typeof waiters)[number]): Promise<void> => {
          await net.sleep(pause);
          const place = net.sync(site).words.enqueue("a:7");
          await place.enqueued.promise();
          if (patienceMs !== null) {
            net.after(patienceMs, () => {
              const cancel = place.cancel();
              cancel.onSettled(() => {
                if (cancel.take()) place.woken.reject("timed-out");
                else expect(place.woken.settled).toBe(true);
              });
            });
          }
          const outcome = await place.woken.promise().catch((error: unknown) => error);
          if (outcome === "ok") woken++;
          else expect(outcome).toBe("timed-out");
        };
        const notify = async ({ site, pause, count }: (typeof notifiers)[number]): Promise<void> => {
          await net.sleep(pause);
          const woke = await net.sync(site).words.notify("a:7", count).promise();
          notified += woke;
        };
        // However slow the messages: keeps waking until nobody is left.
        const waits = waiters.map(wait);
        let left = waits.length;
        for (const one of waits) void one.finally(() => left--);
        const last = async (): Promise<void> => {
          while (left > 0) {
            await net.sleep(5);
            const woke = await net.sync(0).words.notify("a:7", Number.POSITIVE_INFINITY).promise();
            notified += woke;
          }
        };
        await net.run(...waits, ...notifiers.map(notify), last());
        expect(woken).toBe(notified);
        expect(net.entries).toBe(0);
      },
    );
    await fc.assert(runs, { numRuns: 700 });
  });

  test("a wake-up for a waiter whose run broke goes to the next", async () => {
    const net = new FakeNet({ sites: 3 });
    const first = net.sync(0).words.enqueue("k");
    await net.settle();
    net.host(1).group = { id: 2, name: "" };
    const second = net.sync(1).words.enqueue("k");
    await net.settle();
    net.host(0).group = { id: 2, name: "" };
    const notified = net.sync(2).words.notify("k", 1).promise();
    // Let the home spend it on `first`, then let `first` go before the wake arrives.
    first.woken.reject(new Error("let go"));
    await net.run(notified, second.woken.promise());
    expect(net.entries).toBe(0);
  });

  test("numbers on the wire", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), fc.string(), (numbers, rest) => {
        const reader = new Reader(`?${numbers.map(num).join("")}${rest}`);
        expect(numbers.map(() => reader.num())).toEqual(numbers);
        expect(reader.rest()).toBe(rest);
      }),
    );
  });
});
