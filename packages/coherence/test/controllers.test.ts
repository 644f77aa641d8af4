import { Directory, Kind, PageCache, ProtocolError, State } from "@isles/coherence";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StoryMachine } from "./story-machine.ts";

/** A cache whose messages nobody gets. */
const lonelyCache = (): PageCache =>
  new PageCache(
    4,
    {
      toHome: () => {},
      toSite: () => {},
      fill: () => {},
      ready: () => {},
      readOnce: () => {},
      held: () => false,
      lost: () => {},
    },
    2,
  );

describe("a system of many sites, in any order of steps", () => {
  const SITES = 40;
  const step = fc.record({ what: fc.nat(9), site: fc.nat(SITES - 1), page: fc.nat(1), channel: fc.nat(1000) });

  test.each([0, SITES])("keeps one writer or many readers, all with the latest value (home %i)", (home) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 400 }), (steps) => {
        const machine = new StoryMachine(SITES, 2, home);
        for (const { what, site, page, channel } of steps) {
          const busy = machine.busy();
          // Mostly deliveries, and few sites: else nothing ever meets.
          if (what > 2 && busy.length > 0) machine.deliver(...busy[channel % busy.length]);
          else if (what === 0) machine.access("store", site, page);
          else if (what === 1) machine.evict(site, page);
          else machine.access("load", site, page);
          checkPages(machine);
        }
        machine.deliverAll();
        checkPages(machine);
        expect(machine.waiting).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  function checkPages(machine: StoryMachine): void {
    for (let page = 0; page < 2; page++) {
      const readers = Array.from({ length: SITES }, (_, site) => site).filter(
        (s) => machine.stateAt(s, page) >= State.S,
      );
      const writers = readers.filter((site) => machine.stateAt(site, page) === State.M);
      expect(writers.length === 0 || readers.length === 1).toBe(true);
      expect(new Set(readers.map((site) => machine.valueAt(site, page))).size).toBeLessThan(2);
    }
  }
});

describe("what the tables do not allow", () => {
  test("throws at the cache, naming message, page, sender and state", () => {
    expect(() => lonelyCache().receive(Kind.UpgAck, 3, 7, 0, 0)).toThrow(
      "UpgAckComplete for page 3 from 7: not expected in I",
    );
    expect(() => lonelyCache().receive(Kind.GetS, 3, 7, 0, 0)).toThrow(ProtocolError);
    expect(() => lonelyCache().receive(Kind.Inv, 9, 7, 0, 0)).toThrow("outside the region");
  });

  test("throws at the directory", () => {
    const directory = new Directory(1, 2, (page) => page, { toSite: () => {}, store: () => {} });
    expect(() => directory.receive(Kind.WB, 0, 1)).toThrow("WB (Impossible) for page 0 from 1: not expected in U");
    expect(() => directory.receive(Kind.GetS, 5, 1)).toThrow("page 5 from 1: the page is not homed here");
    expect(() => directory.receive(Kind.InvAck, 0, 1)).toThrow(ProtocolError);
  });
});

describe("accesses", () => {
  test("a page in I sends one request, however often it is asked", () => {
    const sent: Kind[] = [];
    const cache = new PageCache(1, { ...silent, toHome: (kind) => sent.push(kind) }, 2);
    expect(cache.load(0)).toBe(false);
    expect(cache.load(0)).toBe(false);
    expect(cache.store(0)).toBe(false);
    expect(sent).toEqual([Kind.GetS]);
    cache.receive(Kind.Data, 0, 1, 0, 0);
    expect(cache.load(0)).toBe(true);
    expect(cache.store(0)).toBe(false);
    expect(cache.evict(0)).toBe(false);
    expect(sent).toEqual([Kind.GetS, Kind.Upg]);
  });

  test("a held page is not evicted", () => {
    const cache = new PageCache(1, { ...silent, held: () => true }, 2);
    cache.load(0);
    cache.receive(Kind.Data, 0, 1, 0, 0);
    expect(cache.evict(0)).toBe(false);
    expect(cache.state[0]).toBe(State.S);
  });

  test("what is deferred is listed once and served when the pin is gone", () => {
    let held = true;
    const acked: number[] = [];
    const cache = new PageCache(2, { ...silent, held: () => held, toSite: (_kind, to) => acked.push(to) }, 16);
    cache.load(1);
    cache.receive(Kind.Data, 1, 9, 0, 0);
    cache.receive(Kind.Inv, 1, 9, 5, 0);
    expect([...cache.deferredPages]).toEqual([1]);
    cache.settleAll();
    expect(acked).toEqual([]);
    held = false;
    cache.settleAll();
    expect(acked).toEqual([5]);
    expect(cache.hasDeferred).toBe(false);
    expect(cache.losses).toBe(1);
  });
});

const silent = {
  toHome: () => {},
  toSite: () => {},
  fill: () => {},
  ready: () => {},
  readOnce: () => {},
  held: () => false,
  lost: () => {},
};

test("a clone has the same fingerprint and its own future", () => {
  const cache = lonelyCache();
  cache.store(2);
  cache.receive(Kind.InvAck, 2, 1, 0, 0);
  const copy = cache.clone(silent);
  expect(copy.fingerprint()).toBe(cache.fingerprint());
  copy.load(0);
  expect(copy.fingerprint()).not.toBe(cache.fingerprint());
  const directory = new Directory(2, 70, (page) => page, { toSite: () => {}, store: () => {} });
  for (const site of [3, 69, 40]) directory.receive(Kind.GetS, 1, site);
  const twin = directory.clone({ toSite: () => {}, store: () => {} });
  expect(twin.fingerprint()).toBe(directory.fingerprint());
  expect(twin.isSharer(1, 69) && !twin.isSharer(1, 37)).toBe(true);
});
