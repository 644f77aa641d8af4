/** The picture of a cluster of stars: how many are seen in each direction, dark to bright on a logarithmic scale. */
import { PNG } from "pngjs";
import { BODY_NUMBERS } from "../kernels/plummer.ts";
import { along, INFERNO } from "./colour.ts";

const WIDTH = 960;
const HEIGHT = 600;
/** What the picture shows from left to right, in the model's unit of length. */
const EXTENT = 15;
/** Each star is a spot this wide, in pixels, so that single ones can be seen. */
const SPOT = 3;

/** Seen from the side: the line between SPLASH-2's two clusters, (1, 1, 1), points to the right. Encodes a PNG. */
export function drawStars(positions: Float64Array): Buffer {
  const light = new Float64Array(WIDTH * HEIGHT);
  const scale = WIDTH / EXTENT;
  for (let i = 0; i < positions.length; i += BODY_NUMBERS) {
    const [x, y, z] = positions.subarray(i, i + 3);
    const right = (x + y + z) / Math.sqrt(3);
    const up = (y - x) / Math.SQRT2;
    addSpot(light, WIDTH / 2 + scale * right, HEIGHT / 2 - scale * up);
  }
  const png = new PNG({ width: WIDTH, height: HEIGHT, colorType: 2 });
  const brightest = Math.log1p(light.reduce((most, value) => Math.max(most, value), 0));
  for (let i = 0; i < light.length; i++) {
    const colour = along(INFERNO, Math.log1p(light[i]) / (brightest || 1));
    for (let k = 0; k < 3; k++) png.data[4 * i + k] = Math.round(colour[k]);
    png.data[4 * i + 3] = 255;
  }
  return PNG.sync.write(png);
}

/** Light falls off from the middle of a spot; what is outside of the picture is not seen. */
function addSpot(light: Float64Array, x: number, y: number): void {
  const [column, row] = [Math.round(x), Math.round(y)];
  for (let down = row - SPOT; down <= row + SPOT; down++) {
    if (down < 0 || down >= HEIGHT) continue;
    for (let right = column - SPOT; right <= column + SPOT; right++) {
      if (right < 0 || right >= WIDTH) continue;
      const square = (right - x) ** 2 + (down - y) ** 2;
      light[down * WIDTH + right] += Math.exp(-square / 2);
    }
  }
}
