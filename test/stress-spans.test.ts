import { withDelays } from "@isles/testkit";
import { launch } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/spans.program.ts";

const program = new URL("./dist/spans.program.js", import.meta.url);
/** How often each is repeated; `npm run test:long` sets ISLES_LONG. */
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 10 : 1));
const SEED = Number(process.env.ISLES_SEED ?? 1);

describe.each([2, 4, 8])("overlapping and nested spans on %i sites", (sites) => {
  test.each([
    { home: "block", pageSize: 256, slow: false },
    { home: "cyclic", pageSize: 256, slow: false },
    { home: "first-touch", pageSize: 256, slow: true },
    { home: "launcher", pageSize: 512, slow: false },
    { home: "cyclic", pageSize: 256, slow: true },
  ] as const)("neither deadlock nor tear (%o)", { timeout: 60_000 * TIMES }, async ({ home, pageSize, slow }) => {
    const options = { program, sites };
    const delays = { seed: SEED, part: 0.1, polls: 100 };
    await using cluster = await launch<typeof Program>(slow ? withDelays(options, delays) : options);
    for (let time = 0; time < TIMES; time++) {
      const run = { seed: SEED + time, rounds: 64, length: 200, home, pageSize };
      const results = await cluster.runAll("spans", run);
      expect(
        results.flatMap(({ wrong }) => wrong),
        `seed ${run.seed}`,
      ).toEqual([]);
      const added = results.reduce((sum, result) => sum + result.added, 0);
      expect(await cluster.run("spansSum", run)).toEqual({ sum: added, error: 0 });
    }
  });
});
