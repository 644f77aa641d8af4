/**
 * Heat that spreads over a relief: conducted in all directions alike, and carried downhill, faster on steeper slopes,
 *
 *     ∂T/∂t = ∇·(κ ∇T − v T) − λ T      with v the downhill speed (drift and diffusion: Smoluchowski's equation)
 *
 * T = 1 is held in the lava lake of the crater and T = 0 (see COLD) on the border. Explicit finite differences in
 * flux form, one step and one cell as units: from j to its neighbour i flows κ (Tⱼ − Tᵢ) + ½ w (Tⱼ + Tᵢ), w being the
 * drift from j to i. What leaves one cell enters the next, so without loss (λ = 0) the sum of T changes only at the
 * border and in the lake.
 */
import type { Grid } from "../relief/volcano.ts";

/** The constants of the model, per step and cell. */
export interface HeatModel {
  /**
   * κ: share of a temperature difference that is evened out between two neighbours. At most ¼, or the scheme is
   * unstable.
   */
  readonly conduction: number;
  /**
   * Speed limit of the drift. At most 2 κ (cell Péclet number 2), or the scheme makes cold spots below zero. That is
   * enough where the relief is smooth, and as much drift enters a cell as leaves it; on a needle of one cell it would
   * not be.
   */
  readonly fastest: number;
  /** Drop between neighbours, in metres, that drives half the fastest drift. */
  readonly halfSpeedMetres: number;
  /** λ: share of its heat that a cell loses to the air. */
  readonly loss: number;
}

/**
 * The temperature of cold ground. Not 0: ahead of the heat the temperatures would then fall off through the denormal
 * numbers, on which processors are many times slower, and the clock would measure that.
 */
export const COLD = 1e-100;

/** A model that shows well in `steps` steps on a grid of this width: slopes count per cell, cooling per run. */
export function heatModel(width: number, steps: number): HeatModel {
  return { conduction: 0.24, fastest: 0.24, halfSpeedMetres: 200 / width, loss: 0.6 / steps };
}

/**
 * Drift over the faces between cells, for the rows of a relief: `down` to the next row, `right` to the next column.
 */
export interface Faces {
  readonly down: Float64Array;
  readonly right: Float64Array;
}

/** The drifts for some consecutive rows of a relief; there is no row below the last, and no column right of it. */
export function faces(relief: Float64Array, width: number, model: HeatModel): Faces {
  const { fastest, halfSpeedMetres } = model;
  const halfDrift = (drop: number) => (0.5 * fastest * drop) / (Math.abs(drop) + halfSpeedMetres);
  const down = new Float64Array(relief.length);
  const right = new Float64Array(relief.length);
  for (let i = 0; i < relief.length; i++) {
    if (i + width < relief.length) down[i] = halfDrift(relief[i] - relief[i + width]);
    if (i % width < width - 1) right[i] = halfDrift(relief[i] - relief[i + 1]);
  }
  return { down, right };
}

/** What one step reads and writes, for some consecutive rows. */
export interface HeatStep {
  readonly width: number;
  /** Begin one row above the rows. */
  readonly faces: Faces;
  /** The temperatures; they begin one row above the rows and end one row below. */
  readonly from: Float64Array;
  /** The next temperatures, of just the rows. The outermost columns are border and keep what they have. */
  readonly to: Float64Array;
}

/** One step, for the rows from `start` to `end`. */
export function relax(step: HeatStep, { conduction, loss }: HeatModel, start: number, end: number): void {
  const { from, to } = step;
  const { down, right } = step.faces;
  // `| 0` tells the engine that indices are integers: a width that arrives as a double makes this loop half as slow
  // again.
  const stride = step.width | 0;
  for (let y = start | 0; y < end; y++) {
    let i = (y + 1) * stride + 1;
    const last = i + stride - 2;
    let t = from[i];
    // What flows in from the west is what flowed out to the east one cell before.
    let fromWest = conduction * (from[i - 1] - t) + right[i - 1] * (from[i - 1] + t);
    for (; i < last; i++) {
      const north = from[i - stride];
      const south = from[i + stride];
      const east = from[i + 1];
      const toEast = conduction * (t - east) + right[i] * (t + east);
      const fromNorth = conduction * (north - t) + down[i - stride] * (north + t);
      const toSouth = conduction * (t - south) + down[i] * (t + south);
      to[i - stride] = t + (fromWest - toEast) + (fromNorth - toSouth) - loss * t;
      fromWest = toEast;
      t = east;
    }
  }
}

/** Holds the lake at T = 1. `cells` count from the start of `values`. */
export function holdSource(values: Float64Array, cells: Int32Array): void {
  for (let k = 0; k < cells.length; k++) values[cells[k]] = 1;
}

/** A simulation: where, from what source, how far. */
export interface HeatProblem {
  readonly relief: Grid;
  /** Cells of the lava lake, none of them on the border. */
  readonly source: Int32Array;
  readonly steps: number;
  readonly model: HeatModel;
}

/** The whole simulation by one thread on plain typed arrays. `onStep` hears of each finished step. */
export function spreadSerially(problem: HeatProblem, onStep: (finished: number) => void = () => {}): Float64Array {
  const { relief, source, steps, model } = problem;
  const { width, height } = relief;
  const drifts = faces(relief.values, width, model);
  const inner = (field: Float64Array) => field.subarray(width, width * (height - 1));
  let from = new Float64Array(width * height).fill(COLD);
  let to = from.slice();
  holdSource(from, source);
  for (let step = 1; step <= steps; step++) {
    relax({ width, faces: drifts, from, to: inner(to) }, model, 0, height - 2);
    holdSource(to, source);
    [from, to] = [to, from];
    onStep(step);
  }
  return from;
}
