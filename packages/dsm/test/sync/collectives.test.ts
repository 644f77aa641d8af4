import { MismatchError, SiteDownError, UsageError } from "@isles/base";
import type { Group } from "@isles/transport";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { broadcastRounds } from "../../src/sync/index.ts";
import { FakeNet } from "./fake-net.ts";

const work: Group = { id: 4, name: "work" };

function start(net: FakeNet, group: Group): void {
  for (const [site, sync] of net.sites.entries()) {
    net.host(site).group = group;
    sync.runStarted(group);
  }
}

function finish(net: FakeNet, group: Group): void {
  for (const sync of net.sites) sync.runFinished(group, "returned");
  for (const sync of net.syncs) sync.groupEnded(group.id);
}

describe("barrier", () => {
  test("nobody passes before everybody has arrived; rounds do not mix; names are apart", async () => {
    const runs = fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.constantFrom("", "a", "b"), { maxLength: 8 }),
      fc.integer(),
      async (sites, names, seed) => {
        const net = new FakeNet({ sites, seed });
        start(net, work);
        const reached = new Array<number>(sites).fill(0);
        const site = async (id: number): Promise<void> => {
          for (const [round, name] of names.entries()) {
            if (net.random() < 0.3) await net.sleep(net.random() * 5);
            reached[id] = round + 1;
            await net.sync(id).async.barrier(name);
            expect(Math.min(...reached)).toBeGreaterThan(round);
          }
        };
        await net.run(...net.sites.map((_, id) => site(id)));
        finish(net, work);
        await net.settle();
        expect(net.entries).toBe(0);
      },
    );
    await fc.assert(runs, { numRuns: 500 });
  });

  test("one message to the root and one back per site, a few code units each", async () => {
    const net = new FakeNet({ sites: 5 });
    start(net, work);
    await net.run(...net.sites.map((sync) => sync.async.barrier()));
    expect(net.sent.filter(({ to }) => to === 0).length).toBe(5 + 1);
    expect(net.sent.length).toBe(10);
    expect(Math.max(...net.sent.map(({ text }) => text.length))).toBeLessThan(4);
  });

  test("a site that returned without the barrier fails everybody who waits, before or after", async () => {
    const runs = fc.asyncProperty(fc.nat(3), fc.nat(3), fc.integer(), async (gone, first, seed) => {
      const net = new FakeNet({ sites: 4, seed });
      start(net, work);
      const site = async (id: number): Promise<void> => {
        if (net.random() < 0.5) await net.sleep(net.random() * 9);
        await net.sync(id).async.barrier("first");
        if (id === gone) net.sync(id).runFinished(work, "returned");
        else await expect(net.sync(id).async.barrier("second")).rejects.toMatchObject({ code: "BARRIER_FINISHED" });
      };
      await net.run(...[0, 1, 2, 3].map((id) => site((id + first) % 4)));
      const late = net.sync(gone).async.barrier("third");
      await expect(late).rejects.toThrow(/after its function "work" has ended/);
      finish(net, work);
      await net.settle();
      expect(net.entries).toBe(0);
    });
    await fc.assert(runs, { numRuns: 300 });
  });

  test("the error names the barrier, the finished site and who waits", async () => {
    const net = new FakeNet({ sites: 3 });
    start(net, work);
    const waiting = [net.sync(0).async.barrier("b"), net.sync(2).async.barrier("b")];
    const all = Promise.allSettled(waiting);
    await net.settle();
    net.sync(1).runFinished(work, "returned");
    await net.run(all);
    await expect(waiting[0]).rejects.toThrow(/barrier "b" .*site 1 .*"work".*sites 0, 2 waited/);
    await expect(waiting[0]).rejects.toBeInstanceOf(UsageError);
  });

  test("a site that arrived and returned without awaiting has taken part", async () => {
    const net = new FakeNet({ sites: 3, seed: 9 });
    start(net, work);
    const mine = net.sync(1).async.barrier();
    const part = net.sync(1).async.reduce("r", 1, Math.max);
    net.sync(1).runFinished(work, "returned");
    const others = [net.sync(0), net.sync(2)].map(async (sync) => {
      await net.sleep(10);
      await sync.async.barrier();
      expect(await sync.async.reduce("r", 0, Math.max)).toBe(1);
    });
    await net.run(mine, part, ...others);
  });

  test("singly started functions: one that threw rejects who waits, until it starts another", async () => {
    const net = new FakeNet({ sites: 2 });
    const single = { id: 0, name: "" };
    start(net, single);
    const waiting = net.sync(0).async.barrier();
    await net.settle();
    net.sync(1).runFinished(single, "threw");
    await net.run(expect(waiting).rejects.toBeInstanceOf(SiteDownError));
    await net.run(expect(net.sync(0).async.reduce("r", 1, Math.max)).rejects.toMatchObject({ site: 1 }));
    await net.run(expect(net.sync(0).async.broadcast("r", 1)).rejects.toMatchObject({ code: "SITE_DOWN" }));
    net.sync(1).runStarted(single);
    await net.settle();
    await net.run(net.sync(0).async.barrier(), net.sync(1).async.barrier());
    const got = [net.sync(0).async.broadcast("r", 1), net.sync(1).async.broadcast("r", 1, "hello")];
    await net.run(...got);
    expect(await got[0]).toBe("hello");
    net.sync(0).runFinished(single, "returned");
    await net.run(net.sync(1).async.barrier(), net.sync(0).async.barrier());
  });

  test("group 0: a failure that lets waiters go leaves no stale arrival behind", async () => {
    const runs = fc.asyncProperty(fc.integer(), fc.nat(12), async (seed, at) => {
      const net = new FakeNet({ sites: 3, seed });
      const failed = [0, 1].map((id) =>
        net
          .sync(id)
          .async.barrier()
          .catch(() => "let go"),
      );
      net.after(at, () => net.failGroup(0, new Error("lost")));
      await net.run(...failed);
      const parts = [0, 1, 2].map((id) => net.sync(id).async.reduce("r", id, (a, b) => a + b));
      await net.run(...[0, 1, 2].map((id) => net.sync(id).async.barrier()), ...parts);
      expect(await Promise.all(parts)).toEqual([3, 3, 3]);
      expect(net.entries).toBe(0);
    });
    await fc.assert(runs, { numRuns: 200 });
  });

  test("blocking calls return and throw as their twins do", async () => {
    const net = new FakeNet({ sites: 1 });
    net.sync(0).barrier();
    expect(net.sync(0).reduce("r", 5, Math.max)).toBe(5);
    expect(net.sync(0).broadcast("b", 0, "x")).toBe("x");
    expect(() => net.sync(0).broadcast("b", 1, "x")).toThrow(UsageError);
    expect(() => net.sync(1).barrier()).toThrow(expect.objectContaining({ code: "WOULD_BLOCK" }));
    await expect(net.sync(1).async.barrier()).rejects.toMatchObject({ code: "NOT_A_SITE" });
  });

  test("what a function leaves pending is ended, and does not stay in the next one's way", async () => {
    const net = new FakeNet({ sites: 2 });
    const single = { id: 0, name: "" };
    start(net, single);
    const forgotten = net.sync(1).async.barrier();
    net.sync(1).runFinished(single, "returned");
    await expect(forgotten).rejects.toMatchObject({ code: "RUN_ENDED" });
    await net.settle();
    net.sync(1).runStarted(single);
    const other = net.sync(0).async.barrier();
    await net.settle();
    await net.run(other, net.sync(1).async.barrier());
    expect(net.entries).toBe(0);
  });
});

describe("reduce", () => {
  test("everybody gets the fold in site order, round by round, however calls interleave", async () => {
    const runs = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer(),
      async (sites, rounds, seed) => {
        const net = new FakeNet({ sites, seed });
        start(net, work);
        const expected = (round: number): string => net.sites.map((_, id) => `${id}.${round}`).join(" ");
        const site = async (id: number): Promise<void> => {
          const calls: Promise<string>[] = [];
          for (let round = 0; round < rounds; round++) {
            if (net.random() < 0.3) await net.sleep(net.random() * 3);
            const call = net.sync(id).async.reduce("r", `${id}.${round}`, (a, b) => `${a} ${b}`);
            calls.push(call);
            if (net.random() < 0.5) await call;
          }
          expect(await Promise.all(calls)).toEqual(calls.map((_, round) => expected(round)));
        };
        await net.run(...net.sites.map((_, id) => site(id)));
        finish(net, work);
        await net.settle();
        expect(net.entries).toBe(0);
      },
    );
    await fc.assert(runs, { numRuns: 300 });
  });

  test("what op throws reaches everybody; so does a result that cannot travel", async () => {
    const net = new FakeNet({ sites: 3 });
    const boom = (): number => {
      throw new RangeError("boom");
    };
    const failing = net.sites.map((sync) => expect(sync.async.reduce("r", 1, boom)).rejects.toThrow("boom"));
    await net.run(...failing);
    const bad = net.sites.map((sync) => expect(sync.async.reduce<unknown>("r", 1, () => () => 1)).rejects.toThrow());
    await net.run(...bad);
    const good = net.sites.map((sync, id) => sync.async.reduce("r", id, Math.max));
    await net.run(...good);
    expect(await Promise.all(good)).toEqual([2, 2, 2]);
    expect(net.entries).toBe(0);
  });

  test("a value that cannot travel is its caller's error, and no part of the round", async () => {
    const net = new FakeNet({ sites: 2 });
    await expect(
      net.sync(0).async.reduce<unknown>(
        "r",
        () => 1,
        (a) => a,
      ),
    ).rejects.toThrow();
    const good = net.sites.map((sync, id) => sync.async.reduce("r", id, Math.max));
    await net.run(...good);
    expect(await good[1]).toBe(1);
  });

  test("the codec translates on the way out and in", async () => {
    const codec = {
      encode: (value: unknown) => ({ wrapped: value }),
      decode: (value: unknown) => (value as { wrapped: unknown }).wrapped,
    };
    const net = new FakeNet({ sites: 3, sync: { codec } });
    const sums = net.sites.map((sync, id) => sync.async.reduce("r", id, (a, b) => a + b));
    const casts = net.sites.map((sync) => sync.async.broadcast("b", 1, "v"));
    await net.run(...sums, ...casts);
    expect(await Promise.all([...sums, ...casts])).toEqual([3, 3, 3, "v", "v", "v"]);
  });
});

describe("broadcast", () => {
  test("everybody gets the root's value, whoever is late, with roots that take turns", async () => {
    const runs = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(99), { maxLength: 12 }),
      fc.integer(),
      async (sites, roots, seed) => {
        const net = new FakeNet({ sites, seed });
        start(net, work);
        const site = async (id: number): Promise<void> => {
          for (const [round, choice] of roots.entries()) {
            if (net.random() < 0.3) await net.sleep(net.random() * 8);
            const root = choice % sites;
            const got = await net.sync(id).async.broadcast("pivot", root, root === id ? { round } : undefined);
            expect(got).toEqual({ round });
          }
        };
        await net.run(...net.sites.map((_, id) => site(id)));
        finish(net, work);
        await net.settle();
        expect(net.entries).toBe(0);
      },
    );
    await fc.assert(runs, { numRuns: 300 });
  });

  test("the root goes on alone, but not for ever", async () => {
    const net = new FakeNet({ sites: 2 });
    start(net, work);
    let sent = 0;
    const total = 3 * broadcastRounds;
    const root = async (): Promise<void> => {
      for (; sent < total; sent++) await net.sync(0).async.broadcast("x", 0, sent);
    };
    const task = root();
    await net.settle();
    expect(sent).toBeGreaterThanOrEqual(broadcastRounds);
    expect(sent).toBeLessThan(total);
    const receiver = async (): Promise<void> => {
      for (let i = 0; i < total; i++) expect(await net.sync(1).async.broadcast("x", 0)).toBe(i);
    };
    await net.run(task, receiver());
  });

  test("a receiver that returns does not block the root for ever", async () => {
    const net = new FakeNet({ sites: 3 });
    start(net, work);
    const root = async (): Promise<void> => {
      for (let i = 0; i < 200; i++) await net.sync(0).async.broadcast("x", 0, i);
    };
    const receiver = async (): Promise<void> => {
      for (let i = 0; i < 200; i++) await net.sync(2).async.broadcast("x", 0);
    };
    const leaver = async (): Promise<void> => {
      await net.sleep(5);
      net.sync(1).runFinished(work, "returned");
    };
    await net.run(root(), receiver(), leaver());
  });

  test("sites that name different roots get a MismatchError that says both", async () => {
    const net = new FakeNet({ sites: 3 });
    start(net, work);
    const third = net.sync(2).async.broadcast("x", 0);
    await net.run(
      net.sync(1).async.broadcast("x", 1, "mine"),
      expect(third).rejects.toThrow(/from site 0, but site 1/),
    );
    await expect(third).rejects.toBeInstanceOf(MismatchError);
  });

  test("a root that is a call behind is found out too", async () => {
    const net = new FakeNet({ sites: 2 });
    start(net, work);
    await net.run(net.sync(0).async.broadcast("x", 0, "a"), net.sync(1).async.broadcast("x", 1, "b"));
    await net.run(expect(net.sync(0).async.broadcast("x", 1)).rejects.toThrow(/call 2 on site 0 .* root of call 1/));
  });

  test("a root that returned without broadcasting fails who waits", async () => {
    const net = new FakeNet({ sites: 2 });
    start(net, work);
    const waiting = net.sync(0).async.broadcast("x", 1);
    net.sync(1).runFinished(work, "returned");
    await net.run(expect(waiting).rejects.toMatchObject({ code: "BROADCAST_FINISHED" }));
    await net.run(expect(net.sync(0).async.broadcast("x", 1)).rejects.toMatchObject({ code: "BROADCAST_FINISHED" }));
  });
});
