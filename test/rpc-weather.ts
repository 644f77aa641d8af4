import { withDelays } from "@isles/testkit";
import { launch } from "isles";
import { expect } from "vitest";
import type * as Program from "./src/rpc-weather.program.ts";

const program = new URL("./dist/rpc-weather.program.js", import.meta.url);

/** Random calls over slow channels: the right results, the right sums, and nothing said of which no caller heard. */
export async function weather(seed: number, { times, steps }: { times: number; steps: number }): Promise<void> {
  const sites = 2 + (seed % 3);
  const options = { program, sites };
  const isSlow = seed % 4 !== 0;
  const delays = { seed, part: [0.05, 0.2, 0.5][seed % 3]!, polls: [20, 100, 5][seed % 3]! };
  const warnings: Error[] = [];
  const warned = (warning: Error): void => void warnings.push(warning);
  process.on("warning", warned);
  try {
    await using cluster = await launch<typeof Program>(isSlow ? withDelays(options, delays) : options);
    await cluster.runAll("serve");
    for (let time = 0; time < times; time++) {
      for (const how of ["blocking", "promises"] as const) {
        const run = { seed: seed * 1_000 + time, steps, name: `${how} ${time}` };
        const results = await cluster.runAll(how, run);
        expect(
          results.flatMap(({ wrong }) => wrong),
          `${how}, seed ${run.seed} of ${seed}`,
        ).toEqual([]);
        const added = results.reduce((sum, result) => sum + result.added, 0);
        expect(await cluster.run("least", run.name, { site: 0 }), `${how}, seed ${run.seed} of ${seed}`).toEqual([
          added,
          added,
        ]);
      }
    }
    for (const { malformed, unheard } of (await cluster.stats()).rpc)
      expect({ malformed, unheard }, `seed ${seed}`).toEqual({ malformed: 0, unheard: 0 });
  } finally {
    process.off("warning", warned);
  }
  expect(warnings).toEqual([]);
}
