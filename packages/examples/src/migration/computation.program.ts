/** Computation migration: the function goes to the data. */
import type { SharedArray, Site } from "isles";

/** Every site writes its share, which then is there and nowhere else. */
export function fill(site: Site, grid: SharedArray<Float64Array>): void {
  const { start, end } = site.share(grid.length);
  using pages = grid.write(start, end);
  for (let i = 0; i < pages.view.length; i++) pages.view[i] = (start + i) % 97;
  pages.release();
  site.barrier();
}

/** The sum of a range, and where it was made. */
export function sum(site: Site, range: SharedArray<Float64Array>): { site: number; sum: number } {
  using pages = range.read();
  return { site: site.id, sum: pages.view.reduce((a, b) => a + b, 0) };
}

/** From inside a site: all ranges, each summed where it is. The messages go out first; then their answers are waited for. */
export function sumAll(site: Site, { grid, parts }: { grid: SharedArray<Float64Array>; parts: number }): number {
  const jobs = Array.from({ length: parts }, (_, k) => {
    const range = grid.subarray((k * grid.length) / parts, ((k + 1) * grid.length) / parts);
    return site.start<typeof sum>("sum", range, { near: range });
  });
  return jobs.reduce((total, job) => total + job.wait().sum, 0);
}
