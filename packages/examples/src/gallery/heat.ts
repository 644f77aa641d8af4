import { launch } from "isles";
import { sameBits } from "../kernel/compare.ts";
import type { SizeName } from "../kernel/contract.ts";
import { problemOf } from "../kernel/run-kernel.ts";
import { type HeatProblem, heatModel, spreadSerially } from "../kernels/heat.ts";
import { drawHeat } from "../picture/heat-picture.ts";
import { HEAT_PROGRESS, type HeatProgram, heatProgram, RELIEF, temperatures } from "../programs/index.ts";
import { findCraterLake } from "../relief/crater.ts";
import { resample } from "../relief/spline.ts";
import { loadVolcano, VOLCANO_SPACING_METRES } from "../relief/volcano.ts";
import { watch } from "../report/progress.ts";
import { metered } from "../report/traffic.ts";
import type { Example, Outcome, OwnRequest } from "./example.ts";

/** Cells across the measured rectangle, and steps. */
const SIZES: Partial<Record<SizeName, { readonly width: number; readonly steps: number }>> = {
  tiny: { width: 128, steps: 100 },
  S: { width: 512, steps: 400 },
  W: { width: 1024, steps: 2000 },
};

export const heatExample: Example = {
  name: "heat",
  title: "Heat spreads from a volcano's crater and runs downhill",
  about:
    "Explicit finite differences over the measured heights of Maunga Whau, Auckland (R's `volcano`, from the package vega-datasets). Each site\n" +
    "owns some rows of two temperature fields; a step reads one field, with a row of each neighbour, and writes the other. One barrier a step.",
  sizes: { tiny: "128 × 90, 100 steps", S: "512 × 358, 400 steps", W: "1024 × 715, 2000 steps" },
  own: { source: "programs/heat.program.ts", draws: true, run },
};

async function run({ sites, size, task }: OwnRequest): Promise<Outcome> {
  const { problem, cellMetres } = await problemFor(size);
  const { relief, source, steps, model } = problem;
  const { width, height, values } = relief;
  await using cluster = await launch<typeof HeatProgram>({ program: heatProgram, sites });
  const heights = cluster.memory.float64(RELIEF, values.length);
  await heights.async.copyFrom(values);
  const counter = cluster.memory.int32(HEAT_PROGRESS, 1);
  const { result, traffic } = await metered(cluster, () =>
    watch(cluster.runAll("spread", { width, height, steps, model, source }), counter, (done) =>
      task.update(done, steps),
    ),
  );
  const last = temperatures(cluster.memory, result[0].field, relief);
  using span = await last.async.read();
  const field = span.view.slice();
  return {
    verdict: sameBits(field, spreadSerially(problem)),
    seconds: Math.max(...result.map(({ ms }) => ms)) / 1000,
    traffic,
    picture: { extension: "png", content: drawHeat(relief, field, cellMetres) },
  };
}

async function problemFor(size: SizeName): Promise<{ problem: HeatProblem; cellMetres: number }> {
  const { width, steps } = problemOf("heat", SIZES, size);
  const measured = await loadVolcano();
  // Square cells: as many rows as the measured rectangle asks for.
  const height = Math.round(((width - 1) * (measured.height - 1)) / (measured.width - 1)) + 1;
  const relief = resample(measured, width, height);
  return {
    problem: { relief, steps, source: findCraterLake(relief).cells, model: heatModel(width, steps) },
    cellMetres: (VOLCANO_SPACING_METRES * (measured.width - 1)) / (width - 1),
  };
}
