import { defineProcess } from "isles";

/** @typedef {import("isles").SharedArray<Float64Array>} Grid */

const PER_PAGE = 512;

/**
 * Every site writes its part of the array, so that its pages are there.
 * @param {import("isles").Site} site
 * @param {Grid} grid
 */
export function own(site, grid) {
  const { start, end } = site.share(grid.length);
  grid.fill(site.id + 1, start, end);
  site.barrier();
}

/** One load in each page of one site's part after the other's, `rounds` times; where it was at the end of each part. */
export const tours = defineProcess(function* (site, /** @type {Grid} */ grid, /** @type {number} */ rounds) {
  const part = grid.length / site.count;
  const path = [];
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    for (let of = 0; of < site.count; of++) {
      for (let pass = 0; pass < 200; pass++) {
        for (let i = of * part; i < (of + 1) * part; i += PER_PAGE) {
          grid.add(i, 1); // a page that is written here is nowhere else: no copy makes the next round cheaper
          sum++;
          if (i % (32 * PER_PAGE) === 0) yield;
        }
      }
      path.push(site.id);
    }
  }
  return { path, sum };
});

/** A store in a page of each site's part in turn, in no order that anybody could follow. */
export const scatters = defineProcess(function* (_site, /** @type {Grid} */ grid, /** @type {number} */ steps) {
  const pages = grid.length / PER_PAGE;
  let random = 1;
  for (let step = 0; step < steps; step++) {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    grid.add(((random >>> 1) % pages) * PER_PAGE, 1);
    if (step % 16 === 0) yield;
  }
  return steps;
});

/** Writes every page of the array over and over, for so many milliseconds; how often. */
export const sweeps = defineProcess(function* (_site, /** @type {Grid} */ grid, /** @type {number} */ ms) {
  const until = Date.now() + ms;
  let rounds = 0;
  for (; Date.now() < until; rounds++) {
    for (let i = 0; i < grid.length; i += PER_PAGE) {
      grid.add(i, 1);
      if (i % (32 * PER_PAGE) === 0) yield;
    }
  }
  return rounds;
});
