import type { EventLoopUtilization } from "node:perf_hooks";
import type { SiteResidence } from "@isles/dsm/internal";
import { describe, expect, it } from "vitest";
import { DECISIONS_KEPT, Decisions } from "../src/placement/decisions.ts";
import { LoopMeter } from "../src/placement/loop-meter.ts";
import { HEAP_STEP, placeByData, placeByLoad, type SiteLoad } from "../src/placement/place.ts";

const KIB = 1_024;

function candidates(...loads: Partial<SiteLoad>[]) {
  return loads.map((load, site) => ({ site, load: { queue: 0, loopUse: 0, heapBytes: 0, ...load } }));
}

function found(total: number, ...sites: (Partial<SiteResidence> | undefined)[]) {
  const filled = sites.map((one) => one && { owned: 0, cached: 0, home: 0, ageMs: 0, ...one });
  return { total, sites: filled, askedAt: 0 };
}

describe("by load", () => {
  it.each<[string, Partial<SiteLoad>[], number]>([
    ["the shortest queue", [{ queue: 2 }, { queue: 1 }, { queue: 1 }], 1],
    ["of equal queues the loop that is not busy", [{ loopUse: 0.9 }, { loopUse: 0.7 }, { loopUse: 0 }], 1],
    ["of those the smaller heap, in big steps", [{ heapBytes: 2 * HEAP_STEP }, { heapBytes: HEAP_STEP }, {}], 2],
    ["what is left lying around on a heap decides nothing", [{ heapBytes: HEAP_STEP - 1 }, {}], 0],
    ["the queue before all else", [{ queue: 1 }, { loopUse: 1, heapBytes: 9 * HEAP_STEP }], 1],
    ["the lowest number at last", [{}, {}, {}], 0],
  ])("%s", (_, loads, site) => {
    expect(placeByLoad(candidates(...loads)).site).toBe(site);
  });

  it("says why", () => {
    expect(placeByLoad(candidates({ queue: 3, loopUse: 0.8 })).reason).toBe(
      "has the least to do (queue 3, event loop 80 % busy)",
    );
  });
});

describe("by data", () => {
  it("the owner before those who cache before the home, byte by byte", () => {
    const three = candidates({}, {}, {});
    const all = 64 * KIB;
    expect(placeByData(three, found(all, { home: all }, { cached: all }, { owned: all }))).toEqual({
      site: 2,
      reason: "owns 64 KiB of 64 KiB",
    });
    expect(placeByData(three, found(all, { home: all }, { cached: all }, {})).reason).toBe("caches 64 KiB of 64 KiB");
    expect(placeByData(three, found(all, {}, { home: all }, {})).reason).toBe("is the home of 64 KiB of 64 KiB");
    // A whole copy is worth more than half of it owned.
    expect(placeByData(three, found(all, { owned: all / 2 }, { cached: all }, {})).site).toBe(1);
    expect(placeByData(three, found(all, { owned: all / 2 }, { owned: all / 4, home: all / 4 }, {})).reason).toBe(
      "owns 32 KiB of 64 KiB",
    );
  });

  it("whatever the owner has to do", () => {
    const busy = candidates({ queue: 1_000, loopUse: 1 }, {});
    expect(placeByData(busy, found(KIB, { owned: KIB }, {})).site).toBe(0);
  });

  it("by load among those that have about as much", () => {
    const all = 160 * KIB;
    const loads = candidates({ queue: 2 }, { queue: 1 }, {});
    expect(placeByData(loads, found(all, { cached: all }, { cached: all - 8 * KIB }, { cached: all / 2 }))).toEqual({
      site: 1,
      reason: "caches 152 KiB of 160 KiB, as does 1 other, and this one has the least to do (queue 1)",
    });
    expect(placeByData(loads, found(all, { cached: all }, { cached: all - 16 * KIB }, {})).site).toBe(0);
  });

  it("by load if nobody has any of it", () => {
    const { site, reason } = placeByData(candidates({ queue: 1 }, {}), found(KIB, {}, {}), () => KIB);
    expect(site).toBe(1);
    expect(reason).toBe("no site has any of 1 KiB, and this one has the least to do (queue 0)");
  });

  it("never one that may not be chosen", () => {
    const others = candidates({}, {}, {}).slice(1);
    expect(placeByData(others, found(KIB, { owned: KIB }, {}, { home: KIB })).site).toBe(2);
  });

  it("what a busy site said last counts, and what is nowhere else is with it", () => {
    const three = candidates({}, {}, {});
    const old = placeByData(three, found(4 * KIB, { home: KIB }, { owned: 3 * KIB, ageMs: 70.4 }, {}));
    expect(old.site).toBe(1);
    expect(old.reason).toBe("owns 3 KiB of 4 KiB; site 1 was too busy to answer, so what it had 70 ms before counted");
    const unheard = placeByData(three, found(4 * KIB, { home: KIB }, undefined, {}));
    expect(unheard.site).toBe(1);
    expect(unheard.reason).toBe("owns 3 KiB of 4 KiB; site 1 was too busy to answer, so nothing was known of it");
    // Not if the launcher has it.
    expect(placeByData(three, found(4 * KIB, { home: KIB }, undefined, {}), () => 3 * KIB).site).toBe(0);
    // Nor if it may be with either of two.
    expect(placeByData(three, found(4 * KIB, { home: KIB }, undefined, undefined)).site).toBe(0);
  });
});

describe("the record of decisions", () => {
  it("keeps the last ones, oldest first, and says each as it is made", () => {
    const said: string[] = [];
    const decisions = new Decisions((what) => said.push(what));
    for (let i = 0; i < DECISIONS_KEPT + 3; i++) {
      decisions.record({ what: i % 2 === 0 ? "run" : "move", name: `f${i}`, site: 1, reason: "it may" });
    }
    const kept = [...decisions];
    expect(kept).toHaveLength(DECISIONS_KEPT);
    expect(kept.map(({ name }) => name)).toEqual(Array.from({ length: DECISIONS_KEPT }, (_, i) => `f${i + 3}`));
    expect(kept.every(({ at }, i) => at >= (kept[i - 1]?.at ?? 0))).toBe(true);
    expect(said.slice(0, 2)).toEqual(["f0 goes to site 1: it may", "f1 moves to site 1: it may"]);
  });
});

describe("how busy an event loop is", () => {
  it("counts from the last restart, but not over a moment, and not what is long past", () => {
    let now = 0;
    let busy = 0;
    const read = (_site: number, since?: EventLoopUtilization): EventLoopUtilization => {
      const [idle, active] = [now - busy - (since?.idle ?? 0), busy - (since?.active ?? 0)];
      return { idle, active, utilization: since === undefined ? 0 : active / (idle + active) };
    };
    const meter = new LoopMeter(1, read, () => now);
    const pass = (ms: number, isBusy: boolean) => {
      now += ms;
      if (isBusy) busy += ms;
    };
    pass(100, true);
    expect(meter.use(0)).toBe(0); // nobody has asked before
    pass(40, true);
    expect(meter.use(0)).toBe(0); // too short to tell
    pass(40, false);
    expect(meter.use(0)).toBe(0.5);
    pass(4, true);
    expect(meter.use(0)).toBe(0.5); // read just now
    meter.restart(0);
    expect(meter.use(0)).toBe(0);
    pass(60, false);
    expect(meter.use(0)).toBe(0);
    pass(600, true);
    expect(meter.use(0)).toBeCloseTo(600 / 660);
    pass(60, false);
    expect(meter.use(0)).toBe(0); // of what came since
  });
});
