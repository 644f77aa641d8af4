import type { AnsweredCall, SyncReport, WaitReason } from "@isles/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Answering } from "../src/answering.ts";
import { DeadlockWatch, deadlockError, findDeadlock, type SiteReport } from "../src/deadlock.ts";

const idle: SyncReport = { claims: [], locks: [], collectives: [], rounds: [] };

interface Told {
  readonly wait?: number;
  readonly reason?: WaitReason;
  readonly runnable?: boolean;
  readonly calls?: SiteReport["calls"];
  readonly sync?: Partial<SyncReport>;
}

/** A blocked site unless `wait` is 0. */
function site(self: number, { wait = 1, reason, runnable = false, calls = [], sync = {} }: Told): SiteReport {
  const blocked = wait === 0 ? undefined : { wait, reason };
  return { site: self, blocked, runnable, calls, sync: { ...idle, ...sync } };
}

const call = (to: number, id: number): WaitReason => ({ kind: "call", to, call: id, method: "counter.add" });
const lock = (home: number, req: number): WaitReason => ({ kind: "lock", name: "x", home, req });
const barrier: WaitReason = { kind: "collective", what: "barrier", name: "b", group: { id: 7 } };
const key = { what: "barrier", name: "b", group: 7 } as const;
const held = (by: number, req: number) => ({ site: by, req, isShared: false });
const reading = (by: number, req: number) => ({ site: by, req, isShared: true });

/** Site 0 holds the lock x (home: site 2) and waits for a call on site 1, whose handler waits for the lock. */
const lockCycle = (change: { zero?: Told; one?: Told; two?: Told } = {}): SiteReport[] => [
  site(0, change.zero ?? { reason: call(1, 5), sync: { claims: [3] } }),
  site(1, change.one ?? { reason: lock(2, 8), calls: [{ from: 0, id: 5 }], sync: { claims: [8] } }),
  site(2, change.two ?? { wait: 0, sync: { locks: [{ name: "x", holders: [held(0, 3)], waiters: [held(1, 8)] }] } }),
];

/** Site 0 has called the barrier, site 1 has not: it waits for a handler that is suspended on site 0. */
const barrierCycle = (change: { zero?: Told; one?: Told } = {}): SiteReport[] => [
  site(
    0,
    change.zero ?? {
      reason: barrier,
      calls: [{ from: 1, id: 2 }],
      sync: {
        collectives: [{ ...key, calls: 1 }],
        rounds: [{ ...key, arrivals: [{ site: 0, serial: 9, calls: 1 }] }],
      },
    },
  ),
  site(1, change.one ?? { reason: call(0, 2) }),
];

describe("findDeadlock", () => {
  it("names the cycle and breaks it where nothing is left half done", () => {
    const cycle = findDeadlock(lockCycle());
    expect(cycle).toEqual({
      sites: [0, 1],
      text: 'site 0 waits for counter.add on site 1; site 1 waits for lock "x", which site 0 holds',
      victim: { site: 1, wait: 1 },
    });
    expect(deadlockError(cycle!)).toMatchObject({ code: "DEADLOCK", sites: [0, 1] });
    expect(deadlockError(cycle!).message).toContain(cycle!.text);
  });

  it("finds handlers that wait for one another", () => {
    const reports = [0, 1, 2].map((self) =>
      site(self, { reason: call((self + 1) % 3, 4), calls: [{ from: (self + 2) % 3, id: 4 }] }),
    );
    expect(findDeadlock(reports)?.sites).toEqual([0, 1, 2]);
  });

  it("finds a call to its own site whose handler needs the event loop", () => {
    const cycle = findDeadlock([site(0, { reason: call(0, 1), calls: [{ from: 0, id: 1 }] })]);
    expect(cycle?.text).toBe("site 0 waits for counter.add on itself");
  });

  it("finds a barrier that waits for one who waits for it", () => {
    expect(findDeadlock(barrierCycle())?.text).toBe(
      'site 0 waits in barrier "b", which site 1 has not called; site 1 waits for counter.add on site 0',
    );
  });

  it("finds a claim ahead in the queue whose site cannot let go once it is granted", () => {
    const two = { wait: 0, sync: { locks: [{ name: "x", holders: [held(3, 1)], waiters: [held(0, 3), held(1, 8)] }] } };
    expect(findDeadlock(lockCycle({ two }))?.text).toContain("for which site 0 queues before it");
  });

  it.each<[string, readonly (SiteReport | undefined)[]]>([
    ["a handler that runs", lockCycle({ one: { wait: 0 } })],
    ["a wait that may end by itself", lockCycle({ one: { calls: [{ from: 0, id: 5 }] } })],
    ["a site with calls to run", lockCycle({ zero: { reason: call(1, 5), sync: { claims: [3] }, runnable: true } })],
    ["a call, or its answer, under way", lockCycle({ one: { reason: lock(2, 8), sync: { claims: [8] } } })],
    ["a release under way", lockCycle({ zero: { reason: call(1, 5) } })],
    ["a grant that the home knows of", lockCycle({ two: { wait: 0 } })],
    ["a home that did not answer", lockCycle().slice(0, 2)],
    ["a callee that did not answer", [lockCycle()[0], undefined, lockCycle()[2]]],
    [
      "a reader that no other reader holds up",
      lockCycle({
        two: {
          wait: 0,
          sync: { locks: [{ name: "x", holders: [reading(0, 3)], waiters: [held(3, 1), reading(1, 8)] }] },
        },
      }),
    ],
    [
      "an arrival under way",
      barrierCycle({ one: { reason: call(0, 2), sync: { collectives: [{ ...key, calls: 1 }] } } }),
    ],
    [
      "a barrier's release under way",
      barrierCycle({
        zero: { reason: barrier, calls: [{ from: 1, id: 2 }], sync: { collectives: [{ ...key, calls: 1 }] } },
      }),
    ],
    [
      "a barrier's release under way behind which the next call has been made",
      barrierCycle({
        zero: {
          reason: barrier,
          calls: [{ from: 1, id: 2 }],
          sync: {
            collectives: [{ ...key, calls: 2 }],
            rounds: [{ ...key, arrivals: [{ site: 0, serial: 9, calls: 1 }] }],
          },
        },
      }),
    ],
  ])("sees no cycle in %s", (_what, reports) => {
    expect(findDeadlock(reports)).toBeUndefined();
  });
});

describe("DeadlockWatch", () => {
  it("believes a cycle that two rounds show", () => {
    const watch = new DeadlockWatch();
    expect(watch.observe(lockCycle())).toBeUndefined();
    expect(watch.observe(lockCycle())?.sites).toEqual([0, 1]);
    expect(watch.observe(lockCycle())?.sites).toEqual([0, 1]);
  });

  it.each<[string, SiteReport[], SiteReport[]]>([
    [
      "program code ran between",
      lockCycle(),
      lockCycle({ zero: { wait: 2, reason: call(1, 5), sync: { claims: [3] } } }),
    ],
    ["the cycle was gone between", [], lockCycle()],
    [
      "it is another call",
      lockCycle(),
      lockCycle({
        zero: { reason: call(1, 6), sync: { claims: [3] } },
        one: { reason: lock(2, 8), calls: [{ from: 0, id: 6 }], sync: { claims: [8] } },
      }),
    ],
    [
      "the barrier's round is another one",
      barrierCycle(),
      barrierCycle({
        zero: {
          reason: barrier,
          calls: [{ from: 1, id: 2 }],
          sync: {
            collectives: [{ ...key, calls: 1 }],
            rounds: [{ ...key, arrivals: [{ site: 0, serial: 10, calls: 1 }] }],
          },
        },
      }),
    ],
  ])("does not when %s", (_what, first, second) => {
    const watch = new DeadlockWatch();
    expect(watch.observe(lockCycle().slice(0, 1))).toBeUndefined();
    expect(watch.observe(first)).toBeUndefined();
    expect(watch.observe(second)).toBeUndefined();
  });
});

/** What a random site does: nothing that matters, compute, or wait for a call on one, or for a lock behind some, sites. */
type Doing = { kind: "computes" } | { kind: "calls"; to: number } | { kind: "locks"; behind: number[]; reads: boolean };

const SITES = 6;

const doing: fc.Arbitrary<Doing> = fc.oneof(
  fc.constant<Doing>({ kind: "computes" }),
  fc.record({ kind: fc.constant("calls" as const), to: fc.nat(SITES - 1) }),
  fc.record({
    kind: fc.constant("locks" as const),
    behind: fc.uniqueArray(fc.nat(SITES - 1), { maxLength: 3 }),
    reads: fc.boolean(),
  }),
);

describe("findDeadlock, on random states", () => {
  it("agrees with a fixpoint: alive is who computes, or waits only for the living", () => {
    fc.assert(
      fc.property(fc.array(doing, { minLength: SITES, maxLength: SITES }), (sites) => {
        const cycle = findDeadlock(sites.map((_, self) => reportOf(sites, self)));
        const dead = deadSites(sites);
        expect(cycle !== undefined).toBe(dead.size > 0);
        for (const [at, one] of (cycle?.sites ?? []).entries()) {
          expect(dead).toContain(one);
          expect(awaited(sites[one]!)).toContain(cycle!.sites[(at + 1) % cycle!.sites.length]);
        }
      }),
    );
  });
});

function awaited(one: Doing): number[] {
  if (one.kind === "computes") return [];
  return one.kind === "calls" ? [one.to] : one.behind;
}

function deadSites(sites: readonly Doing[]): Set<number> {
  const alive = new Set<number>();
  let before: number;
  do {
    before = alive.size;
    for (const [self, one] of sites.entries()) if (awaited(one).every((other) => alive.has(other))) alive.add(self);
  } while (alive.size > before);
  return new Set([...sites.keys()].filter((self) => !alive.has(self)));
}

/** Site s waits for lock s, whose home is the next site; who is before it holds it, or queues before it, by its request 10 + s. */
function reportOf(sites: readonly Doing[], self: number): SiteReport {
  const calls = [...sites.entries()].filter(([, one]) => one.kind === "calls" && one.to === self);
  const claims = [...sites.entries()].filter(([, one]) => one.kind === "locks" && one.behind.includes(self));
  const owner = (self + SITES - 1) % SITES;
  const queued = sites[owner]!;
  const one = sites[self]!;
  const claim = (by: number) => ({ site: by, req: 10 + owner, isShared: false });
  const locks =
    queued.kind !== "locks"
      ? []
      : [
          {
            name: "x",
            holders: queued.behind.slice(0, 1).map(claim),
            waiters: [...queued.behind.slice(1).map(claim), { site: owner, req: 100 + owner, isShared: queued.reads }],
          },
        ];
  const reason = one.kind === "calls" ? call(one.to, self) : lock((self + 1) % SITES, 100 + self);
  return site(self, {
    wait: one.kind === "computes" || (one.kind === "locks" && one.behind.length === 0) ? 0 : 1,
    reason,
    calls: calls.map(([from]) => ({ from, id: from })),
    sync: { claims: claims.map(([by]) => 10 + by), locks },
  });
}

describe("Answering", () => {
  const newCall = (hasSignal = false): AnsweredCall => ({ isOver: false, hasSignal });

  it("knows whose code runs, and that it is nobody's while no method waits for a promise", () => {
    let current: AnsweredCall | undefined = newCall();
    const answering = new Answering(() => current);
    expect(answering.now()).toBe(current);
    current = undefined;
    expect(answering.now()).toBeUndefined();
  });

  it("else answers for all that it may be: over when the first of them is", () => {
    const answering = new Answering(() => undefined);
    const [one, two] = [newCall(), newCall()];
    answering.suspended(one);
    const early = answering.now()!;
    answering.suspended(two);
    expect([early.isOver, early.hasSignal]).toEqual([false, false]);
    answering.answered(newCall());
    expect(early.isOver).toBe(false);
    answering.answered(one);
    expect(early.isOver).toBe(true);
    expect(answering.now()?.isOver).toBe(false);
    answering.suspended(newCall(true));
    expect(answering.now()?.hasSignal).toBe(true);
  });
});
