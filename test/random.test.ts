import {
  checkSequentialConsistency,
  formatTrace,
  type RandomProgram,
  type RandomRun,
  traceRandom,
  withDelays,
} from "@isles/testkit";
import { type Cluster, launch } from "isles";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failedRuns } from "./random-seeds.ts";

const program = new URL("./dist/random.program.js", import.meta.url);
const SEED = Number(process.env.ISLES_SEED ?? 1);
const SEEDS = Number(process.env.ISLES_SEEDS ?? 30);

/** Runs a random program and fails with its seed and its trace unless the trace is sequentially consistent. */
async function check(cluster: Cluster<RandomProgram>, run: RandomRun): Promise<void> {
  const trace = await traceRandom(cluster, run);
  const { answer, stuck } = checkSequentialConsistency(trace);
  if (answer !== "consistent") {
    expect.fail(`${answer}: add ${JSON.stringify(run)} to random-seeds.ts\n${stuck}\n${formatTrace(trace)}`);
  }
}

describe.each([
  { sites: 2, slow: false },
  { sites: 3, slow: false },
  { sites: 4, slow: false },
  { sites: 2, slow: true },
  { sites: 3, slow: true },
  { sites: 4, slow: true },
])("random programs on $sites sites, slow channels: $slow", ({ sites, slow }) => {
  let cluster: Cluster<RandomProgram>;
  beforeAll(async () => {
    const options = { program, sites };
    const delays = { seed: SEED, part: 0.2, polls: 300 };
    cluster = await launch<RandomProgram>(slow ? withDelays(options, delays) : options);
  });
  afterAll(() => cluster.close());

  test.each(failedRuns.filter((run) => run.sites === sites))("a run that failed once: %o", (run) => check(cluster, run));

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
