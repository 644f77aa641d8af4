import { type AnsweredCall, TimeoutError } from "@isles/base";
import { Service } from "@isles/transport";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Held, LockMode, Sync, SyncLuggage } from "../../src/sync/index.ts";
import { homeOf } from "../../src/sync/text.ts";
import { FakeNet } from "./fake-net.ts";

class Owner implements AnsweredCall {
  isOver = false;
  readonly hasSignal = false;
  isSuspended = false;
}

const refuse = (path: string, what: string): never => {
  throw new Error(`${path}: ${what}`);
};
const moving = { persistent: false, refuse };
const keeping = { persistent: true, refuse };

/** A network on which code can run as a process's. */
class Processes {
  readonly net: FakeNet;
  #now: Owner | undefined;

  constructor(options: { sites: number; seed?: number }) {
    this.net = new FakeNet({ ...options, sync: { answering: () => this.#now } });
  }

  as<T>(owner: Owner, code: () => T): T {
    const outer = this.#now;
    this.#now = owner;
    try {
      return code();
    } finally {
      this.#now = outer;
    }
  }
}

/** A process with one thing in its image. */
class Process {
  readonly all: Processes;
  site: number;
  owner = new Owner();
  held: object | undefined;

  constructor(all: Processes, site: number) {
    this.all = all;
    this.site = site;
  }

  get sync(): Sync {
    return this.all.net.sync(this.site);
  }

  step<T>(code: (sync: Sync) => T): T {
    return this.all.as(this.owner, () => code(this.sync));
  }

  get processes(): Sync["processes"] {
    return this.sync.processes;
  }

  image(): { luggage: SyncLuggage; held: unknown } {
    const departing = this.processes.departing(this.owner, moving);
    return structuredClone({
      luggage: departing.luggage(),
      held: this.held && departing.describe(this.held, "held"),
    });
  }

  /** Both ends at once: what the launcher's commit does, as far as locks can tell. */
  goTo(site: number): void {
    const image = this.image();
    const { owner, processes } = this;
    this.arrive(site, image).commit();
    processes.departed(owner);
    owner.isOver = true;
  }

  arrive(site: number, { luggage, held }: ReturnType<Process["image"]>) {
    this.site = site;
    this.owner = new Owner();
    const arrival = this.processes.arriving(this.owner, luggage);
    this.held = held === undefined ? undefined : arrival.resolve(held as never);
    return arrival;
  }
}

interface Journey {
  readonly start: number;
  readonly mode: LockMode;
  readonly pause: number;
  readonly stays: readonly {
    readonly ms: number;
    readonly to: number;
    readonly isGivenUp: boolean;
    readonly delayMs: number;
  }[];
  readonly byName: boolean;
}

const journey = (sites: number): fc.Arbitrary<Journey> =>
  fc.record({
    start: fc.nat(sites - 1),
    mode: fc.constantFrom<LockMode>("exclusive", "exclusive", "shared"),
    pause: fc.nat(15),
    stays: fc.array(fc.record({ ms: fc.nat(4), to: fc.nat(sites - 1), isGivenUp: fc.boolean(), delayMs: fc.nat(5) }), {
      maxLength: 4,
    }),
    byName: fc.boolean(),
  });

class Watch {
  exclusive = 0;
  shared = 0;
  enter(mode: LockMode): void {
    expect(this.exclusive).toBe(0);
    if (mode === "exclusive") expect(this.shared).toBe(0);
    this[mode]++;
  }
  leave(mode: LockMode): void {
    this[mode]--;
  }
}

/** Takes the lock, moves about with it, also in vain, and lets it go wherever it then is. */
async function travel(all: Processes, watch: Watch, { start, mode, pause, stays, byName }: Journey): Promise<void> {
  const { net } = all;
  await net.sleep(pause);
  const process = new Process(all, start);
  const held = await process.step((sync) => sync.lock("x").async.acquire({ mode }));
  if (!byName) process.held = held;
  watch.enter(mode);
  for (const { ms, to, isGivenUp, delayMs } of stays) {
    if (ms > 0) await net.sleep(ms);
    const { owner, processes, site, held } = process;
    const image = process.image();
    if (delayMs > 0) await net.sleep(delayMs); // the image travels
    const arrival = process.arrive(to, image);
    if (delayMs > 2) await net.sleep(delayMs); // the launcher decides
    if (isGivenUp) {
      arrival.drop();
      Object.assign(process, { owner, site, held });
    } else {
      arrival.commit();
      // The source hears of it sooner or later.
      if (delayMs % 2 === 0) processes.departed(owner);
      else net.after(delayMs, () => processes.departed(owner));
    }
  }
  watch.leave(mode);
  process.step((sync) => (byName ? sync.lock("x").release() : (process.held as Held).release()));
}

/** Somebody who stays where they are. */
async function visit(all: Processes, watch: Watch, at: number, patienceMs: number): Promise<void> {
  const { net } = all;
  await net.sleep(patienceMs);
  const timeoutMs = patienceMs % 3 === 0 ? patienceMs : undefined;
  const lock = net.sync(at).lock("x");
  let held: Held | null;
  try {
    held = patienceMs % 5 === 4 ? await lock.async.tryAcquire() : await lock.async.acquire({ timeoutMs });
  } catch (error) {
    expect(error).toBeInstanceOf(TimeoutError);
    return;
  }
  if (held === null) return;
  watch.enter("exclusive");
  await net.sleep(1);
  watch.leave("exclusive");
  held.release();
}

function nameAt(site: number, sites: number): string {
  for (let i = 0; ; i++) if (homeOf(`lock${i}`, sites) === site) return `lock${i}`;
}

describe("a held lock goes with its process", () => {
  test("random journeys, with moves given up and messages that overtake each other: exclusion, no lost lock, nothing kept", async () => {
    const runs = fc.asyncProperty(
      fc.array(journey(4), { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(fc.nat(3), fc.nat(14)), { maxLength: 6 }),
      fc.option(fc.tuple(fc.nat(3), fc.nat(3))),
      fc.integer(),
      async (journeys, visits, slow, seed) => {
        const all = new Processes({ sites: 4, seed });
        const { net } = all;
        if (slow !== null) net.slow = { from: slow[0], to: slow[1] };
        const watch = new Watch();
        await net.run(
          ...journeys.map((one) => travel(all, watch, one)),
          ...visits.map(([at, ms]) => visit(all, watch, at, ms)),
        );
        await net.settle();
        expect(net.entries).toBe(0);
        await net.run(
          net
            .sync(2)
            .lock("x")
            .async.acquire()
            .then((held) => held.release()),
        );
        expect(net.entries).toBe(0);
      },
    );
    await fc.assert(runs, { numRuns: 2500 });
  });

  test("the new holder is told who is next, though the old one was, and hands over directly", async () => {
    const all = new Processes({ sites: 4 });
    const { net } = all;
    const name = nameAt(0, 4);
    const process = new Process(all, 1);
    const first = process.step((sync) => sync.lock(name).async.acquire());
    await net.run(first);
    process.held = await first;
    const next = net.sync(3).lock(name).async.acquire();
    await net.settle(); // Next has come to site 1
    process.goTo(2);
    await net.settle();
    net.sent.length = 0;
    (process.held as Held).release();
    await net.run(next);
    expect(net.sent.filter(({ text }) => text.startsWith("G")).map(({ from, to }) => [from, to])).toEqual([[2, 3]]);
    (await next).release();
    await net.settle();
    expect(net.entries).toBe(0);
  });

  test("released before its home has heard of the move, it goes on through the home", async () => {
    const all = new Processes({ sites: 4 });
    const { net } = all;
    const process = new Process(all, 1);
    const first = process.step((sync) => sync.lock("x").async.acquire());
    await net.run(first);
    process.held = await first;
    const next = net.sync(3).lock("x").async.acquire();
    await net.settle();
    process.goTo(2);
    (process.held as Held).release();
    await net.run(next);
    (await next).release();
    await net.settle();
    expect(net.entries).toBe(0);
  });

  test("of two moves whose news overtake each other, the later one counts", async () => {
    const all = new Processes({ sites: 4, seed: 3 });
    const { net } = all;
    const name = nameAt(0, 4);
    const process = new Process(all, 1);
    await net.run(process.step((sync) => sync.lock(name).async.acquire()));
    net.slow = { from: 2, to: 0 };
    process.goTo(2);
    process.goTo(3);
    await net.settle();
    const news = net.delivered.filter(({ service, text }) => service === Service.Lock && text.startsWith("M"));
    expect(news.map(({ from }) => from)).toEqual([3, 2]);
    expect(() => net.sync(0).lock(name).release()).toThrow(/site 3 holds it/);
    process.step((sync) => sync.lock(name).release());
    await net.settle();
    expect(net.entries).toBe(0);
  });

  test("a prepared copy that is dropped has told nobody, and its holds cannot be let go there", async () => {
    const all = new Processes({ sites: 3 });
    const { net } = all;
    const process = new Process(all, 0);
    await net.run(process.step((sync) => sync.lock("x").async.acquire()));
    const image = process.image();
    net.sent.length = 0;
    const arrival = new Process(all, 1).arrive(1, image);
    expect(() => net.sync(1).lock("x").release()).toThrow(/site 1: this site does not hold it/);
    arrival.drop();
    arrival.commit();
    expect(net.sent).toEqual([]);
    process.step((sync) => sync.lock("x").release());
    await net.settle();
    expect(net.entries).toBe(0);
  });

  test("a condition wait and its notifier may have moved", async () => {
    const all = new Processes({ sites: 3 });
    const { net } = all;
    const waiter = new Process(all, 0);
    await net.run(waiter.step((sync) => sync.lock("x").async.acquire()));
    waiter.goTo(1);
    const woken = waiter.step((sync) => sync.condition(sync.lock("x")).async.wait());
    await net.settle();
    const notifier = new Process(all, 2);
    await net.run(notifier.step((sync) => sync.lock("x").async.acquire()));
    notifier.goTo(0);
    notifier.step((sync) => {
      sync.condition(sync.lock("x")).notify();
      sync.lock("x").release();
    });
    await net.run(woken);
    expect(await woken).toBe(true);
    expect(waiter.processes.ownedBy(waiter.owner).locks).toMatchObject([{ name: "x", mode: "exclusive" }]);
    waiter.goTo(2);
    waiter.step((sync) => sync.lock("x").release());
    await net.settle();
    expect(net.entries).toBe(0);
  });
});

describe("the owner of what is taken", () => {
  test("is the process: neither the end of a run on its site nor other code there lets it go", async () => {
    const all = new Processes({ sites: 2 });
    const { net } = all;
    const sync = net.sync(0);
    const group = { id: 0, name: "" };
    sync.runStarted(group);
    const process = new Process(all, 0);
    const lock = process.step(() => sync.lock("x").async.acquire());
    const waiting = process.step(() => sync.semaphore("s", 0).async.acquire());
    await net.run(lock);
    sync.runFinished(group, "returned");
    expect(() => sync.lock("x").release()).toThrow(/this site does not hold it/);
    const other = new Process(all, 0);
    expect(() => other.step(() => sync.lock("x").release())).toThrow(/this process does not hold it/);
    expect(process.processes.ownedBy(process.owner)).toEqual({
      locks: [{ name: "x", mode: "exclusive", token: 1 }],
      waits: ['semaphore "s" (1 of 0)'],
    });
    process.step(() => sync.lock("x").release());
    net.sync(1).semaphore("s", 0).release();
    await net.run(waiting);
  });

  test("ends: its locks go to the next, its waits fail, and its handles stay silent", async () => {
    const all = new Processes({ sites: 3 });
    const { net } = all;
    const process = new Process(all, 0);
    const held = process.step((sync) => sync.lock("x").async.acquire());
    await net.run(held);
    const blocked = net.sync(1).lock("y").acquire();
    const waits = process.step((sync) => [
      sync.lock("y").async.acquire(),
      sync.semaphore("s", 0).async.acquire(),
      sync.latch("l", 1).async.wait(),
    ]);
    const next = net.sync(2).lock("x").async.acquire();
    await net.settle();
    const outcomes = Promise.allSettled(waits);
    process.processes.endOwner(process.owner);
    await net.run(outcomes, next);
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "PROCESS_ENDED" } });
    (await held).release();
    (await next).release();
    blocked.release();
    await net.settle();
    expect(net.sync(0).processes.ownedBy(process.owner)).toEqual({ locks: [], waits: [] });
  });

  test("that is between its steps is not in the way of a blocking acquire, which it lets go inside", async () => {
    const all = new Processes({ sites: 2 });
    const { net } = all;
    const process = new Process(all, 0);
    await net.run(process.step((sync) => sync.lock("x").async.acquire()));
    expect(() => net.sync(0).lock("x").acquire()).toThrow(expect.objectContaining({ code: "LOCK_HELD_HERE" }));
    process.owner.isSuspended = true;
    net.after(5, () => process.step((sync) => sync.lock("x").release()));
    net.sync(0).lock("x").acquire().release();
    await net.settle();
    expect(net.entries).toBe(0);
  });

  test("reports as its own only what it takes in the step under way", async () => {
    const all = new Processes({ sites: 2 });
    const process = new Process(all, 0);
    await all.net.run(process.step((sync) => sync.lock("x").async.acquire()));
    expect(process.sync.report().claims).toHaveLength(1);
    expect(process.processes.isHolding).toBe(true);
    process.owner.isSuspended = true;
    expect(process.sync.report().claims).toEqual([]);
    expect(process.processes.isHolding).toBe(false);
  });

  test("is whoever gets a request in the end, where waits inside each other want the same", () => {
    const all = new Processes({ sites: 2 });
    const { net } = all;
    const [outer, inner] = [new Process(all, 0), new Process(all, 0)];
    const blocker = net.sync(1).lock("x").acquire();
    let got: Held | undefined;
    net.after(5, () => {
      net.after(5, () => blocker.release());
      got = inner.step((sync) => sync.lock("x").acquire());
      expect(inner.processes.ownedBy(inner.owner).locks).toHaveLength(1);
      expect(inner.processes.ownedBy(outer.owner)).toMatchObject({ locks: [], waits: ['lock "x"'] });
      inner.goTo(1);
      net.after(5, () => inner.step((sync) => sync.lock("x").release()));
    });
    outer.step((sync) => sync.lock("x").acquire());
    expect(got).toBeDefined();
    expect(outer.processes.ownedBy(outer.owner).locks).toHaveLength(1);
  });
});

describe("an image", () => {
  test("has every synchronisation object, once, and each works where it comes to", async () => {
    const all = new Processes({ sites: 2 });
    const { net } = all;
    net.host(0).group = { id: 7, name: "work" };
    const process = new Process(all, 0);
    const lock = process.sync.lock("x");
    const semaphore = process.sync.semaphore("s", 2);
    const condition = process.sync.condition(lock);
    const latch = process.sync.latch("l", 1);
    const permit = semaphore.acquire();
    const over = semaphore.acquire();
    over.release();
    const objects = [
      lock,
      condition,
      semaphore,
      latch,
      permit,
      over,
      lock.async,
      condition.async,
      semaphore.async,
      latch.async,
    ];
    const departing = process.processes.departing(process.owner, moving);
    const sent = structuredClone(objects.map((one) => departing.describe(one, "it")));
    expect(departing.describe({}, "it")).toBeUndefined();
    const arrival = net.sync(1).processes.arriving(new Owner(), departing.luggage());
    const [lock2, condition2, semaphore2, latch2, permit2, over2, ...twins] = sent.map((one) =>
      arrival.resolve(one as never),
    ) as [typeof lock, typeof condition, typeof semaphore, typeof latch, typeof permit, typeof over, ...object[]];
    expect(condition2.lock).toBe(lock2);
    expect(twins).toEqual([lock2.async, condition2.async, semaphore2.async, latch2.async]);
    expect(twins.every((twin, i) => twin === [lock2, condition2, semaphore2, latch2][i]!.async)).toBe(true);
    expect(() => over2.release()).toThrow(expect.objectContaining({ code: "PERMIT_RELEASED" }));
    expect(semaphore2.tryAcquire(2)).toBeNull();
    permit2.release();
    expect(() => permit2.release()).toThrow(expect.objectContaining({ code: "PERMIT_RELEASED" }));
    semaphore2.tryAcquire(2)!.release();
    latch2.countDown();
    expect(latch.wait()).toBe(true);
    lock2.acquire().release();
  });

  test("tells a released hold from one that its site let go", async () => {
    const all = new Processes({ sites: 2 });
    const { net } = all;
    const process = new Process(all, 0);
    const released = process.step((sync) => sync.lock("x").acquire());
    released.release();
    const ended = process.step((sync) => sync.lock("y").acquire());
    process.processes.endOwner(process.owner);
    const departing = process.processes.departing(process.owner, moving);
    const sent = [released, ended].map((one) => departing.describe(one, "it"));
    const arrival = net.sync(1).processes.arriving(new Owner(), []);
    const [released2, ended2] = sent.map((one) => arrival.resolve(one!)) as [Held, Held];
    expect([released2.name, released2.mode, released2.token]).toEqual(["x", "exclusive", 1]);
    expect(() => released2.release()).toThrow(expect.objectContaining({ code: "LOCK_NOT_HELD" }));
    ended2.release();
  });

  test("refuses what cannot go, with the reason", async () => {
    const all = new Processes({ sites: 2 });
    const { net } = all;
    const process = new Process(all, 0);
    const held = process.step((sync) => sync.lock("x").acquire());
    const permit = process.sync.semaphore("s", 1).acquire();
    const { processes, owner } = process;
    const checkpoint = processes.departing(owner, keeping);
    expect(() => checkpoint.luggage()).toThrow(
      'its locks: it holds lock "x", which a checkpoint cannot keep: release it before the yield',
    );
    expect(() => checkpoint.describe(held, "local")).toThrow(/^local: it holds lock "x"/);
    expect(() => checkpoint.describe(permit, "local")).toThrow(/^local: it holds a permit of semaphore "s", which/);
    const departing = processes.departing(new Owner(), moving);
    expect(() => departing.describe(held, "local")).toThrow(/^local: a hold of lock "x" that other code/);
    const other = new Processes({ sites: 1 }).net.sync(0);
    expect(() => departing.describe(other.lock("z"), "local")).toThrow('local: lock "z" belongs to another cluster');
    const waiting = process.step((sync) => sync.condition(sync.lock("x")).async.wait());
    expect(() => processes.departing(owner, moving).describe(held, "local")).toThrow(/its condition's wait\(\)/);
    expect(() => processes.departing(owner, moving).luggage()).toThrow(
      'its locks: it still waits for the condition of lock "x", which is answered only here',
    );
    net.sync(1).condition(net.sync(1).lock("x")).notify();
    await net.run(waiting);
    const arrival = net.sync(1).processes.arriving(new Owner(), []);
    expect(() => arrival.resolve({ t: "held", name: "x", token: 1 })).toThrow(/malformed/);
    expect(() => net.sync(1).processes.arriving({ isOver: false, hasSignal: false }, [])).toThrow(/isSuspended/);
  });
});
