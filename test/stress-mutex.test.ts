import { withDelays } from "@isles/testkit";
import { launch } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/mutex.program.ts";

const program = new URL("./dist/mutex.program.js", import.meta.url);
/** How often each is repeated; `npm run test:long` sets ISLES_LONG. */
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 10 : 1));

describe.each([
  { algorithm: "dekker", sites: 2, rounds: 200 },
  { algorithm: "peterson", sites: 2, rounds: 200 },
  { algorithm: "filter", sites: 3, rounds: 30 },
  { algorithm: "bakery", sites: 4, rounds: 30 },
] as const)("$algorithm on $sites sites", ({ algorithm, sites, rounds }) => {
  test.each([
    { together: true, slow: false },
    { together: false, slow: false },
    { together: false, slow: true },
  ])("excludes, with plain loads and stores (%o)", { timeout: 60_000 * TIMES }, async ({ together, slow }) => {
    const delays = { seed: 1, part: 0.2, polls: 100 };
    const options = { program, sites };
    await using cluster = await launch<typeof Program>(slow ? withDelays(options, delays) : options);
    for (let time = 0; time < TIMES; time++) {
      const count = Math.ceil(rounds / (slow ? 4 : 1));
      const run = { algorithm, rounds: count, together, name: `mutex ${time}` };
      expect(await cluster.runAll("mutex", run)).toEqual(new Array(sites).fill(count * sites));
    }
  });
});

test.each(["uint8", "int32"] as const)(
  "neighbouring %s elements of one page, written by different sites, all survive",
  async (type) => {
    await using cluster = await launch<typeof Program>({ program, sites: 4 });
    expect(await cluster.runAll("neighbours", { type, length: 200, rounds: 20 * TIMES })).toEqual([0, 0, 0, 0]);
  },
);
