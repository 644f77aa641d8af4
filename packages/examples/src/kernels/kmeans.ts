/**
 * Lloyd's k-means (*Least squares quantization in PCM*, 1957/1982): where to put k depots so that the post offices have them near.
 * Each place goes to its nearest centre, each centre to the mean of its places, and so on until nothing moves.
 *
 * Places are points on a globe whose radius is 2²⁶ units (one is 9.5 cm), rounded to whole units. Sums of whole numbers are
 * exact, so any number of workers, adding up in any order, gets the same bits as one.
 */
import { sameBits } from "../kernel/compare.ts";
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { loadPlaces, type Places, type PlacesFile } from "./places.ts";

export interface KmeansProblem {
  readonly file: PlacesFile;
  readonly points: number;
  readonly clusters: number;
  /** Iterations at most. */
  readonly iterations: number;
}

export const KMEANS_PROBLEMS: Partial<Record<SizeName, KmeansProblem>> = {
  tiny: { file: "airports.csv", points: 3376, clusters: 12, iterations: 20 },
  S: { file: "zipcodes.csv", points: 42_049, clusters: 48, iterations: 60 },
  W: { file: "zipcodes.csv", points: 42_049, clusters: 256, iterations: 60 },
};

/** Numbers of a point or a centre: x, y, z. */
export const POINT_NUMBERS = 3;
/** Numbers kept for each cluster while adding up: the sums of x, y and z, and how many points there are. */
export const SUM_NUMBERS = 4;

const RADIUS_UNITS = 2 ** 26;

/** The points of a problem, `POINT_NUMBERS` each. */
export function kmeansPoints({ file, points }: KmeansProblem): Float64Array {
  const places = loadPlaces(file);
  const found = places.latitudes.length;
  if (found !== points) throw new Error(`${file} has ${found} places instead of ${points}: another vega-datasets?`);
  return onGlobe(places);
}

/** Places as points of the globe. */
export function onGlobe({ latitudes, longitudes }: Places): Float64Array {
  const points = new Float64Array(POINT_NUMBERS * latitudes.length);
  for (let i = 0; i < latitudes.length; i++) {
    const north = (latitudes[i] * Math.PI) / 180;
    const east = (longitudes[i] * Math.PI) / 180;
    points[POINT_NUMBERS * i] = Math.round(RADIUS_UNITS * Math.cos(north) * Math.cos(east));
    points[POINT_NUMBERS * i + 1] = Math.round(RADIUS_UNITS * Math.cos(north) * Math.sin(east));
    points[POINT_NUMBERS * i + 2] = Math.round(RADIUS_UNITS * Math.sin(north));
  }
  return points;
}

/** The first centres: every so many points, which for post offices in the order of their ZIP codes is all over the country. */
export function firstCentres(points: Float64Array, clusters: number): Float64Array {
  const count = points.length / POINT_NUMBERS;
  const centres = new Float64Array(POINT_NUMBERS * clusters);
  for (let k = 0; k < clusters; k++) {
    const from = POINT_NUMBERS * Math.floor((count * k) / clusters);
    centres.set(points.subarray(from, from + POINT_NUMBERS), POINT_NUMBERS * k);
  }
  return centres;
}

/**
 * Finds the nearest centre of points `start` to `end` (the first of those equally near) and adds each point to its sums:
 * `SUM_NUMBERS` for each cluster.
 */
export function assignNearest(
  points: Float64Array,
  start: number,
  end: number,
  centres: Float64Array,
  nearest: Uint16Array,
  sums: Float64Array,
): void {
  const clusters = (centres.length / POINT_NUMBERS) | 0;
  for (let i = start | 0; i < end; i++) {
    const x = points[POINT_NUMBERS * i];
    const y = points[POINT_NUMBERS * i + 1];
    const z = points[POINT_NUMBERS * i + 2];
    let best = 0;
    let least = Infinity;
    for (let k = 0, c = 0; k < clusters; k++, c += POINT_NUMBERS) {
      const dx = centres[c] - x;
      const dy = centres[c + 1] - y;
      const dz = centres[c + 2] - z;
      const square = dx * dx + dy * dy + dz * dz;
      if (square < least) {
        least = square;
        best = k;
      }
    }
    nearest[i] = best;
    const at = SUM_NUMBERS * best;
    sums[at] += x;
    sums[at + 1] += y;
    sums[at + 2] += z;
    sums[at + 3]++;
  }
}

/** Adds up the rows of all workers' sums, `length` numbers each. */
export function addSums(rows: Float64Array, length: number, total: Float64Array): void {
  total.fill(0);
  for (let from = 0; from < rows.length; from += length) {
    for (let k = 0; k < total.length; k++) total[k] += rows[from + k];
  }
}

/** Moves each centre to the mean of its points; one without points stays. Says whether any has moved. */
export function moveCentres(sums: Float64Array, centres: Float64Array): boolean {
  let hasMoved = false;
  for (let k = 0; k * POINT_NUMBERS < centres.length; k++) {
    const points = sums[SUM_NUMBERS * k + 3];
    if (points === 0) continue;
    for (let axis = 0; axis < POINT_NUMBERS; axis++) {
      const mean = sums[SUM_NUMBERS * k + axis] / points;
      if (mean !== centres[POINT_NUMBERS * k + axis]) hasMoved = true;
      centres[POINT_NUMBERS * k + axis] = mean;
    }
  }
  return hasMoved;
}

/** The centres, and to which of them each point belongs. */
export interface Clustering {
  readonly centres: Float64Array;
  readonly nearest: Uint16Array;
}

/** The whole computation by one thread. */
export function kmeansSerially(problem: KmeansProblem, points: Float64Array): Clustering {
  const centres = firstCentres(points, problem.clusters);
  const nearest = new Uint16Array(problem.points);
  const sums = new Float64Array(SUM_NUMBERS * problem.clusters);
  for (let iteration = 0; iteration < problem.iterations; iteration++) {
    sums.fill(0);
    assignNearest(points, 0, problem.points, centres, nearest, sums);
    if (!moveCentres(sums, centres)) break;
  }
  return { centres, nearest };
}

/** The serial result of each problem is kept. */
const expectations = new WeakMap<KmeansProblem, Clustering>();

/** Every centre, and the cluster of every point. */
export function checkKmeans(problem: KmeansProblem, { centres, nearest }: Clustering): Verdict {
  let expected = expectations.get(problem);
  if (expected === undefined) {
    expected = kmeansSerially(problem, kmeansPoints(problem));
    expectations.set(problem, expected);
  }
  const where = sameBits(centres, expected.centres);
  return where.ok ? sameBits(nearest, expected.nearest) : where;
}
