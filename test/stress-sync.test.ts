import { withDelays } from "@isles/testkit";
import { type Cluster, launch } from "isles";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as Program from "./src/sync.program.ts";

const program = new URL("./dist/sync.program.js", import.meta.url);
/** How often each is repeated; `npm run test:long` sets ISLES_LONG. */
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 10 : 1));
const SEED = Number(process.env.ISLES_SEED ?? 1);
const seeds = Array.from({ length: TIMES }, (_, k) => SEED + k);

describe.each([
  { sites: 2, slow: false },
  { sites: 4, slow: false },
  { sites: 8, slow: false },
  { sites: 4, slow: true },
])("synchronisation of $sites sites, slow channels: $slow", { timeout: 60_000 * TIMES }, ({ sites, slow }) => {
  let cluster: Cluster<typeof Program>;
  beforeAll(async () => {
    const options = { program, sites };
    cluster = await launch<typeof Program>(slow ? withDelays(options, { seed: SEED, part: 0.2, polls: 100 }) : options);
  });
  afterAll(() => cluster.close());

  test("locks: exclusive, shared, tried, timed", async () => {
    for (const seed of seeds) {
      const results = await cluster.runAll("locks", { seed, rounds: 60 });
      const added = results.reduce((sum, result) => sum + result.added, 0);
      for (const { count, broken } of results)
        expect({ seed, count, broken }).toEqual({ seed, count: added, broken: 0 });
    }
  });

  test("semaphores", async () => {
    for (const seed of seeds) {
      for (const { most, entries } of await cluster.runAll("semaphores", { seed, rounds: 40 })) {
        expect(most).toBeLessThanOrEqual(Math.max(1, sites - 1));
        expect(entries).toBe(40 * sites);
      }
    }
  });

  test("conditions: a bounded buffer", async () => {
    for (const seed of seeds) {
      const results = await cluster.runAll("conditions", { seed, rounds: 30 });
      const put = results.reduce((sum, result) => sum + result.put, 0);
      expect(results.reduce((sum, result) => sum + result.taken, 0)).toBe(put);
    }
  });

  test("barriers, reductions, broadcasts and latches", async () => {
    for (const seed of seeds) {
      expect(await cluster.runAll("collectives", { seed, rounds: 20 })).toEqual(new Array(sites).fill(0));
    }
  });

  test("wait and notify round a ring", async () => {
    for (const seed of seeds) {
      const answers = await cluster.runAll("ring", { seed, rounds: 40 });
      expect(answers.reduce((sum, answer) => sum + answer.ok! + answer["not-equal"]!, 0)).toBeGreaterThan(0);
    }
  });
});
