/**
 * Relief shading: how brightly a slope lies in the light of a low sun in the north-west, as on printed maps (Horn
 * 1981).
 */
import type { Grid } from "../relief/volcano.ts";

const SUN_AZIMUTH_DEGREES = 315;
const SUN_ALTITUDE_DEGREES = 42;

/**
 * Brightness of every cell, 0 (turned away) to 1 (facing the sun).
 * `cellMetres` is the side of a cell; `exaggeration` steepens the relief for the eye.
 */
export function hillshade({ width, height, values }: Grid, cellMetres: number, exaggeration: number): Float64Array {
  const azimuth = (SUN_AZIMUTH_DEGREES * Math.PI) / 180;
  const altitude = (SUN_ALTITUDE_DEGREES * Math.PI) / 180;
  // x runs east and y south, so the sun's northward part counts against y.
  const sunX = Math.sin(azimuth) * Math.cos(altitude);
  const sunY = -Math.cos(azimuth) * Math.cos(altitude);
  const sunZ = Math.sin(altitude);
  const shades = new Float64Array(width * height);
  const at = (x: number, y: number) =>
    values[Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1)];
  const steepness = exaggeration / (2 * cellMetres);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const slopeX = (at(x + 1, y) - at(x - 1, y)) * steepness;
      const slopeY = (at(x, y + 1) - at(x, y - 1)) * steepness;
      const light = (sunZ - slopeX * sunX - slopeY * sunY) / Math.hypot(slopeX, slopeY, 1);
      shades[y * width + x] = Math.max(0, light);
    }
  }
  return shades;
}
