/**
 * The picture of places that belong to clusters: a map of the United States in Albers' projection, and below it, in frames of their
 * own, what lies too far away for it: Alaska, Hawaii, Puerto Rico with the Virgin Islands, and the Pacific.
 */
import { PNG } from "pngjs";
import type { Places } from "../kernels/places.ts";
import type { Colour } from "./colour.ts";

const WIDTH = 960;
/** Of the map, in pixels; the small maps come below it. */
const MAP_HEIGHT = 600;
const INSET = { top: MAP_HEIGHT + 8, height: 156 };
const HEIGHT = INSET.top + INSET.height + 8;
const GROUND: Colour = [18, 20, 28];
const FRAME: Colour = [70, 74, 86];
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

type Projection = (latitude: number, longitude: number) => [x: number, y: number];

/** Pixels from the left and from the top; Albers' conic projection keeps areas (Snyder, *Map Projections*, 1987). */
export function albers(latitude: number, longitude: number): [x: number, y: number] {
  const n = (Math.sin(radians(SOUTH)) + Math.sin(radians(NORTH))) / 2;
  const c = Math.cos(radians(SOUTH)) ** 2 + 2 * n * Math.sin(radians(SOUTH));
  const distance = (degrees: number) => Math.sqrt(c - 2 * n * Math.sin(radians(degrees))) / n;
  const angle = n * radians(longitude - ORIGIN.longitude);
  const x = distance(latitude) * Math.sin(angle);
  const y = distance(ORIGIN.latitude) - distance(latitude) * Math.cos(angle);
  return [WIDTH / 2 + SCALE * x, MAP_HEIGHT / 2 - SCALE * y];
}

/** A part of the picture with a map of its own; sizes in pixels. */
interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly project: Projection;
}

/** Degrees; `east` is beyond 180 where the region reaches over the date line. */
interface Region {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

/** Parallels and meridians as straight lines, as far apart as they are in the region's middle: good enough for so small a map. */
function inset(left: number, width: number, { south, north, west, east }: Region): Frame {
  const { top, height } = INSET;
  const middle = (south + north) / 2;
  const narrowing = Math.cos(radians(middle));
  const scale = Math.min(height / (north - south), width / ((east - west) * narrowing));
  const project: Projection = (latitude, longitude) => {
    // Between half a turn to the west of the region's middle and half a turn to its east.
    const turns = Math.round((longitude - (west + east) / 2) / 360);
    const across = longitude - 360 * turns - (west + east) / 2;
    return [left + width / 2 + across * narrowing * scale, top + height / 2 - (latitude - middle) * scale];
  };
  return { left, top, width, height, project };
}

const INSETS: readonly Frame[] = [
  inset(9, 209, { south: 51, north: 72, west: -188, east: -129 }), // Alaska
  inset(227, 200, { south: 18.7, north: 22.6, west: -160.6, east: -154.5 }), // Hawaii
  inset(436, 188, { south: 17.5, north: 18.7, west: -67.7, east: -64.4 }), // Puerto Rico and the Virgin Islands
  inset(633, 318, { south: -16, north: 27, west: 99, east: 217 }), // the Pacific, Hawaii once more
];
const FRAMES: readonly Frame[] = [{ left: 0, top: 0, width: WIDTH, height: MAP_HEIGHT, project: albers }, ...INSETS];

/** In how many of the picture's maps a place is to be seen. */
export function timesSeen(latitude: number, longitude: number): number {
  return FRAMES.filter((frame) => isWithin(frame, ...frame.project(latitude, longitude))).length;
}

function isWithin({ left, top, width, height }: Frame, x: number, y: number): boolean {
  return x >= left && x <= left + width - 1 && y >= top && y <= top + height - 1;
}

/** Draws each place as a dot in its cluster's colour, and each centre as a white spot. Encodes a PNG. */
export function drawClusters({ latitudes, longitudes }: Places, nearest: Uint16Array, centres: Float64Array): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT, colorType: 2 });
  fill(png, { left: 0, top: 0, width: WIDTH, height: HEIGHT }, GROUND);
  for (const { left, top, width, height } of INSETS) {
    fill(png, { left: left - 1, top: top - 1, width: width + 2, height: height + 2 }, FRAME);
    fill(png, { left, top, width, height }, GROUND);
  }
  for (const frame of FRAMES) {
    for (let i = 0; i < nearest.length; i++)
      dot(png, frame, frame.project(latitudes[i], longitudes[i]), 1, COLOURS[nearest[i] % COLOURS.length]);
    for (let k = 0; k < centres.length; k += 3)
      dot(png, frame, frame.project(...placeOf(centres.subarray(k, k + 3))), 2, CENTRE);
  }
  return PNG.sync.write(png);
}

/** Degrees north and east of what lies below or above it on the globe. */
export function placeOf([x, y, z]: Float64Array): [latitude: number, longitude: number] {
  return [(Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI, (Math.atan2(y, x) * 180) / Math.PI];
}

/** A square of 2 · reach + 1 pixels; what is outside of the frame is left out. */
function dot(png: PNG, frame: Frame, [x, y]: [number, number], reach: number, colour: Colour): void {
  const [column, row] = [Math.round(x), Math.round(y)];
  const left = Math.max(column - reach, frame.left);
  const top = Math.max(row - reach, frame.top);
  const width = Math.min(column + reach + 1, frame.left + frame.width) - left;
  const height = Math.min(row + reach + 1, frame.top + frame.height) - top;
  fill(png, { left, top, width, height }, colour);
}

function fill(png: PNG, { left, top, width, height }: Omit<Frame, "project">, colour: Colour): void {
  for (let row = top; row < top + height; row++) {
    for (let column = left; column < left + width; column++) {
      const at = 4 * (row * WIDTH + column);
      png.data[at] = colour[0];
      png.data[at + 1] = colour[1];
      png.data[at + 2] = colour[2];
      png.data[at + 3] = 255;
    }
  }
}
