import { describe, expect, it } from "vitest";
import type { SharedArray } from "../src/index.ts";
import type { Sync } from "../src/sync/index.ts";
import type { Mesh } from "./mesh.ts";
import { meet, releaseMesh } from "./release-mesh.ts";

/** How site 0 tells site 1 something: what both do after site 0's store and before site 1's load. Site 2 is the home. */
type Telling = (teller: Sync, hearer: Sync, mesh: Mesh) => unknown;

const tellings: Record<string, Telling> = {
  "a lock": (teller, hearer) => {
    teller.lock("l").acquire().release();
    hearer.lock("l").acquire().release();
  },
  "a lock that is tried": (teller, hearer) => {
    teller.lock("l").tryAcquire()!.release();
    hearer.lock("l").tryAcquire()!.release();
  },
  "a lock that is shared by the reader": (teller, hearer) => {
    teller.lock("l").acquire().release();
    hearer.lock("l").acquire({ mode: "shared" }).release();
  },
  "a lock that the hearer waits for": async (teller, hearer, mesh) => {
    const held = teller.lock("l").acquire();
    const awaited = hearer.lock("l").async.acquire();
    mesh.settle();
    held.release();
    (await mesh.outcome(awaited)).release();
  },
  "a lock, asynchronously": async (teller, hearer, mesh) => {
    (await mesh.outcome(teller.lock("l").async.acquire())).release();
    (await mesh.outcome(hearer.lock("l").async.acquire())).release();
  },
  "a barrier": (_teller, _hearer, mesh) => meet(mesh),
  "a reduction": (_teller, _hearer, mesh) => {
    const sum = (a: number, b: number) => a + b;
    return mesh.outcome(Promise.all([0, 1, 2].map((site) => mesh.members[site]!.sync.async.reduce("r", site, sum))));
  },
  "a broadcast": (teller, hearer) => {
    expect(teller.broadcast("b", 0, "it is there")).toBe("it is there");
    expect(hearer.broadcast("b", 0)).toBe("it is there");
  },
  "a broadcast, asynchronously": async (teller, hearer, mesh) => {
    await mesh.outcome(teller.async.broadcast("b", 0, 7));
    expect(await mesh.outcome(hearer.async.broadcast("b", 0))).toBe(7);
  },
  "a semaphore": (teller, hearer) => {
    teller.semaphore("s", 0).release();
    hearer.semaphore("s", 0).acquire();
  },
  "a semaphore that is tried": (teller, hearer, mesh) => {
    teller.semaphore("s", 0).release();
    mesh.settle();
    expect(hearer.semaphore("s", 0).tryAcquire()).not.toBeNull();
  },
  "a permit that is given back": (teller, hearer) => {
    teller.semaphore("p", 1).acquire().release();
    hearer.semaphore("p", 1).acquire().release();
  },
  "a semaphore, asynchronously": async (teller, hearer, mesh) => {
    const awaited = hearer.semaphore("s", 0).async.acquire();
    mesh.settle();
    teller.semaphore("s", 0).release();
    await mesh.outcome(awaited);
  },
  "a latch": (teller, hearer) => {
    teller.latch("c", 1).countDown();
    expect(hearer.latch("c", 1).wait()).toBe(true);
  },
  "a latch's count": (teller, hearer, mesh) => {
    teller.latch("c", 1).countDown();
    mesh.settle();
    expect(hearer.latch("c", 1).count()).toBe(0);
  },
  "a latch, asynchronously": async (teller, hearer, mesh) => {
    const awaited = hearer.latch("c", 1).async.wait();
    mesh.settle();
    teller.latch("c", 1).countDown();
    expect(await mesh.outcome(awaited)).toBe(true);
  },
};

const layouts = {
  "home elsewhere": 2,
  "home at the teller": 0,
  "home at the hearer": 1,
  "home at the launcher": "launcher",
} as const;

describe.each(Object.entries(layouts))(
  "what one site wrote is there for one that it has told something, %s",
  (_, home) => {
    it.each(Object.keys(tellings))("by %s", async (name) => {
      const { mesh, arrays } = releaseMesh<Int32Array>("int32", 192, { home }, { sites: 3 });
      const [teller, hearer] = arrays as [SharedArray<Int32Array>, SharedArray<Int32Array>];
      const [from, to] = [mesh.members[0]!.sync, mesh.members[1]!.sync];
      hearer.get(0); // an old copy
      using held = hearer.read(64, 128); // one that a span holds
      teller.set(0, 1);
      teller.set(65, 2);
      {
        using span = teller.write(128, 192);
        span.view[63] = 3;
      }
      await tellings[name]!(from, to, mesh);
      expect([hearer.get(0), held.view[1], hearer.get(191)]).toEqual([1, 2, 3]);
      expect(mesh.members[0]!.endpoint.pending.size).toBe(0);
    });
  },
);

describe("a condition", () => {
  it("its wait and its notify tell what was written, by the lock", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 2 }, { sites: 3 });
    const [a, b] = arrays as [SharedArray<Int32Array>, SharedArray<Int32Array>];
    const [from, to] = [mesh.members[0]!.sync, mesh.members[1]!.sync];
    a.get(0);
    const waiting = await mesh.outcome(to.lock("l").async.acquire());
    b.set(1, 5);
    const woken = to.condition(to.lock("l")).async.wait();
    mesh.settle();
    const held = from.lock("l").acquire();
    expect(a.get(1)).toBe(5);
    a.set(0, 6);
    from.condition(from.lock("l")).notify();
    held.release();
    await mesh.outcome(woken);
    expect(b.get(0)).toBe(6);
    waiting.release();
  });
});

describe("a chain of tellings", () => {
  it("passes on what was heard from others: whoever hears last has it all", () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: "launcher" }, { sites: 4 });
    for (const array of arrays.slice(0, 4)) array.get(0);
    for (let round = 1; round < 4; round++) {
      arrays[0]!.set(0, round);
      for (let site = 0; site < 3; site++) {
        mesh.members[site]!.sync.semaphore(`s${site}`, 0).release();
        mesh.members[site + 1]!.sync.semaphore(`s${site}`, 0).acquire();
        arrays[site + 1]!.set(site + 1, round * 10 + site);
      }
      expect([0, 1, 2, 3].map((i) => arrays[3]!.get(i))).toEqual([round, round * 10, round * 10 + 1, round * 10 + 2]);
    }
  });

  it("a site that was told nothing may go on with what it has, and sees it all at the next barrier", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 2 }, { sites: 3 });
    expect(arrays[1]!.get(0)).toBe(0);
    arrays[0]!.set(0, 1);
    mesh.members[0]!.sync.lock("l").acquire().release();
    expect(arrays[1]!.get(0)).toBe(0); // promised is neither; this is what a copy gives until the next acquire
    await meet(mesh);
    expect(arrays[1]!.get(0)).toBe(1);
  });
});
