/** Finds the crater: the deepest hollow of the relief, and the lava lake that just fills it to its lowest rim. */
import type { Grid } from "./volcano.ts";

/** A lava lake. */
export interface Lake {
  /** Height of its surface, in metres. */
  readonly level: number;
  /** Its cells, as indices into the grid, ascending. */
  readonly cells: Int32Array;
}

/** Bisection steps for a lake's level: 100 m of relief down to a millimetre. */
const LEVEL_STEPS = 17;

/** The lava lake in the deepest hollow, filled to where it is about to spill. */
export function findCraterLake(relief: Grid): Lake {
  let deepest: Lake = { level: 0, cells: new Int32Array(0) };
  let depth = 0;
  for (const bottom of localMinima(relief)) {
    // Most hollows are puddles: one flood tells that they spill before they are as deep as the best so far.
    if (flood(relief, bottom, relief.values[bottom] + depth) === undefined) continue;
    const lake = fillToSpill(relief, bottom);
    if (lake.level - relief.values[bottom] > depth) {
      deepest = lake;
      depth = lake.level - relief.values[bottom];
    }
  }
  if (depth === 0) throw new Error("the relief has no hollow to hold a lava lake");
  return deepest;
}

/** Inner cells below their four neighbours (or level with those before them). */
function localMinima({ width, height, values }: Grid): number[] {
  const minima: number[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      const h = values[i];
      if (h < values[i + 1] && h < values[i + width] && h <= values[i - 1] && h <= values[i - width]) minima.push(i);
    }
  }
  return minima;
}

/** Bisects for the highest level at which a flood from `bottom` stays off the border. */
function fillToSpill(relief: Grid, bottom: number): Lake {
  let low = relief.values[bottom];
  let high = relief.values.reduce((a, b) => Math.max(a, b)) + 1;
  let cells: Int32Array = Int32Array.of(bottom);
  for (let step = 0; step < LEVEL_STEPS; step++) {
    const level = (low + high) / 2;
    const flooded = flood(relief, bottom, level);
    if (flooded === undefined) {
      high = level;
    } else {
      low = level;
      cells = flooded;
    }
  }
  return { level: low, cells: cells.sort() };
}

/** The cells below `level` that hang together with `bottom`; undefined if they reach the border. */
function flood({ width, height, values }: Grid, bottom: number, level: number): Int32Array | undefined {
  const wet = new Uint8Array(values.length);
  const cells = new Int32Array(values.length);
  let count = 0;
  const visit = (i: number) => {
    if (wet[i] === 1 || values[i] >= level) return;
    wet[i] = 1;
    cells[count++] = i;
  };
  visit(bottom);
  for (let next = 0; next < count; next++) {
    const i = cells[next];
    const x = i % width;
    if (x === 0 || x === width - 1 || i < width || i >= width * (height - 1)) return undefined;
    visit(i - 1);
    visit(i + 1);
    visit(i - width);
    visit(i + width);
  }
  return cells.slice(0, count);
}
