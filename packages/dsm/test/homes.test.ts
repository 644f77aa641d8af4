import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HomePolicy, pageCount, type RegionDescriptor } from "../src/descriptor.ts";
import { createHomes, type FirstTouchHomes } from "../src/homes.ts";

const PAGE = 256;

function region(pages: number, home: HomePolicy): RegionDescriptor {
  const length = pages * PAGE;
  const moves = { homeMigration: true, homeMoveAfter: 8 };
  return { id: 1, name: "x", type: "uint8", length, pageSize: PAGE, home, consistency: "sequential", ...moves };
}

const sizes = fc.record({ pages: fc.integer({ min: 1, max: 700 }), sites: fc.integer({ min: 1, max: 40 }) });

describe("homes", () => {
  it.each<["block" | "cyclic" | "launcher" | "site"]>([["block"], ["cyclic"], ["launcher"], ["site"]])(
    "%s: every page has one home there, and its own slot in that home's directory (property)",
    (policy) => {
      fc.assert(
        fc.property(sizes, fc.nat(), ({ pages, sites }, pick) => {
          const homes = createHomes(region(pages, policy === "site" ? pick % sites : policy), sites);
          const slots = Array.from({ length: sites + 1 }, () => new Set<number>());
          for (let page = 0; page < pages; page++) slots[homes.homeOf(page)]!.add(homes.slotOf(page));
          for (const [endpoint, used] of slots.entries()) {
            // As many slots as pages, all distinct, all below the directory's size: none missing, none spare.
            expect(used.size).toBe(homes.slotsAt(endpoint) + 0);
            expect([...used].filter((slot) => slot < 0 || slot >= homes.slotsAt(endpoint))).toEqual([]);
          }
          expect(slots.reduce((sum, used) => sum + used.size, 0)).toBe(pages);
        }),
      );
    },
  );

  it("block: contiguous, in site order, and even to within one page (property)", () => {
    fc.assert(
      fc.property(sizes, ({ pages, sites }) => {
        const homes = createHomes(region(pages, "block"), sites);
        const order = Array.from({ length: pages }, (_, page) => homes.homeOf(page));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        const counts = Array.from({ length: sites }, (_, site) => homes.slotsAt(site));
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("cyclic: dealt out in turn", () => {
    const homes = createHomes(region(7, "cyclic"), 3);
    expect([0, 1, 2, 3, 4, 5, 6].map((page) => homes.homeOf(page))).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  it("launcher and a named site have all", () => {
    expect(createHomes(region(5, "launcher"), 3).homeOf(4)).toBe(3);
    expect(createHomes(region(5, 2), 3).homeOf(4)).toBe(2);
  });

  it("first-touch: unknown until learnt; the locator is the block home, everybody has a slot for every page", () => {
    const homes = createHomes(region(10, "first-touch"), 4) as FirstTouchHomes;
    const block = createHomes(region(10, "block"), 4);
    for (let page = 0; page < 10; page++) {
      expect(homes.homeOf(page)).toBe(-1);
      expect(homes.locatorOf(page)).toBe(block.homeOf(page));
      expect(homes.slotOf(page)).toBe(page);
    }
    homes.learn(3, 4);
    expect(homes.homeOf(3)).toBe(4);
    expect(homes.slotsAt()).toBe(10);
  });

  it("an array without elements has one page, so that it has a home", () => {
    expect(pageCount(region(0, "block"))).toBe(1);
    expect(createHomes(region(0, "block"), 3).slotsAt(0)).toBe(1);
  });
});
