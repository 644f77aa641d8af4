/** Contour lines, drawn by how far a cell is from the next line: even in width, and soft at the edges. */
import type { Grid } from "../relief/volcano.ts";

/** Heights were measured in whole metres: a line at one would fill every level plateau. */
const OFFSET_METRES = 0.5;

/**
 * How much of each cell a contour line covers, 0 to 1. Lines every `interval` metres, `widthCells` wide; every fifth
 * one is twice as wide, as on maps.
 */
export function contours({ width, height, values }: Grid, interval: number, widthCells: number): Float64Array {
  const cover = new Float64Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      const slope = Math.hypot(values[i + 1] - values[i - 1], values[i + width] - values[i - width]) / 2;
      const line = Math.round((values[i] - OFFSET_METRES) / interval);
      const distance = Math.abs(values[i] - OFFSET_METRES - line * interval) / Math.max(slope, 1e-3);
      const half = (line % 5 === 0 ? widthCells * 2 : widthCells) / 2;
      cover[i] = Math.min(Math.max(half + 0.5 - distance, 0), 1);
    }
  }
  return cover;
}
