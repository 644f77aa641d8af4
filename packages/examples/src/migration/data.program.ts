/** Data migration: a phase of work on what another site has written. */
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
