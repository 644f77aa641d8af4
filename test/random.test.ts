import {
  checkSequentialConsistency,
  formatTrace,
  type RandomProgram,
  type RandomRun,
  traceRandom,
  withDelays,
  withMovingHomes,
} from "@isles/testkit";
import { type Cluster, type LaunchOptions, launch } from "isles";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failedRuns } from "./random-seeds.ts";

const program = new URL("./dist/random.program.js", import.meta.url);
const SEED = Number(process.env.ISLES_SEED ?? 1);
const SEEDS = Number(process.env.ISLES_SEEDS ?? (process.env.ISLES_LONG === "1" ? 500 : 30));

/** Runs a random program and fails with its seed and its trace unless the trace is sequentially consistent. */
async function check(cluster: Cluster<RandomProgram>, run: RandomRun): Promise<void> {
  const trace = await traceRandom(cluster, run);
  const { answer, stuck } = checkSequentialConsistency(trace);
  if (answer !== "consistent") {
    expect.fail(`${answer}: add ${JSON.stringify(run)} to random-seeds.ts\n${stuck}\n${formatTrace(trace)}`);
  }
}

const gusty = { seed: SEED, part: 0.2, polls: 300 };
// What one site says to one other comes long after everything else.
const oneSlowChannel = { seed: SEED, part: 0.5, polls: 4_000, from: 1, to: 0 };
const weathers = {
  calm: (options: LaunchOptions) => options,
  gusty: (options: LaunchOptions) => withDelays(options, gusty),
  "one slow channel": (options: LaunchOptions) => withDelays(options, oneSlowChannel),
  "calm, homes that move": withMovingHomes,
  "gusty, homes that move": (options: LaunchOptions) => withMovingHomes(withDelays(options, gusty)),
  "one slow channel, homes that move": (options: LaunchOptions) => withMovingHomes(withDelays(options, oneSlowChannel)),
} as const;

describe.each(
  [2, 3, 4].flatMap((sites) =>
    Object.keys(weathers).map((weather) => ({ sites, weather: weather as keyof typeof weathers })),
  ),
)("random programs on $sites sites, weather: $weather", ({ sites, weather }) => {
  let cluster: Cluster<RandomProgram>;
  beforeAll(async () => {
    cluster = await launch<RandomProgram>(weathers[weather]({ program, sites }));
  });
  afterAll(() => cluster.close());

  test.each(failedRuns.filter((run) => run.sites === sites))("a run that failed once: %o", (run) =>
    check(cluster, run),
  );

  test(`${SEEDS} seeds from ${SEED} on`, { timeout: 30_000 + SEEDS * 1_000 }, async () => {
    for (let seed = SEED; seed < SEED + SEEDS; seed++) {
      const run = { seed, sites, operations: 30, async: seed % 4 === 0 };
      try {
        await check(cluster, run);
      } catch (error) {
        throw new Error(`random program ${JSON.stringify(run)}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
});
