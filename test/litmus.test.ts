import {
  type DelayOptions,
  isForbidden,
  type LitmusLayout,
  type LitmusProgram,
  legalOutcomes,
  litmusTests,
  observeLitmus,
  withDelays,
  withMovingHomes,
} from "@isles/testkit";
import { type Cluster, launch } from "isles";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** Each test runs this often, times the instances, in each layout and weather; `npm run test:long` sets ISLES_LONG. */
const ROUNDS = Number(process.env.ISLES_LITMUS_ROUNDS ?? (process.env.ISLES_LONG === "1" ? 16 : 2));
const INSTANCES = 96;
const SEED = Number(process.env.ISLES_SEED ?? 1);

const program = new URL("./dist/litmus.program.js", import.meta.url);
interface Weather {
  readonly delays?: DelayOptions;
  /** Every write-back takes the page's home along. */
  readonly homesMove?: boolean;
}
const weathers: Record<string, Weather> = {
  "direct channels": {},
  "slow channels": { delays: { seed: SEED, part: 0.3, polls: 200 } },
  "one slow channel": { delays: { seed: SEED, part: 1, polls: 2_000, from: 1, to: 2 } },
  "direct channels, homes that move": { homesMove: true },
  "slow channels, homes that move": { delays: { seed: SEED, part: 0.3, polls: 200 }, homesMove: true },
};
const layouts: LitmusLayout[] = ["own-pages", "one-page", "launcher"];

/** Over all layouts and weathers, by test. */
const seenAtAll = new Map<string, Set<string>>();

// Eviction pressure, the table's mode (iii), has no place here yet: the runtime keeps every page until it is asked for.
describe.each(Object.keys(weathers))("litmus over %s", (weather) => {
  const { delays, homesMove = false } = weathers[weather]!;
  let cluster: Cluster<LitmusProgram>;
  beforeAll(async () => {
    const calm = homesMove ? withMovingHomes({ program, sites: 4 }) : { program, sites: 4 };
    cluster = await launch<LitmusProgram>(delays === undefined ? calm : withDelays(calm, delays));
  });
  afterAll(() => cluster.close());

  describe.each(layouts)("variables on %s", (layout) => {
    test.each(litmusTests.map((row) => ({ name: row.test.name, litmus: row.test })))("$name", async ({ litmus }) => {
      const run = {
        test: litmus,
        layout,
        rounds: ROUNDS,
        instances: INSTANCES,
        seed: SEED,
        homeMigration: homesMove,
        prefetch: weather === "one slow channel",
      };
      const seen = await observeLitmus(cluster, run);
      const outcomes = [...seen.keys()];
      const legal = legalOutcomes(litmus);
      expect(outcomes.filter((outcome) => isForbidden(litmus, outcome))).toEqual([]);
      expect(outcomes.filter((outcome) => !legal.has(outcome))).toEqual([]);
      const all = seenAtAll.get(litmus.name) ?? new Set();
      for (const outcome of outcomes) all.add(outcome);
      seenAtAll.set(litmus.name, all);
    });
  });

  if (homesMove) {
    test("homes did move", async () => {
      const { sites } = await cluster.stats();
      expect(sites.reduce((sum, { homeMoves }) => sum + homeMoves, 0)).toBeGreaterThan(100);
    });
  }
});

test.each(litmusTests.map((row) => ({ name: row.test.name, legal: legalOutcomes(row.test) })))(
  "$name shows more than one legal outcome, so the sites do overlap",
  ({ name, legal }) => {
    if (process.env.ISLES_VERBOSE) console.log(name, seenAtAll.get(name)?.size, "of", legal.size);
    expect(seenAtAll.get(name)!.size).toBeGreaterThan(legal.size > 1 ? 1 : 0);
  },
);
