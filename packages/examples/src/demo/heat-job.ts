/** Heat spreading over the relief of Maunga Whau at several numbers of sites, and its picture. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "isles";
import { type HeatProblem, heatModel, spreadSerially } from "../kernels/heat.ts";
import { drawHeat } from "../picture/heat-picture.ts";
import { HEAT_PROGRESS, type HeatProgram, heatProgram, RELIEF, temperatures } from "../programs/index.ts";
import { findCraterLake } from "../relief/crater.ts";
import { resample } from "../relief/spline.ts";
import { type Grid, loadVolcano, VOLCANO_SPACING_METRES } from "../relief/volcano.ts";
import { type Progress, watch } from "../report/progress.ts";
import { metered } from "../report/traffic.ts";
import { noteOn, type Row, seconds, siteCount } from "./row.ts";

export interface HeatJob {
  /** Cells across. 512 doubles fill a page of 4 KiB, so a multiple of 512 gives every row whole pages. */
  readonly width: number;
  readonly steps: number;
  readonly siteCounts: readonly number[];
  /** Directory for the picture; it is there. */
  readonly out: string;
}

/** Yields a row for every number of sites, then returns the path of the picture. */
export async function* runHeat(job: HeatJob, progress: Progress): AsyncGenerator<Row, string> {
  const measured = await loadVolcano();
  const problem = setUp(measured, job);
  const { field: expected, ms: serialMs } = timeSerially(problem, progress);
  let field = expected;
  for (const sites of job.siteCounts) {
    const { row, field: found } = await runAt(problem, sites, expected, serialMs, progress);
    field = found;
    yield row;
  }
  const cellMetres = (VOLCANO_SPACING_METRES * (measured.width - 1)) / (job.width - 1);
  return savePicture(job.out, problem.relief, field, cellMetres);
}

function setUp(measured: Grid, { width, steps }: HeatJob): HeatProblem {
  // Square cells: as many rows as the measured rectangle asks for.
  const height = Math.round(((width - 1) * (measured.height - 1)) / (measured.width - 1)) + 1;
  const relief = resample(measured, width, height);
  return { relief, steps, source: findCraterLake(relief).cells, model: heatModel(width, steps) };
}

function timeSerially(problem: HeatProblem, progress: Progress): { field: Float64Array; ms: number } {
  const { relief, steps } = problem;
  using task = progress.start(`heat ${relief.width} × ${relief.height}, plain arrays`, steps, "steps");
  const start = performance.now();
  const field = spreadSerially(problem, (finished) => task.update(finished));
  const ms = performance.now() - start;
  task.finish(true, seconds(ms));
  return { field, ms };
}

async function runAt(
  problem: HeatProblem,
  sites: number,
  expected: Float64Array,
  serialMs: number,
  progress: Progress,
) {
  const { relief, source, steps, model } = problem;
  const { width, height, values } = relief;
  using task = progress.start(`heat ${width} × ${height}, ${siteCount(sites)}`, steps, "steps");
  await using cluster = await launch<typeof HeatProgram>({ program: heatProgram, sites });
  const heights = cluster.memory.float64(RELIEF, values.length);
  await heights.async.copyFrom(values);
  const counter = cluster.memory.int32(HEAT_PROGRESS, 1);
  const { result, traffic } = await metered(cluster, () =>
    watch(cluster.runAll("spread", { width, height, steps, model, source }), counter, (finished) =>
      task.update(finished),
    ),
  );
  const last = temperatures(cluster.memory, result[0].field, relief);
  using span = await last.async.read();
  const field = span.view.slice();
  const ms = Math.max(...result.map((answer) => answer.ms));
  const row = {
    job: `heat ${width}×${height}`,
    sites,
    verified: sameBits(field, expected),
    against: "plain, bit-equal",
    ms,
    serialMs,
    traffic,
  };
  task.finish(row.verified, noteOn(row));
  return { row, field };
}

function sameBits(a: Float64Array, b: Float64Array): boolean {
  return bytesOf(a).equals(bytesOf(b));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

async function savePicture(out: string, relief: Grid, field: Float64Array, cellMetres: number): Promise<string> {
  const path = join(out, `heat-${relief.width}x${relief.height}.png`);
  await writeFile(path, drawHeat(relief, field, cellMetres));
  return path;
}
