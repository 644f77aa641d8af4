import { withDelays } from "@isles/testkit";
import { launch } from "isles";
import { describe, expect, test } from "vitest";
import type * as AsyncProgram from "./src/async.program.ts";
import type * as Program from "./src/memory.program.ts";

const program = new URL("./dist/memory.program.js", import.meta.url);
const asyncProgram = new URL("./dist/async.program.js", import.meta.url);
/** How often each is repeated; `npm run test:long` sets ISLES_LONG. */
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 10 : 1));
const SEED = Number(process.env.ISLES_SEED ?? 1);
const seeds = Array.from({ length: TIMES }, (_, k) => SEED + k);
const homes = ["block", "cyclic", "first-touch", "launcher"] as const;

describe.each(homes)("home %s", { timeout: 60_000 * TIMES }, (home) => {
  test.each([
    { sites: 2, pageSize: 256, slow: false },
    { sites: 4, pageSize: 4_096, slow: false },
    { sites: 3, pageSize: 256, slow: true },
  ])("loses no atomic update (%o)", async ({ sites, pageSize, slow }) => {
    const options = { program, sites };
    const delays = { seed: SEED, part: 0.2, polls: 100 };
    await using cluster = await launch<typeof Program>(slow ? withDelays(options, delays) : options);
    for (const seed of seeds) {
      const run = { seed, updates: 1_000, length: 1_000, pageSize, home };
      await cluster.runAll("updates", run);
      expect(await cluster.run("updatesSum", run)).toEqual({ sum: 1_000 * sites, isZero: true });
    }
  });

  test("serves every share to everybody, with prefetches", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 4 });
    for (const pageSize of [256, 1_024, 65_536]) {
      expect(await cluster.runAll("homes", { home, pageSize })).toEqual([0, 0, 0, 0]);
    }
  });
});

describe("free", { timeout: 60_000 * TIMES }, () => {
  test("a name made again is fresh", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 4 });
    expect(await cluster.runAll("recreate", { rounds: 30 * TIMES, seed: SEED })).toEqual([0, 0, 0, 0]);
  });

  test.each([false, true])("under somebody's feet is a ReleasedError, slow channels: %s", async (slow) => {
    const options = { program, sites: 4 };
    const delays = { seed: SEED, part: 0.2, polls: 200 };
    await using cluster = await launch<typeof Program>(slow ? withDelays(options, delays) : options);
    for (const seed of seeds) {
      const found = await cluster.runAll("freedUnderfoot", { rounds: 10, seed });
      expect(found[0]).toEqual(["ReleasedError"]);
      for (const names of found) for (const name of names) expect(["ReleasedError", "no error"]).toContain(name);
      for (let round = 0; round < 10; round++) {
        await expect(cluster.memory.async.free(`doomed ${round}`)).rejects.toThrow("no shared array");
      }
    }
  });
});

describe("asynchronous twins", { timeout: 60_000 * TIMES }, () => {
  test.each([false, true])("count together with blocking sites, slow channels: %s", async (slow) => {
    const options = { program: asyncProgram, sites: 4 };
    const delays = { seed: SEED, part: 0.2, polls: 100 };
    await using cluster = await launch<typeof AsyncProgram>(slow ? withDelays(options, delays) : options);
    for (const seed of seeds) {
      const run = { seed, rounds: 100, length: 200 };
      const added = await cluster.runAll("mixed", run);
      using all = await cluster.memory.int32(`mixed ${seed}`, 200, {}).async.read();
      expect(all.view.reduce((sum, value) => sum + value, 0)).toBe(added.reduce((sum, value) => sum + value, 0));
    }
  });

  test("locks and collectives", async () => {
    await using cluster = await launch<typeof AsyncProgram>({ program: asyncProgram, sites: 3 });
    for (const seed of seeds) {
      for (const { count, added } of await cluster.runAll("asyncSync", { seed, rounds: 10, length: 1 }))
        expect(count).toBe(added);
    }
  });

  test("of the launcher work while sites block", async () => {
    await using cluster = await launch<typeof AsyncProgram>({ program: asyncProgram, sites: 3 });
    for (const seed of seeds) {
      const run = { seed, rounds: 200, length: 100 };
      const array = await cluster.memory.async.float64(`launcher ${seed}`, 100, { pageSize: 256 });
      const sites = cluster.runAll("withLauncher", run);
      for (let round = 0; round < 100; round++) await array.async.add(round % 100, 1);
      await sites;
      using all = await array.async.read();
      expect(all.view.reduce((sum, value) => sum + value, 0)).toBe(100 + 3 * 200);
    }
  });

  test("a loop of awaited loads sees another site's store", async () => {
    await using cluster = await launch<typeof AsyncProgram>({ program: asyncProgram, sites: 2 });
    expect(await cluster.runAll("awaitFlag")).toHaveLength(2);
  });
});

test.each([
  { type: "int8", length: 2 ** 31 + 4_096 },
  { type: "float64", length: 2 ** 28 + 1_000 },
] as const)("$length elements of $type: more than 31 bits hold", async ({ type, length }) => {
  await using cluster = await launch<typeof Program>({ program, sites: 2 });
  const [one, two] = await cluster.runAll("huge", { type, length });
  const places = type === "int8" ? 8 : 5;
  const expected = [...Array.from({ length: places }, (_, k) => k + 1), 50, 50, 51, 14];
  expect(one).toEqual(expected);
  expect(two).toEqual(expected);
});
