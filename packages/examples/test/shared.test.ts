import {
  CG_CLASSES,
  type CgProgram,
  cgProgram,
  findCraterLake,
  type HeatProgram,
  heatModel,
  heatProgram,
  loadVolcano,
  RELIEF,
  resample,
  spreadSerially,
  temperatures,
  zetaIsVerified,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

describe("CG on shared memory", () => {
  it.each([1, 2, 3])("finds the published zeta of class S at %i sites, twice", async (sites) => {
    await using cluster = await launch<typeof CgProgram>({ program: cgProgram, sites });
    await cluster.runAll("prepare", { className: "S" });
    for (let run = 0; run < 2; run++) {
      const answers = await cluster.runAll("solve", { className: "S" });
      expect(answers).toHaveLength(sites);
      for (const { zeta } of answers) expect(zetaIsVerified(CG_CLASSES.S, zeta)).toBe(true);
      // Every site sees the same sums.
      expect(new Set(answers.map(({ zeta, rnorm }) => `${zeta} ${rnorm}`)).size).toBe(1);
    }
  });
});

describe("heat on shared memory", () => {
  // 87 doubles a row: pages hold rows of several sites. 512: every row is a page.
  it.each([
    { sites: 1, width: 87, height: 61 },
    { sites: 2, width: 87, height: 61 },
    { sites: 3, width: 87, height: 61 },
    { sites: 2, width: 512, height: 40 },
    { sites: 3, width: 512, height: 40 },
  ])("is bit-equal to plain arrays at $sites sites, $width × $height", async ({ sites, width, height }) => {
    const relief = resample(await loadVolcano(), width, height);
    const steps = 61;
    const { cells: source } = findCraterLake(relief);
    const model = heatModel(width, steps);
    const expected = spreadSerially({ relief, source, steps, model });
    await using cluster = await launch<typeof HeatProgram>({ program: heatProgram, sites });
    const heights = cluster.memory.float64(RELIEF, width * height);
    await heights.async.copyFrom(relief.values);
    const [{ field }] = await cluster.runAll("spread", { width, height, steps, model, source });
    const last = temperatures(cluster.memory, field, relief);
    using found = await last.async.read();
    expect(Buffer.from(found.view.slice().buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  });
});
