import {
  type DelayOptions,
  isForbidden,
  type LitmusLayout,
  type LitmusTest,
  observeLitmus,
  parseLitmus,
  syncedLitmusTests,
  withDelays,
} from "@isles/testkit";
import { type Cluster, type LaunchOptions, launch, type SharedArray } from "isles";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as Program from "./src/release.program.ts";
import { type CallRun, type FreeResult, type FreeRun, mixed } from "./src/release.program.ts";

const program = new URL("./dist/release.program.js", import.meta.url);
const IS_LONG = process.env.ISLES_LONG === "1";
const SEED = Number(process.env.ISLES_SEED ?? 1);
const SEEDS = Number(process.env.ISLES_SEEDS ?? (IS_LONG ? 300 : 6));
const ROUNDS = Number(process.env.ISLES_LITMUS_ROUNDS ?? (IS_LONG ? 16 : 2));
const INSTANCES = IS_LONG ? 48 : 8;

const weathers: Record<string, DelayOptions | undefined> = {
  "direct channels": undefined,
  "slow channels": { seed: SEED, part: 0.3, polls: 200 },
  "one slow channel": { seed: SEED, part: 1, polls: 400, from: 1, to: 2 },
};
const layouts: LitmusLayout[] = ["own-pages", "one-page", "launcher"];

const launched = (weather: string, sites: number): Promise<Cluster<typeof Program>> => {
  const options: LaunchOptions = { program, sites };
  const delays = weathers[weather];
  return launch<typeof Program>(delays === undefined ? options : withDelays(options, delays));
};

/** How the operations of a test synchronise: in both ways, though each time in one of them only. */
function mannersOf(weather: string, layout: LitmusLayout, litmus: LitmusTest): ("atomic" | "lock")[] {
  if (IS_LONG) return ["atomic", "lock"];
  const at = Object.keys(weathers).indexOf(weather) + layouts.indexOf(layout) + syncedLitmusTests.indexOf(litmus);
  return [at % 2 === 0 ? "atomic" : "lock"];
}

describe.each(Object.keys(weathers))("release consistency over %s", (weather) => {
  let cluster: Cluster<typeof Program>;
  beforeAll(async () => {
    cluster = await launched(weather, 4);
    await cluster.runAll("serve");
  });
  afterAll(() => cluster.close());

  const run = { rounds: ROUNDS, instances: INSTANCES, seed: SEED, consistency: "release" } as const;
  describe.each(layouts)("litmus, variables on %s", (layout) => {
    test.each(syncedLitmusTests.map((litmus) => ({ name: litmus.name, litmus })))(
      "$name synchronised: what is forbidden is never seen",
      async ({ litmus }) => {
        for (const manner of mannersOf(weather, layout, litmus)) {
          const seen = await observeLitmus(cluster, { ...run, test: litmus, layout, manner });
          const forbidden = [...seen].filter(([outcome]) => isForbidden(litmus, outcome));
          expect({ manner, forbidden }).toEqual({ manner, forbidden: [] });
        }
      },
    );

    test("what a site itself wrote it sees, and the last it wrote stays, without any synchronisation", async () => {
      for (const [text, forbidden] of [
        ["x=1 a=x x=2 b=x", "a=0"],
        ["x=1 a=x x=2 b=x", "b=1"],
        ["x=1 x=2", "x=1"],
        ["a=x x=1", "a=1"],
      ] as const) {
        const litmus = parseLitmus(text, text, forbidden);
        const seen = await observeLitmus(cluster, { ...run, test: litmus, layout });
        expect([...seen.keys()].filter((outcome) => isForbidden(litmus, outcome))).toEqual([]);
      }
    });
  });

  test.runIf(weather === "direct channels")(
    "SB without synchronisation shows what sequential consistency forbids: the price",
    async () => {
      const litmus = parseLitmus("SB", "x=1 a=y // y=1 b=x", "a=0 b=0");
      const seen = await observeLitmus(cluster, { ...run, rounds: 16, test: litmus, layout: "launcher" });
      expect([...seen.keys()].some((outcome) => isForbidden(litmus, outcome))).toBe(true);
    },
  );

  const manners: CallRun["manner"][] = ["blocking", "async", "throws", "oneWay", "callback", "stream", "post"];
  test.each(manners.flatMap((manner) => [false, true].map((held) => ({ manner, held }))))(
    "a call by $manner, its answer and what it writes are told with it (a span is held: $held)",
    async ({ manner, held }) => {
      const wrong = await cluster.runAll("calls", { manner, held, rounds: IS_LONG ? 200 : 10 });
      expect(wrong.flat()).toEqual([]);
    },
  );

  test("atomic operations lose nothing, and tell what was written before", async () => {
    const rounds = IS_LONG ? 200 : 25;
    for (let seed = SEED; seed < SEED + 4; seed++) {
      const results = await cluster.runAll("sums", { seed, rounds });
      for (const { totals, wrong } of results) {
        expect([seed, totals.reduce((a, b) => a + b), wrong]).toEqual([seed, 4 * rounds, 0]);
      }
    }
  });

  test("the launcher's calls and runs: each sees what the one before has written", async () => {
    const name = `launcher, ${weather}`;
    const array = await cluster.memory.async.int32(name, 64, { pageSize: 256, consistency: "release" });
    using held = await array.async.read();
    for (let round = 1; round <= 20; round++) {
      await array.async.set(5, round);
      expect(await cluster.runAll("addOne", { name, from: 5 })).toEqual([round, round, round, round]);
      expect([...held.view.subarray(5, 10)]).toEqual([round, round, round + 1, round + 2, round + 3]);
      expect(await array.async.get(9)).toBe(round + 3);
      const span = await array.async.write(20, 21);
      span.view[0] = round;
      span.release();
      const site = round % 4;
      expect(await cluster.run("addOne", { name, from: 20 }, { site })).toBe(round);
      expect(await array.async.get(21 + site)).toBe(round + site);
    }
  });
});

/** Throws unless the steps on each word follow each other, and nobody saw what he must not. */
function judge(run: FreeRun, results: readonly FreeResult[]): void {
  const wrong = results.flatMap((result) => result.wrong);
  if (wrong.length > 0)
    throw new Error(`${JSON.stringify(run)}: ${wrong.length} wrong notes: ${wrong.slice(0, 3).join("; ")}`);
  const steps = results.flatMap((result, site) => result.steps.map((step, op) => ({ ...step, site, op })));
  for (const word of new Set(steps.map((step) => step.word))) {
    const inOrder = steps.filter((step) => step.word === word).sort((a, b) => a.count - b.count);
    let value = 0;
    for (const [at, { count, before, after, site, op }] of inOrder.entries()) {
      const isNext = count === at && before === value && after === mixed(before, site, op);
      if (!isNext)
        throw new Error(
          `${JSON.stringify(run)}: word ${word}, step ${at}: site ${site} saw the ${count}th value ${before}`,
        );
      value = after;
    }
  }
}

const everywhere = [2, 3, 4].flatMap((sites) => Object.keys(weathers).map((weather) => ({ sites, weather })));
/** A Latin square would be too much each time: each number of sites in one weather. */
const somewhere = everywhere.filter((_, i) => i % 4 === 0);

describe.each(IS_LONG ? everywhere : somewhere)(
  "random programs without data races on $sites sites over $weather",
  ({ sites, weather }) => {
    let cluster: Cluster<typeof Program>;
    beforeAll(async () => {
      cluster = await launched(weather, sites);
    });
    afterAll(() => cluster.close());

    test(`${SEEDS} seeds from ${SEED} on compute what one memory would`, {
      timeout: 30_000 + SEEDS * 1_000,
    }, async () => {
      for (let seed = SEED; seed < SEED + SEEDS; seed++) {
        const run = { seed, operations: 12, phases: 3 };
        judge(run, await cluster.runAll("free", run));
      }
    });
  },
);

describe("the checks of those programs", () => {
  test("find nothing under sequential consistency, and something where there are no locks", {
    timeout: 60_000,
  }, async () => {
    await using cluster = await launched("direct channels", 3);
    const run = { seed: SEED, operations: 12, phases: 3 };
    judge(run, await cluster.runAll("free", { ...run, consistency: "sequential" }));
    let found = 0;
    for (let seed = SEED; seed < SEED + 3; seed++) {
      const racy = { seed, operations: 12, phases: 3, racy: true };
      try {
        judge(racy, await cluster.runAll("free", racy));
      } catch {
        found++;
      }
    }
    expect(found).toBeGreaterThan(0);
  });
});

describe("when a site is lost", () => {
  const hows = ["unlock", "barrier", "atomic", "run", "refresh"] as const;
  test.each(hows.map((how, i) => ({ how, lost: 1 + (i % 2) })))(
    "whoever releases, in $how, while site $lost says nothing, gets a SiteDownError within a second",
    async ({ how, lost }) => {
      await using cluster = await launch<typeof Program>({ program, sites: 3 });
      const running = cluster.runAll("stuck", { how }).catch((error: unknown) => error as Error);
      await new Promise((resolve) => setTimeout(resolve, 150));
      const start = performance.now();
      await cluster.kill(lost);
      expect(((await running) as Error).name).toBe("SiteDownError");
      expect(performance.now() - start).toBeLessThan(2_000);
    },
  );
});

describe("a run that throws", () => {
  test("has told what it wrote, and lets its lock go, whatever it had not released", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 3 });
    await expect(cluster.runAll("throwing")).rejects.toThrow("on purpose");
    expect(await cluster.runAll("afterThrowing")).toEqual([0, 1, 2].map(() => [7, 8]));
  });
});

describe("a process", () => {
  test("sees, wherever it goes, what it wrote where it was", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 3 });
    const array: SharedArray<Int32Array> = await cluster.memory.async.int32("wandering", 64, {
      pageSize: 256,
      consistency: "release",
      home: 2,
    });
    const stop = await cluster.memory.async.int32("stop", 1, { home: "launcher" });
    const walker = await cluster.spawn("wander", [array, stop], { site: 0 });
    for (let move = 1; move <= 9; move++) {
      const [before, deadline] = [await array.async.get(0), Date.now() + 5_000];
      while ((await array.async.get(0)) === before) {
        if (Date.now() > deadline) throw new Error(`nothing is seen of what the process does after step ${before}`);
      }
      await cluster.runAll("peek", { name: "wandering" }); // copies everywhere, to go stale
      await walker.migrate(move % 3);
    }
    await stop.async.set(0, 1);
    const { steps, wrong, places } = (await walker.result) as { steps: number; wrong: number; places: number[] };
    expect({ wrong, places }).toEqual({ wrong: 0, places: [0, 1, 2] });
    expect(await array.async.get(0)).toBe(steps);
    expect(await cluster.runAll("peek", { name: "wandering" })).toEqual([steps, steps, steps]);
  });
});
