import { TimeoutError, UsageError } from "@isles/base";
import { Service } from "@isles/transport";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Held, LockMode } from "../../src/sync/index.ts";
import { homeOf } from "../../src/sync/text.ts";
import { FakeNet } from "./fake-net.ts";

/** A name whose home is `site`. */
function nameAt(site: number, sites: number): string {
  for (let i = 0; ; i++) if (homeOf(`lock${i}`, sites) === site) return `lock${i}`;
}

function code(error: unknown): string {
  return error instanceof UsageError ? error.code : String(error);
}

/** Watches from outside that holds never overlap wrongly. */
class Watch {
  exclusive = 0;
  shared = 0;
  enter(mode: LockMode): void {
    if (mode === "exclusive") expect([this.exclusive, this.shared]).toEqual([0, 0]);
    else expect(this.exclusive).toBe(0);
    if (mode === "exclusive") this.exclusive++;
    else this.shared++;
  }
  leave(mode: LockMode): void {
    if (mode === "exclusive") this.exclusive--;
    else this.shared--;
  }
}

interface Visit {
  readonly site: number;
  readonly mode: LockMode;
  readonly pause: number;
  readonly holdMs: number;
  readonly ask: "queue" | "try" | "timeout" | "abort";
  readonly patienceMs: number;
}

const visit = (sites: number): fc.Arbitrary<Visit> =>
  fc.record({
    site: fc.nat(sites - 1),
    mode: fc.constantFrom<LockMode>("exclusive", "exclusive", "shared"),
    pause: fc.nat(20),
    holdMs: fc.nat(6),
    ask: fc.constantFrom<Visit["ask"]>("queue", "queue", "try", "timeout", "abort"),
    patienceMs: fc.nat(12),
  });

/** One caller's life: waits a little, asks in its way, holds, lets go. */
async function play(net: FakeNet, watch: Watch, { site, mode, pause, holdMs, ask, patienceMs }: Visit): Promise<void> {
  await net.sleep(pause);
  const lock = net.sync(site).lock("x");
  let held: Held | null;
  if (ask === "try") held = await lock.async.tryAcquire({ mode });
  else {
    const abort = new AbortController();
    if (ask === "abort") net.after(patienceMs, () => abort.abort(new Error("no longer")));
    const options = { mode, timeoutMs: ask === "timeout" ? patienceMs : undefined, signal: abort.signal };
    try {
      held = await lock.async.acquire(options);
    } catch (error) {
      expect(ask === "timeout" ? error instanceof TimeoutError : ask === "abort").toBe(true);
      return;
    }
  }
  if (held === null) return;
  watch.enter(mode);
  if (holdMs > 0) await net.sleep(holdMs);
  watch.leave(mode);
  held.release();
}

describe("lock", () => {
  test("random callers: exclusion, sharing, no lost lock, nothing kept", async () => {
    const runs = fc.asyncProperty(
      fc.array(visit(4), { maxLength: 14, minLength: 1 }),
      fc.integer(),
      async (visits, seed) => {
        const net = new FakeNet({ sites: 4, seed });
        const watch = new Watch();
        await net.run(...visits.map((one) => play(net, watch, one)));
        expect(net.entries).toBe(0);
        await net.run(
          net
            .sync(1)
            .lock("x")
            .async.acquire()
            .then((held) => held.release()),
        );
      },
    );
    await fc.assert(runs, { numRuns: 1500 });
  });

  test("a run that ends at any moment loses neither its locks nor its place to others", async () => {
    const runs = fc.asyncProperty(
      fc.array(visit(3), { minLength: 3, maxLength: 10 }),
      fc.nat(25),
      fc.integer(),
      async (visits, at, seed) => {
        const net = new FakeNet({ sites: 3, seed });
        const group = { id: 7, name: "work" };
        net.host(1).group = group;
        net.sync(1).runStarted(group);
        const watch = new Watch();
        const others = visits.filter(({ site }) => site !== 1).map((one) => play(net, watch, { ...one, ask: "queue" }));
        net.after(at, () => net.sync(1).runFinished(group, "threw"));
        const mine = visits
          .filter(({ site }) => site === 1)
          .map(async ({ mode, pause }) => {
            await net.sleep(pause);
            if (net.time < at)
              await net
                .sync(1)
                .lock("x")
                .async.acquire({ mode })
                .catch(() => undefined);
          });
        await net.run(...others, ...mine);
        await net.settle();
        for (const sync of net.syncs) sync.groupEnded(group.id);
        await net.settle();
        expect(net.entries).toBe(0);
      },
    );
    await fc.assert(runs, { numRuns: 500 });
  });

  test("a broken run gives its locks up", async () => {
    const runs = fc.asyncProperty(
      fc.array(visit(3), { minLength: 3, maxLength: 10 }),
      fc.nat(25),
      fc.integer(),
      async (visits, at, seed) => {
        const net = new FakeNet({ sites: 3, seed });
        const group = { id: 3, name: "work" };
        for (const host of net.hosts) host.group = group;
        for (const sync of net.sites) sync.runStarted(group);
        net.after(at, () => net.failGroup(group.id, new Error("broken")));
        const watch = new Watch();
        await net.run(...visits.map((one) => play(net, watch, { ...one, ask: "queue" }).catch(() => undefined)));
        for (const sync of net.sites) sync.runFinished(group, "threw");
        for (const sync of net.syncs) sync.groupEnded(group.id);
        await net.settle();
        expect(net.entries).toBe(0);
      },
    );
    await fc.assert(runs, { numRuns: 500 });
  });

  test("grants follow the order in which the home saw the requests", async () => {
    const runs = fc.asyncProperty(
      fc.array(fc.nat(3), { minLength: 2, maxLength: 12 }),
      fc.integer(),
      async (askers, seed) => {
        const net = new FakeNet({ sites: 4, seed });
        const order: string[] = [];
        const counts = [0, 0, 0, 0];
        const ask = async (site: number): Promise<void> => {
          const req = ++(counts as number[])[site]!;
          const held = await net.sync(site).lock("x").async.acquire();
          order.push(`${site}:${req}`);
          await net.sleep(1);
          held.release();
        };
        await net.run(...askers.map(ask));
        const seen = net.delivered.filter(({ text, service }) => service === Service.Lock && text.startsWith("A"));
        expect(order).toEqual(seen.map(({ from, text }) => `${from}:${text.charCodeAt(1)}`));
      },
    );
    await fc.assert(runs, { numRuns: 500 });
  });

  test("a writer is not starved by readers that keep coming", async () => {
    const net = new FakeNet({ sites: 3, seed: 5 });
    let done = false;
    const reader = async (site: number): Promise<void> => {
      for (let i = 0; i < 1000 && !done; i++) {
        const held = await net.sync(site).lock("x").async.acquire({ mode: "shared" });
        await net.sleep(2);
        held.release();
      }
      expect(done).toBe(true);
    };
    const writer = async (): Promise<void> => {
      await net.sleep(5);
      (await net.sync(2).lock("x").async.acquire()).release();
      done = true;
    };
    await net.run(reader(0), reader(1), writer());
  });

  test("a writer between readers: it goes first, and if it gives up the readers share at once", async () => {
    const net = new FakeNet({ sites: 4 });
    const ask = (site: number, mode: LockMode, signal?: AbortSignal): Promise<Held> =>
      net.sync(site).lock("x").async.acquire({ mode, signal });
    const first = ask(0, "exclusive");
    await net.run(first);
    const reader = ask(1, "shared");
    await net.settle();
    (await first).release();
    await net.run(reader);
    const abort = new AbortController();
    const writer = ask(2, "exclusive", abort.signal);
    await net.settle();
    let shared = false;
    const late = ask(3, "shared").then((held) => {
      shared = true;
      held.release();
    });
    await net.settle();
    expect(shared).toBe(false);
    abort.abort(new Error("enough"));
    await net.run(late, expect(writer).rejects.toThrow("enough"));
    (await reader).release();
    await net.settle();
    expect(net.entries).toBe(0);
  });

  test("a free remote lock costs one request and one reply", async () => {
    const net = new FakeNet({ sites: 2 });
    await net.run(net.sync(1).lock(nameAt(0, 2)).async.acquire());
    expect(net.sent.map(({ from, to }) => [from, to])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test("contended hand-off: one message from holder to waiter, however short the critical sections", async () => {
    const net = new FakeNet({ sites: 4 });
    const name = nameAt(0, 4);
    const first = net.sync(1).lock(name).async.acquire();
    await net.run(first);
    const second = net.sync(2).lock(name).async.acquire();
    await net.settle();
    const third = net.sync(3).lock(name).async.acquire();
    await net.settle();
    net.sent.length = 0;
    (await first).release();
    // Release at once, before the home has heard of the first hand-off: the chain was laid in advance.
    await net.run(
      second.then((held) => held.release()),
      third,
    );
    const grants = net.sent.filter(({ text }) => text.startsWith("G")).map(({ from, to }) => [from, to]);
    expect(grants).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect(net.sync(1).stats.handOffs + net.sync(2).stats.handOffs).toBe(2);
    (await third).release();
    await net.settle();
    expect(net.entries).toBe(0);
  });

  test("messages are short", async () => {
    const net = new FakeNet({ sites: 4 });
    const ask = async (site: number): Promise<void> => (await net.sync(site).lock("counter").async.acquire()).release();
    await net.run(ask(0), ask(1), ask(2), ask(3));
    for (const { text } of net.sent) expect(text.length).toBeLessThan(16);
    for (const { text } of net.sent) expect([...text].every((unit) => unit.charCodeAt(0) < 256)).toBe(true);
  });

  test("tokens grow", async () => {
    const net = new FakeNet({ sites: 3, seed: 2 });
    const tokens: number[] = [];
    const ask = async (site: number): Promise<void> => {
      using held = await net.sync(site).lock("x").async.acquire();
      tokens.push(held.token);
      await net.sleep(1);
    };
    await net.run(...[0, 1, 2, 0, 1, 2].map(ask));
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
    expect(new Set(tokens).size).toBe(6);
  });

  test("release twice, release without, dispose after release", () => {
    const net = new FakeNet({ sites: 2 });
    const lock = net.sync(1).lock("x");
    const held = lock.acquire();
    expect(held).toMatchObject({ name: "x", mode: "exclusive" });
    held.release();
    expect(() => held[Symbol.dispose]()).not.toThrow();
    expect(() => held.release()).toThrow(/"x" on site 1: it was already released/);
    expect(() => lock.release()).toThrow(UsageError);
    try {
      lock.release();
    } catch (error) {
      expect(code(error)).toBe("LOCK_NOT_HELD");
    }
    lock.acquire();
    lock.release();
  });

  test("a blocking acquire that its own site stands in the way of is refused", async () => {
    const net = new FakeNet({ sites: 2 });
    const lock = net.sync(0).lock("x");
    const held = lock.acquire();
    expect(() => lock.acquire()).toThrow(expect.objectContaining({ code: "LOCK_HELD_HERE" }));
    const queued = lock.async.acquire();
    held.release();
    expect(() => lock.acquire()).toThrow(/asynchronous acquire/);
    await net.run(queued);
    (await queued).release();
  });

  test("shared holds nest on one site, also when a writer is queued", async () => {
    const net = new FakeNet({ sites: 2 });
    const outer = net.sync(0).lock("x").acquire({ mode: "shared" });
    const writer = net.sync(1).lock("x").async.acquire();
    await net.settle();
    const inner = net.sync(0).lock("x").acquire({ mode: "shared" });
    expect(() => net.sync(0).lock("x").acquire()).toThrow(UsageError);
    inner.release();
    outer.release();
    await net.run(writer);
  });

  test("tryAcquire never queues; an aborted signal never asks; the launcher may not block", async () => {
    const net = new FakeNet({ sites: 2 });
    const held = net.sync(0).lock("x").acquire();
    expect(net.sync(1).lock("x").tryAcquire()).toBeNull();
    held.release();
    await net.settle();
    expect(net.sync(1).lock("x").tryAcquire()?.mode).toBe("exclusive");
    const before = net.sent.length;
    await expect(
      net
        .sync(0)
        .lock("x")
        .async.acquire({ signal: AbortSignal.abort("no") }),
    ).rejects.toBe("no");
    expect(net.sent.length).toBe(before);
    expect(() => net.sync(2).lock("x").acquire()).toThrow(expect.objectContaining({ code: "WOULD_BLOCK" }));
  });

  test("what a finished function held goes to the next, and its handles stay silent", async () => {
    const net = new FakeNet({ sites: 2 });
    const group = { id: 0, name: "" };
    net.sync(0).runStarted(group);
    const held = net.sync(0).lock("x").acquire();
    const next = net.sync(1).lock("x").async.acquire();
    await net.settle();
    net.sync(0).runFinished(group, "returned");
    await net.run(next);
    held.release();
    held[Symbol.dispose]();
  });
});
