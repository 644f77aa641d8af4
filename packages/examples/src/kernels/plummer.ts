/**
 * Stars as SPLASH-2's Barnes begins with: two clusters after Plummer's model (Aarseth, Hénon and Wielen, *Astronomy and
 * Astrophysics* 37, 1974), the second a copy of the first, four units away in all three directions. The random numbers are NPB's.
 */
import { Randlc } from "./randlc.ts";

/** Numbers kept for each body, in positions and in velocities: x, y, z, and in positions the mass as the fourth. */
export const BODY_NUMBERS = 4;

/** Bodies side by side: `BODY_NUMBERS` of either array belong to each. */
export interface Bodies {
  readonly positions: Float64Array;
  readonly velocities: Float64Array;
}

/** Nearly all of the mass; the model has no end, and a few bodies would be far out. */
const MASS_SHARE = 0.999;
const FARTHEST = 9;
const OFFSET = 4;

/** So many bodies of 1/count each, at rest as a whole around the origin. */
export function plummerClusters(count: number): Bodies {
  const random = new Randlc();
  const positions = new Float64Array(BODY_NUMBERS * count);
  const velocities = new Float64Array(BODY_NUMBERS * count);
  const half = Math.ceil(count / 2);
  const scale = (9 * Math.PI) / 16;
  for (let i = 0; i < half; i++) {
    const radius = radiusOf(random);
    onSphere(random, scale * radius, positions, BODY_NUMBERS * i);
    const speed = (Math.SQRT2 * shareOfEscapeSpeed(random)) / (1 + radius * radius) ** 0.25;
    onSphere(random, speed / Math.sqrt(scale), velocities, BODY_NUMBERS * i);
  }
  for (let i = half; i < count; i++) {
    for (let k = 0; k < 3; k++) {
      positions[BODY_NUMBERS * i + k] = positions[BODY_NUMBERS * (i - half) + k] + OFFSET;
      velocities[BODY_NUMBERS * i + k] = velocities[BODY_NUMBERS * (i - half) + k];
    }
  }
  centre(positions, count);
  centre(velocities, count);
  for (let i = 0; i < count; i++) positions[BODY_NUMBERS * i + 3] = 1 / count;
  return { positions, velocities };
}

/** Distance from the cluster's middle, in its own unit: the radius that holds a random share of the mass. */
function radiusOf(random: Randlc): number {
  for (;;) {
    const radius = 1 / Math.sqrt((MASS_SHARE * random.next()) ** (-2 / 3) - 1);
    if (radius <= FARTHEST) return radius;
  }
}

/** Drawn by rejection, from q² (1 − q²)^3.5. */
function shareOfEscapeSpeed(random: Randlc): number {
  for (;;) {
    const q = random.next();
    if (0.1 * random.next() <= q * q * (1 - q * q) ** 3.5) return q;
  }
}

/** A random point of a sphere: one inside the ball, moved out. */
function onSphere(random: Randlc, radius: number, to: Float64Array, at: number): void {
  for (;;) {
    const x = 2 * random.next() - 1;
    const y = 2 * random.next() - 1;
    const z = 2 * random.next() - 1;
    const square = x * x + y * y + z * z;
    if (square > 1 || square === 0) continue;
    const factor = radius / Math.sqrt(square);
    to[at] = factor * x;
    to[at + 1] = factor * y;
    to[at + 2] = factor * z;
    return;
  }
}

function centre(values: Float64Array, count: number): void {
  for (let k = 0; k < 3; k++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[BODY_NUMBERS * i + k];
    for (let i = 0; i < count; i++) values[BODY_NUMBERS * i + k] -= sum / count;
  }
}
