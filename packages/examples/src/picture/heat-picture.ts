/** The picture: the relief in earth colours under a low sun, contour lines, and over it the heat in inferno. */
import { PNG } from "pngjs";
import type { Grid } from "../relief/volcano.ts";
import { along, type Colour, EARTH, INFERNO, mix, shade } from "./colour.ts";
import { contours } from "./contours.ts";
import { hillshade } from "./hillshade.ts";

const CONTOUR_METRES = 5;
const EXAGGERATION = 1.6;
const INK: Colour = [58, 44, 34];
/**
 * The ramp spans this many powers of ten below the lake's temperature: heat thins out exponentially along its way.
 */
const HEAT_DECADES = 3.3;
/** Heat fades in over this first part of the ramp. */
const HEAT_FULL = 0.3;

/** Encodes the picture as a PNG of one pixel a cell. `cellMetres` is the side of a cell. */
export function drawHeat(relief: Grid, heat: Float64Array, cellMetres: number): Buffer {
  const { width, height, values } = relief;
  const light = hillshade(relief, cellMetres, EXAGGERATION);
  // Lines keep their look when the grid is drawn coarser.
  const lines = contours(relief, CONTOUR_METRES, width / 1600);
  const [lowest, highest] = bounds(values);
  const png = new PNG({ width, height, colorType: 2 });
  for (let i = 0; i < width * height; i++) {
    const ground = groundColour((values[i] - lowest) / (highest - lowest), light[i], lines[i]);
    const colour = overlay(ground, heat[i], light[i]);
    for (let k = 0; k < 3; k++) png.data[4 * i + k] = Math.min(Math.max(Math.round(colour[k]), 0), 255);
    png.data[4 * i + 3] = 255;
  }
  return PNG.sync.write(png);
}

function groundColour(altitude: number, light: number, line: number): Colour {
  const lit = shade(along(EARTH, altitude), 0.45 + 0.8 * light);
  return mix(lit, INK, 0.4 * line);
}

/** Lays the heat over the ground; slopes stay readable because the glow is shaded a little too. */
function overlay(ground: Colour, temperature: number, light: number): Colour {
  const level = Math.max(1 + Math.log10(temperature) / HEAT_DECADES, 0);
  const opacity = Math.min(level / HEAT_FULL, 1);
  const glow = shade(along(INFERNO, level), 0.72 + 0.4 * light);
  return mix(ground, glow, 0.92 * opacity);
}

function bounds(values: Float64Array): [lowest: number, highest: number] {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of values) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return [lowest, highest];
}
