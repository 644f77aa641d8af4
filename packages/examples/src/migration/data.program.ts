/**
 * Data migration: a phase of work on what another site has written. ./data.ts compares; alone it runs as
 * `npx isles run packages/examples/src/migration/data.program.ts --sites 2`.
 */
import type { SharedArray, Site } from "isles";

/** Site 0 writes the whole array, so that its pages are there and nowhere else. Returns their sum. */
export function produce(_site: Site, grid: SharedArray<Float64Array>): number {
  using pages = grid.write();
  let sum = 0;
  for (let i = 0; i < pages.view.length; i++) {
    pages.view[i] = i % 1000;
    sum += i % 1000;
  }
  return sum;
}

/** Has the whole array brought to `site`, in bulk. */
export function bring(site: Site, grid: SharedArray<Float64Array>): void {
  grid.moveTo(site.id);
}

/** Doubles every element where it is called, and says what they come to. Touches them one by one, as irregular code does. */
export function double(_site: Site, grid: SharedArray<Float64Array>): number {
  let sum = 0;
  for (let i = 0; i < grid.length; i++) {
    const twice = 2 * grid.get(i);
    grid.set(i, twice);
    sum += twice;
  }
  return sum;
}

/** Only reads. */
export function total(_site: Site, grid: SharedArray<Float64Array>): number {
  let sum = 0;
  for (let i = 0; i < grid.length; i++) sum += grid.get(i);
  return sum;
}

/** Site 0 writes; the last site has all of it brought there and works on it. */
export function main(site: Site): string {
  const grid = site.memory.float64("main", 2 ** 18);
  if (site.id === 0) produce(site, grid);
  site.barrier();
  if (site.id !== site.count - 1) return "wrote, or watched";
  bring(site, grid);
  return `doubled it to ${double(site, grid)}`;
}
