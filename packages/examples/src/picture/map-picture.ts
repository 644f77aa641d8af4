/** The picture of places that belong to clusters: a map of the United States without Alaska and Hawaii, in Albers' projection. */
import { PNG } from "pngjs";
import type { Places } from "../kernels/places.ts";
import type { Colour } from "./colour.ts";

const WIDTH = 960;
const HEIGHT = 600;
const GROUND: Colour = [18, 20, 28];
const CENTRE: Colour = [255, 255, 255];
/** Colour-blind safe, from Okabe and Ito's set; neighbouring clusters mostly differ, as they do not come in order. */
const COLOURS: readonly Colour[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
];

/** The usual parallels and origin for this country, in degrees. */
const SOUTH = 29.5;
const NORTH = 45.5;
const ORIGIN = { latitude: 38.5, longitude: -96 };
/** Pixels for each radius of the globe. */
const SCALE = 1220;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Pixels from the left and from the top; Albers' conic projection keeps areas (Snyder, *Map Projections*, 1987). */
export function albers(latitude: number, longitude: number): [x: number, y: number] {
  const n = (Math.sin(radians(SOUTH)) + Math.sin(radians(NORTH))) / 2;
  const c = Math.cos(radians(SOUTH)) ** 2 + 2 * n * Math.sin(radians(SOUTH));
  const distance = (degrees: number) => Math.sqrt(c - 2 * n * Math.sin(radians(degrees))) / n;
  const angle = n * radians(longitude - ORIGIN.longitude);
  const x = distance(latitude) * Math.sin(angle);
  const y = distance(ORIGIN.latitude) - distance(latitude) * Math.cos(angle);
  return [WIDTH / 2 + SCALE * x, HEIGHT / 2 - SCALE * y];
}

/** Draws each place as a dot in its cluster's colour, and each centre as a white spot. Encodes a PNG. */
export function drawClusters({ latitudes, longitudes }: Places, nearest: Uint16Array, centres: Float64Array): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT, colorType: 2 });
  for (let i = 0; i < WIDTH * HEIGHT; i++) dot(png, i % WIDTH, Math.floor(i / WIDTH), 0, GROUND);
  for (let i = 0; i < nearest.length; i++)
    dot(png, ...albers(latitudes[i], longitudes[i]), 1, COLOURS[nearest[i] % COLOURS.length]);
  for (let k = 0; k < centres.length; k += 3) {
    const [x, y, z] = centres.subarray(k, k + 3);
    const latitude = (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI;
    const longitude = (Math.atan2(y, x) * 180) / Math.PI;
    dot(png, ...albers(latitude, longitude), 2, CENTRE);
  }
  return PNG.sync.write(png);
}

/** A square of 2 · reach + 1 pixels; what is outside of the picture is left out. */
function dot(png: PNG, x: number, y: number, reach: number, colour: Colour): void {
  const [column, row] = [Math.round(x), Math.round(y)];
  for (let down = Math.max(row - reach, 0); down <= Math.min(row + reach, HEIGHT - 1); down++) {
    for (let right = Math.max(column - reach, 0); right <= Math.min(column + reach, WIDTH - 1); right++) {
      const at = 4 * (down * WIDTH + right);
      png.data[at] = colour[0];
      png.data[at + 1] = colour[1];
      png.data[at + 2] = colour[2];
      png.data[at + 3] = 255;
    }
  }
}
