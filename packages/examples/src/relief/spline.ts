/**
 * Finer grids by the uniform cubic B-spline: twice continuously differentiable and without overshoot. It approximates
 * rather than interpolates, which is what is wanted here: the heights were rounded to whole metres, and a spline
 * through the rounded values would show every step as a terrace under the slanting light of the picture.
 */
import type { Grid } from "./volcano.ts";

/** Four grid lines and their weights. */
interface Taps {
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

/** Resamples a grid over the same rectangle: the corners stay where they were. */
export function resample(grid: Grid, width: number, height: number): Grid {
  const across = taps(grid.width, width);
  const down = taps(grid.height, height);
  const wide = new Float64Array(width * grid.height);
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 4 * x; k < 4 * x + 4; k++) sum += across.weight[k] * grid.values[y * grid.width + across.index[k]];
      wide[y * width + x] = sum;
    }
  }
  const values = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let k = 4 * y; k < 4 * y + 4; k++) {
      const from = down.index[k] * width;
      const weight = down.weight[k];
      for (let x = 0; x < width; x++) values[y * width + x] += weight * wide[from + x];
    }
  }
  return { width, height, values };
}

/**
 * For each of `to` places, the four of `from` grid lines around it; beyond the border the outermost line is repeated.
 */
function taps(from: number, to: number): Taps {
  const index = new Int32Array(4 * to);
  const weight = new Float64Array(4 * to);
  for (let i = 0; i < to; i++) {
    const at = to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    const cell = Math.min(Math.floor(at), from - 2);
    const t = at - cell;
    weight.set(
      [(1 - t) ** 3 / 6, (3 * t ** 3 - 6 * t ** 2 + 4) / 6, (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6, t ** 3 / 6],
      4 * i,
    );
    for (let k = 0; k < 4; k++) index[4 * i + k] = Math.min(Math.max(cell - 1 + k, 0), from - 1);
  }
  return { index, weight };
}
