import { describe, expect, it } from "vitest";
import { LazySignal } from "../src/lazy-signal.ts";
import { type Leave, Scheduler } from "../src/scheduler.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Queues `count` tasks; the `leave` of those that have begun, in the order in which they did. */
function queue(scheduler: Scheduler, site: number, count: number) {
  const begun: { task: number; leave: Leave }[] = [];
  for (let task = 0; task < count; task++) scheduler.run(site, (leave) => begun.push({ task, leave }));
  return begun;
}

describe("a site is given its tasks", () => {
  it("in order, two at a time as long as nothing is known of them", async () => {
    const scheduler = new Scheduler(2);
    const begun = queue(scheduler, 0, 5);
    expect(begun).toHaveLength(0); // not in the caller's stack
    await turn();
    expect(begun.map(({ task }) => task)).toEqual([0, 1]);
    expect([scheduler.queueOf(0), scheduler.queueOf(1), scheduler.load]).toEqual([5, 0, 5]);
    begun[0]!.leave();
    begun[0]!.leave(); // once is enough
    expect(begun.map(({ task }) => task)).toEqual([0, 1, 2]);
    expect(scheduler.queueOf(0)).toBe(4);
  });

  it("more at a time when they are short, two again after a long one", async () => {
    const scheduler = new Scheduler(1);
    const begun = queue(scheduler, 0, 1_000);
    await turn();
    for (let ended = 0; ended < 60; ended++) begun[ended]!.leave(0.01);
    const ahead = begun.length - 60;
    expect(ahead).toBe(64);
    for (let ended = 60; ended < 130; ended++) {
      expect(begun).toHaveLength(Math.max(60 + ahead, ended + 2));
      begun[ended]!.leave(5);
    }
    expect(begun.map(({ task }) => task)).toEqual(begun.map((_, i) => i));
  });

  it("and whoever waits for them is told when all that were there have ended, whatever came after", async () => {
    const scheduler = new Scheduler(2);
    const [here, there] = [queue(scheduler, 0, 2), queue(scheduler, 1, 1)];
    await turn();
    let passed = false;
    const waiting = scheduler.passed().then(() => {
      passed = true;
    });
    const later = queue(scheduler, 0, 1);
    here[1]!.leave();
    there[0]!.leave();
    await turn();
    later[0]!.leave();
    await turn();
    expect(passed).toBe(false);
    here[0]!.leave();
    await waiting;
    await scheduler.passed(); // of nothing
  });

  it("one that moved there counts, and idleness is told when the last has left", async () => {
    const scheduler = new Scheduler(2);
    const idle: number[] = [];
    scheduler.onIdle = (site) => idle.push(site);
    const begun = queue(scheduler, 0, 1);
    await turn();
    const leave = scheduler.occupy(1);
    begun[0]!.leave();
    expect([scheduler.isBusy(0), scheduler.isBusy(1), idle]).toEqual([false, true, [0]]);
    leave();
    expect([scheduler.isBusy(1), idle]).toEqual([false, [0, 1]]);
  });
});

describe("a signal that is made when it is looked at", () => {
  it.each([true, false])("is aborted with the first reason (looked at before: %s)", (before) => {
    const lazy = new LazySignal();
    const early = before ? lazy.get() : undefined;
    expect(lazy.isAborted).toBe(false);
    lazy.abort("first");
    lazy.abort("second");
    expect(lazy.isAborted).toBe(true);
    expect([lazy.get().aborted, lazy.get().reason]).toEqual([true, "first"]);
    expect(lazy.get()).toBe(early ?? lazy.get());
  });
});
