/** A worker that keeps its points and the clusters that they are in: centres come, sums over the points go. */
import { assignNearest, POINT_NUMBERS, SUM_NUMBERS } from "@isles/examples";
import { giveAway } from "../give-away.ts";

let points = new Float64Array(0);
let nearest = new Uint16Array(0);

export function begin(own: Float64Array<ArrayBuffer>): void {
  points = own;
  nearest = new Uint16Array(own.length / POINT_NUMBERS);
}

/** No point is in any of the clusters 0 to `clusters`-1. */
export function reset(clusters: number): void {
  nearest.fill(clusters);
}

/** Finds the nearest centre of each point; returns the sums for each cluster. */
export function assign(centres: Float64Array): Float64Array {
  const sums = new Float64Array((SUM_NUMBERS * centres.length) / POINT_NUMBERS);
  assignNearest(points, 0, nearest.length, centres, nearest, sums);
  return giveAway(sums, [sums.buffer]);
}

/** The cluster of each point. */
export function clusters(): Uint16Array {
  return nearest;
}
