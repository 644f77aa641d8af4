/** Finds the crater: the deepest hollow of the relief, and the lava lake that just fills it to its lowest rim. */
import type { Grid } from "./volcano.ts";

/** A lava lake. */
export interface Lake {
  /** Height of its surface, in metres. */
  readonly level: number;
  /** Its cells, as indices into the grid, ascending; none of them on the border. */
  readonly cells: Int32Array;
}

/** The lava lake in the deepest hollow, filled to where it is about to spill. */
export function findCraterLake(relief: Grid): Lake {
  const { values } = relief;
  const water = fillHollows(relief);
  let deepest = 0;
  for (let i = 1; i < values.length; i++) {
    if (water[i] - values[i] > water[deepest] - values[deepest]) deepest = i;
  }
  const level = water[deepest];
  if (level === values[deepest]) throw new Error("the relief has no hollow to hold a lava lake");
  // A hollow's water has one level, the height of the very cell it spills over: equality is exact.
  const cells = Array.from(values.keys()).filter((i) => water[i] === level && values[i] < level);
  return { level, cells: Int32Array.from(cells) };
}

/**
 * The water level over every cell after endless rain: water drains over the border, and stands in the hollows.
 * Drowns all and lets it drain in sweeps from both ends until nothing changes (Planchon and Darboux 2002).
 */
function fillHollows({ width, height, values }: Grid): Float64Array {
  const water = values.slice();
  for (let y = 1; y < height - 1; y++) water.fill(Infinity, y * width + 1, (y + 1) * width - 1);
  const drain = (i: number): boolean => {
    const around = Math.min(water[i - width], water[i - 1], water[i + 1], water[i + width]);
    const level = Math.max(values[i], around);
    if (level >= water[i]) return false;
    water[i] = level;
    return true;
  };
  const first = width + 1;
  const last = width * (height - 1) - 2;
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = first; i <= last; i++) changed = drain(i) || changed;
    for (let i = last; i >= first; i--) changed = drain(i) || changed;
  }
  return water;
}
