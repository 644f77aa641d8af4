import { byReference, withOptions } from "@isles/rpc";
import { afterAll, describe, expect, it } from "vitest";
import { Loaded } from "../../../migration/test/support/differential.ts";
import { openArrays } from "../../src/migration/references.ts";
import type { Site } from "../../src/site.ts";
import { ClusterInAThread, Walker } from "./cluster-in-a-thread.ts";

type Make = (
  site: Site,
  ...rest: unknown[]
) => ConstructorParameters<typeof Walker>[2] extends (site: Site) => infer F ? F : never;

const loaded = new Loaded();
afterAll(() => loaded[Symbol.dispose]());

const programs = await (async () => {
  const { compiled } = await loaded.loadText(
    `
    export function* critical(site) {
      const held = site.lock("x").acquire();
      try { yield "has it"; yield [site.id, held.token]; } finally { held.release(); }
      yield "gave it back";
    }
    export function* byName(site) { site.lock("x").acquire(); yield 1; site.lock("x").release(); yield 2; }
    export function* permits(site) {
      const semaphore = site.semaphore("s", 2), latch = site.latch("l", 1), again = semaphore;
      const permit = semaphore.acquire(2);
      yield 1;
      latch.countDown();
      permit.release();
      yield [again === semaphore, semaphore.tryAcquire(2) !== null, latch.wait(10)];
    }
    export function* calls(site, object, oneWay) {
      const counter = site.rpc.blocking(2, "counter");
      const mine = site.rpc.blocking(object);
      for (;;) yield [site.id, counter.increment(1), mine.f(site.id)];
    }
    export function* arrays(site) {
      const grid = site.memory.float64("grid", 1000);
      const part = grid.subarray(10, 20), twin = grid.async, again = grid;
      for (let i = 0; ; i++) { grid.set(i, i + 1); yield [site.id, grid.get(0), part.get(0), again === grid, twin === grid.async]; }
    }
    export function* spans(site, what) {
      const grid = site.memory.float64("grid", 1000);
      let kept = grid.write(0, 100);
      if (what === "released") kept.release();
      if (what === "view") kept = kept.view;
      if (what === "buffer") kept = kept.view.buffer;
      if (what === "group") kept = site.memory.acquire({ a: grid.reading(0, 5), describe: grid.reading(7, 9) });
      yield 1;
      return kept;
    }
    export function* leaks(site) { const grid = site.memory.float64("grid", 1000); grid.write(0, 100); yield 1; yield 2; }
    export function* subscribes(site) {
      let seen = 0;
      site.rpc.blocking(2, "bus").subscribe((n) => { seen += n; });
      yield 1;
      yield seen;
    }
    export function* waits(site) { site.async.semaphore("never", 0).acquire(); yield 1; yield 2; }
    `,
    "references",
  );
  return compiled.programs as unknown as Record<string, Make>;
})();

function walker(cluster: ClusterInAThread, at: number, name: string, ...rest: unknown[]): Walker {
  return new Walker(cluster, at, (site) => programs[name]!(site, ...rest));
}

describe("what a process refers to goes with it", () => {
  it("a lock that it holds: nobody else gets it meanwhile, and it lets go where it then is", async () => {
    const cluster = new ClusterInAThread(3);
    const process = walker(cluster, 0, "critical");
    expect(process.step()).toBe("has it");
    process.goTo(1);
    expect(cluster.sites[0]!.lock("x").tryAcquire()).toBeNull();
    expect(process.step()).toEqual([1, 1]);
    process.goTo(2);
    expect(cluster.sites[1]!.lock("x").tryAcquire()).toBeNull();
    expect(process.step()).toBe("gave it back");
    cluster.sites[1]!.lock("x").acquire().release();
    await cluster.settle();
    expect(cluster.entries).toBe(0);
  });

  it("also one whose handle it has not kept", async () => {
    const cluster = new ClusterInAThread(2);
    const process = walker(cluster, 0, "byName");
    process.step();
    process.goTo(1);
    expect(cluster.sites[0]!.lock("x").tryAcquire()).toBeNull();
    process.step();
    cluster.sites[0]!.lock("x").acquire().release();
    await cluster.settle();
    expect(cluster.entries).toBe(0);
  });

  it("and stays where it was when the move is given up", async () => {
    const cluster = new ClusterInAThread(2);
    const process = walker(cluster, 0, "critical");
    process.step();
    const { arriving } = process.prepare(1, process.image(1));
    arriving.drop();
    expect(cluster.sites[1]!.lock("x").tryAcquire()).toBeNull();
    expect(process.step()).toEqual([0, 1]);
    process.step();
    cluster.sites[1]!.lock("x").acquire().release();
    await cluster.settle();
    expect(cluster.entries).toBe(0);
  });

  it("and is let go when it is killed", async () => {
    const cluster = new ClusterInAThread(2);
    const process = walker(cluster, 0, "critical");
    process.step();
    process.goTo(1);
    process.end();
    cluster.sites[0]!.lock("x").acquire().release();
    await cluster.settle();
    expect(cluster.entries).toBe(0);
  });

  it("a permit, a semaphore, a latch, each once", () => {
    const cluster = new ClusterInAThread(2);
    const process = walker(cluster, 0, "permits");
    process.step();
    process.goTo(1);
    expect(process.step()).toEqual([true, true, true]);
  });

  it("stubs: of a service and of an object, over a hundred moves, with no lease left", async () => {
    const cluster = new ClusterInAThread(3);
    let n = 0;
    let isReleased = false;
    cluster.sites[2]!.rpc.expose("counter", { increment: (by: number) => (n += by) });
    const object = byReference({ f: (at: number) => `called from ${at}` }, { onReleased: () => (isReleased = true) });
    cluster.sites[1]!.rpc.expose("objects", { get: () => object });
    const stub = cluster.sites[0]!.rpc.blocking<{ get(): typeof object }>(1, "objects").get();
    const process = walker(cluster, 0, "calls", stub, withOptions(stub as never, { timeoutMs: 1e6 }));
    for (let i = 1; i <= 100; i++) {
      expect(process.step()).toEqual([process.at, i, `called from ${process.at}`]);
      process.goTo(i % 3);
    }
    await cluster.settle();
    const [entry] = [...cluster.members[1]!.rpcNode.exports.all];
    expect([...entry!.holders].map(([at, count]) => [at, count]).sort()).toEqual([
      [0, 1],
      [1, 1],
    ]);
    (stub as unknown as Disposable)[Symbol.dispose]();
    const last = process.owner;
    process.goTo(2);
    expect(last.isOver).toBe(true);
    cluster.members[2]!.rpcNode.processes.departed(process.owner);
    await cluster.settle();
    expect(isReleased).toBe(true);
  });

  it("shared arrays, parts and twins of them, each once", () => {
    const cluster = new ClusterInAThread(2);
    const process = walker(cluster, 0, "arrays");
    expect(process.step()).toEqual([0, 1, 0, true, true]);
    for (let i = 1; i < 10; i++) {
      process.goTo(i % 2);
      process.step();
    }
    process.goTo(0);
    expect(process.step()).toEqual([0, 1, 11, true, true]);
  });

  it("but a span that it has lost sight of is released where it was taken", () => {
    const cluster = new ClusterInAThread(2);
    const process = walker(cluster, 0, "leaks");
    process.step();
    process.goTo(1);
    const grid = cluster.sites[1]!.memory.float64("grid", 1000);
    grid.set(0, 5);
    expect(grid.get(0)).toBe(5);
  });
});

describe("a process is pinned, with the reason, by", () => {
  const cluster = new ClusterInAThread(3);

  it.each([
    ["held", /frame spans, local "kept": it holds a span of array "grid" \[0, 100\): release it/],
    ["released", /local "kept": it holds a released span of array "grid" \[0, 100\): release it, and let go/],
    ["view", /local "kept": a view of a span of array "grid" \[0, 100\): let go of it before the yield/],
    ["buffer", /local "kept": a view of a span of array "grid" \[0, 1000\)/],
    ["group", /it holds a span of array "grid" \[0, 5\) and a span of array "grid" \[7, 9\)/],
  ])("a span: %s", (what, reason) => {
    const process = walker(cluster, 0, "spans", what);
    process.step();
    expect(process.pinnedBy()).toMatch(reason);
    process.end();
  });

  it("a function that others call here and that shares a variable with it, until they have let it go", async () => {
    const kept: ((n: number) => void)[] = [];
    cluster.sites[2]!.rpc.expose("bus", { subscribe: (one: (n: number) => void) => void kept.push(one) });
    const process = walker(cluster, 0, "subscribes");
    process.step();
    expect(process.pinnedBy()).toMatch(
      /it is shared with a function that was passed by reference to site 2, whose calls/,
    );
    (kept[0] as unknown as Disposable)[Symbol.dispose]();
    await cluster.settle();
    expect(process.pinnedBy()).toBeUndefined();
  });

  it("a request that is answered only here", () => {
    const process = walker(cluster, 0, "waits");
    process.step();
    expect(() => process.image(1)).toThrow(/its locks: it still waits for semaphore "never" \(1 of 0\)/);
    process.end();
  });

  it("what a checkpoint cannot keep", async () => {
    const process = walker(cluster, 0, "critical");
    process.step();
    expect(process.pinnedBy("persistent")).toMatch(
      /frame critical, local "held": it holds lock "x", which a checkpoint cannot keep: release it before the yield/,
    );
    process.end();
    const byName = walker(cluster, 0, "byName");
    byName.step();
    expect(() => byName.image("persistent")).toThrow(/its locks: it holds lock "x", which a checkpoint cannot keep/);
    byName.end();
    const permits = walker(cluster, 0, "permits");
    permits.step();
    expect(permits.pinnedBy("persistent")).toMatch(
      /it holds a permit of semaphore "s", which a checkpoint cannot keep/,
    );
  });
});

describe("a checkpoint", () => {
  it("names its arrays: they are made anew in another run", async () => {
    const first = new ClusterInAThread(2);
    const process = walker(first, 0, "arrays");
    process.step();
    const { image } = process.image("persistent");
    const second = new ClusterInAThread(2);
    second.sites[0]!.memory.int8("another", 3); // numbered as the array was in the first run
    const again = new Walker(second, 1, () => process.frame);
    expect(() => again.prepare(1, { image, luggage: [] })).toThrow(
      /shared array "grid": the checkpoint needs it, as float64 of 1000 elements: make it first/,
    );
    await openArrays(second.members[2]!.memory.async, image);
    await second.settle();
    const { arriving, frame, owner } = again.prepare(1, { image, luggage: [] });
    arriving.commit();
    Object.assign(again, { frame, owner });
    expect(again.step()).toEqual([1, 0, 0, true, true]);
    const third = new ClusterInAThread(1);
    third.sites[0]!.memory.int8("grid", 7);
    expect(() => new Walker(third, 0, () => process.frame).prepare(0, { image, luggage: [] })).toThrow(
      /shared array "grid": it is int8 of 7 elements here, and the checkpoint needs float64 of 1000 elements/,
    );
    await expect(openArrays(third.members[1]!.memory.async, image)).rejects.toMatchObject({ code: "MISMATCH" });
  });
});
