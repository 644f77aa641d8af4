import { FetchMeter, PAGES_FOR_A_MOVE } from "@isles/migration/internal";
import { describe, expect, it } from "vitest";

/** What a move costs, in pages. */
const MOVE = PAGES_FOR_A_MOVE;

/** A process whose slices touch pages of the sites that `touches` says; what it pays, in pages. */
function follow(sites: number, slices: number, touches: (slice: number) => number[]): { moves: number; cost: number } {
  let at = 0;
  let meter = new FetchMeter(sites);
  let moves = 0;
  let cost = 0;
  for (let slice = 0; slice < slices; slice++) {
    const pages = touches(slice);
    const fetched = pages.map((count, site) => (site === at ? 0 : count));
    meter.fetched(fetched);
    cost += fetched.reduce((a, b) => a + b, 0);
    const decision = meter.decide(at);
    if (decision === undefined) continue;
    at = decision.to;
    meter = new FetchMeter(sites, meter.image);
    moves++;
    cost += MOVE;
  }
  return { moves, cost };
}

const perSlice = 40;

describe("the policy `data` counts where pages come from", () => {
  it("goes where nearly all pages come from, once they have cost as much as a move, and says why", () => {
    const meter = new FetchMeter(3);
    meter.fetched([0, 1, 25]);
    expect(meter.decide(0)).toBeUndefined();
    meter.fetched([0, 0, 25]);
    expect(meter.decide(0)).toEqual({
      to: 2,
      reason: expect.stringMatching(/^data: 42 .*, 98 % of them, came from site 2$/),
    });
    expect(meter.decide(0)).toBeUndefined();
  });

  it("stays where nothing comes from elsewhere, and where what comes is spread over several sites", () => {
    expect(follow(4, 1_000, () => [perSlice, 0, 0, 0])).toEqual({ moves: 0, cost: 0 });
    expect(follow(4, 1_000, () => [10, 10, 10, 10]).moves).toBe(0);
  });

  it("follows a locality that shifts: pays for a move and for what shows that it is worth one", () => {
    const stretch = 20;
    const shifting = (slice: number) =>
      [0, 1, 2].map((site) => (Math.floor(slice / stretch) % 3 === site ? perSlice : 0));
    const { moves, cost } = follow(3, 60 * stretch, shifting);
    expect(moves).toBe(59);
    expect(cost).toBeLessThan(59 * (MOVE + 2 * perSlice) + 1);
  });

  it("gives up running to and fro between two sites that it uses at the same time", () => {
    const slices = 20_000;
    const { moves, cost } = follow(2, slices, () => [perSlice / 2, perSlice / 2]);
    // Without a second thought it would move every fourth slice. Who stays pays for half of the pages.
    expect(moves).toBeLessThan(150);
    expect(cost).toBeLessThan(1.05 * ((slices * perSlice) / 2));
  });

  it("so it does between two sites in turns that are shorter than a move is worth", () => {
    const slices = 20_000;
    const { moves, cost } = follow(2, slices, (slice) => (slice % 2 === 0 ? [perSlice, 0] : [0, perSlice]));
    expect(moves).toBeLessThan(slices / 100);
    expect(cost).toBeLessThan(1.1 * ((slices * perSlice) / 2));
  });

  it("does not hold moves in vain against a process for ever", () => {
    let meter = new FetchMeter(2);
    let at = 0;
    const slice = (pages: number[]): void => {
      meter.fetched(pages.map((count, site) => (site === at ? 0 : count)));
      const decision = meter.decide(at);
      if (decision === undefined) return;
      at = decision.to;
      meter = new FetchMeter(2, meter.image);
    };
    for (let i = 0; i < 1_000; i++) slice([perSlice, perSlice]);
    expect(meter.image.doubts).toBeGreaterThan(4);
    for (let i = 0; i < 2_000; i++) slice([perSlice, 0]);
    expect(at).toBe(0);
    for (let i = 0; i < 2_000; i++) slice([0, perSlice]);
    expect(at).toBe(1);
    expect(meter.image.doubts).toBe(1);
  });

  it("lets a process that is slow to move wait for longer, once it has been slow twice", () => {
    const enough = (meter: FetchMeter): number => {
      for (let slices = 1; slices < 10_000; slices++) {
        meter.fetched([0, 8]);
        if (meter.decide(0) !== undefined) return 8 * slices;
      }
      return Number.NaN;
    };
    let meter = new FetchMeter(2);
    const pages: number[] = [];
    for (let move = 0; move < 6; move++) {
      meter.cameIn(12); // milliseconds: 480 pages
      pages.push(meter.threshold);
      meter = new FetchMeter(2, meter.image);
    }
    expect(pages.map(Math.round)).toEqual([64, 128, 256, 480, 480, 480]);
    expect(enough(meter)).toBeGreaterThan(480);
    meter.cameIn(0.1);
    expect(meter.threshold).toBe(PAGES_FOR_A_MOVE);
  });

  it("does not count what it had fetched where it left, and now has brought after it", () => {
    const meter = new FetchMeter(2);
    for (let i = 0; i < 3; i++) meter.fetched([0, 30]);
    expect(meter.decide(0)?.to).toBe(1);
    const there = new FetchMeter(2, meter.image);
    for (let i = 0; i < 3; i++) there.fetched([30, 0]);
    expect(there.decide(1)).toBeUndefined();
    for (let i = 0; i < 3; i++) there.fetched([30, 0]);
    expect(there.decide(1)?.to).toBe(0);
  });
});
