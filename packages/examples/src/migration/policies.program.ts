/** Processes for the five reasons to move one. */
import { defineProcess, type SharedArray, type Site } from "isles";

/** Computes for about so many milliseconds of its own, and says where it has been. */
export const computes = defineProcess(function* (site, ms: number) {
  const path = [site.id];
  for (let ran = 0; ran < ms; ) {
    const start = performance.now();
    while (performance.now() - start < 0.1);
    ran += performance.now() - start;
    yield;
    if (path.at(-1) !== site.id) path.push(site.id);
  }
  return path;
});

/** First anywhere, then where there is a GPU, then where the maps are. */
export const prefers = defineProcess(function* (site) {
  const path = [site.id];
  for (const wanted of [{ hardware: ["gpu"] }, { software: ["maps"] }]) {
    site.process.prefer(wanted);
    yield;
    path.push(site.id);
  }
  return path;
});

/** Reads one part of the array after the other, over and over, and says where it was when it left each. */
export const reads = defineProcess(function* (site, grid: SharedArray<Float64Array>, parts: number) {
  let sum = 0;
  const path: number[] = [];
  for (let part = 0; part < parts; part++) {
    const start = (part * grid.length) / parts;
    const end = ((part + 1) * grid.length) / parts;
    for (let i = start; i < end; i++) {
      sum += grid.get(i);
      if (i % 512 === 0) yield;
    }
    path.push(site.id);
  }
  return { sum, path };
});

/** Every site writes its share of the array. */
export function fill(site: Site, grid: SharedArray<Float64Array>): void {
  const { start, end } = site.share(grid.length);
  grid.fill(1, start, end);
  site.barrier();
}

/** A service that one site has. */
export function serveMaps(site: Site): void {
  site.rpc.expose("maps", { lookUp: (name: string) => `a map of ${name}` });
}
