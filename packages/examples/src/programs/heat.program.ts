/**
 * Heat spreading over a relief on shared memory, one program for any number of sites; the model is in
 * ../kernels/heat.ts.
 *
 * The launcher writes the heights. Each site owns some consecutive rows of the two temperature fields; a step reads
 * one of them, with one row of each neighbour, and writes its own rows of the other. With rows of whole pages no page
 * has two writers.
 */
import type { Memory, SharedArray, Site } from "isles";
import { COLD, type Faces, faces, type HeatModel, holdSource, relax } from "../kernels/heat.ts";
import { pageSizeFor } from "./page-size.ts";

/** Cells across and down. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** What to simulate. The heights are in shared memory, under `RELIEF`. */
export interface HeatTask extends Extent {
  readonly steps: number;
  readonly model: HeatModel;
  /** Cells of the lava lake, as indices into the grid, none of them on the border. */
  readonly source: Int32Array;
}

/** Step 0, 2, 4 … reads the even field and writes the odd one. */
export type FieldName = "even" | "odd";

/** What a site reports. */
export interface HeatAnswer {
  /** The field that holds the last temperatures. */
  readonly field: FieldName;
  /** Time of the steps. */
  readonly ms: number;
}

/** Shared arrays that the launcher uses: the heights, and how many steps are done. */
export const RELIEF = "relief";
export const HEAT_PROGRESS = "heat progress";

/** One of the two fields. Neighbours read each other's rows, so a page is a row, if it can. */
export function temperatures(memory: Memory, name: FieldName, { width, height }: Extent): SharedArray<Float64Array> {
  const pageSize = pageSizeFor(width * Float64Array.BYTES_PER_ELEMENT);
  return memory.float64(name, width * height, { pageSize });
}

/** Steps between two reports of progress: reporting takes the page from the launcher, so it is kept rare. */
const REPORT_STEPS = 25;

/** Rows computed between two looks at the mail. */
const POLL_ROWS = 4;

/** Runs the simulation. */
export function spread(site: Site, task: HeatTask): HeatAnswer {
  const { width, height, steps, model } = task;
  const even = temperatures(site.memory, "even", task);
  const odd = temperatures(site.memory, "odd", task);
  const progress = site.memory.int32(HEAT_PROGRESS, 1);
  const rows = site.share(height - 2);
  // This site's rows, and those with one more on either side, as ranges of elements. Row 0 of the grid is border.
  const own = { start: (rows.start + 1) * width, end: (rows.end + 1) * width };
  const around = { start: rows.start * width, end: (rows.end + 2) * width };
  const drifts = driftsAround(site, around, task);
  const lake = task.source.filter((cell) => cell >= own.start && cell < own.end).map((cell) => cell - own.start);
  chill(site, even, task, own, lake);
  chill(site, odd, task, own, lake);
  // Every row has its first temperatures before a neighbour reads it.
  site.barrier();
  const start = performance.now();
  for (let step = 0; step < steps; step++) {
    const [from, to] = step % 2 === 0 ? [even, odd] : [odd, even];
    {
      using src = from.read(around.start, around.end);
      using dst = to.write(own.start, own.end);
      const work = { width, faces: drifts, from: src.view, to: dst.view };
      const height = rows.end - rows.start;
      for (let start = 0; start < height; start += POLL_ROWS) {
        relax(work, model, start, Math.min(start + POLL_ROWS, height));
        site.poll();
      }
      holdSource(dst.view, lake);
    }
    // One barrier a step: the rows just written are complete before they are read in the next step, and the rows just
    // read are no longer needed before they are written in the next step. Two fields make one barrier enough for
    // both.
    site.barrier();
    if (site.id === 0 && (step + 1) % REPORT_STEPS === 0) progress.set(0, step + 1);
  }
  return { field: steps % 2 === 0 ? "even" : "odd", ms: performance.now() - start };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The drifts depend on the relief alone: computed once, from shared heights, into private memory. */
function driftsAround(site: Site, around: Range, { width, height, model }: HeatTask): Faces {
  using heights = site.memory.float64(RELIEF, width * height).read(around.start, around.end);
  return faces(heights.view, width, model);
}

/** Cold ground in this site's rows, the lake apart; the border rows belong to the outermost sites. */
function chill(
  site: Site,
  field: SharedArray<Float64Array>,
  { width, height }: HeatTask,
  own: Range,
  lake: Int32Array,
): void {
  if (site.id === 0) field.fill(COLD, 0, width);
  if (site.id === site.count - 1) field.fill(COLD, width * (height - 1), width * height);
  using rows = field.write(own.start, own.end);
  rows.view.fill(COLD);
  holdSource(rows.view, lake);
}
