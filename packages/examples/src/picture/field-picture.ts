/** The picture of a square field: each cell a pixel, from the lowest value, dark, to the highest, bright. */
import { PNG } from "pngjs";
import { along, INFERNO } from "./colour.ts";

/** Levels that are told apart. */
const LEVELS = 256;
const PALETTE = Array.from({ length: LEVELS }, (_, level) => along(INFERNO, level / (LEVELS - 1)).map(Math.round));

/** Encodes n × n values as a PNG. The range is that of the cells `margin` or more from the border; what lies beyond is clamped. */
export function drawField(n: number, values: Float64Array | Uint8Array, margin = 0): Buffer {
  let [lowest, highest] = [Infinity, -Infinity];
  for (let i = margin; i < n - margin; i++) {
    for (let j = margin; j < n - margin; j++) {
      const value = values[i * n + j];
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
  }
  const scale = (LEVELS - 1) / (highest - lowest || 1);
  const png = new PNG({ width: n, height: n, colorType: 2 });
  for (let i = 0; i < n * n; i++) {
    const level = Math.min(Math.max(Math.round((values[i] - lowest) * scale), 0), LEVELS - 1);
    png.data.set(PALETTE[level], 4 * i);
    png.data[4 * i + 3] = 255;
  }
  return PNG.sync.write(png);
}
