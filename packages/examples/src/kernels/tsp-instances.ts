/**
 * Instances of TSPLIB (Reinelt, *TSPLIB — a traveling salesman problem library*, ORSA Journal on Computing 3, 1991) with the lengths of their
 * optimal tours as published there.
 */

export interface TspInstance {
  readonly name: string;
  readonly cities: number;
  /** From city i to city j at i · cities + j. */
  readonly distances: Int32Array;
  /** Of the shortest tour. */
  readonly optimum: number;
  /** Latitude and longitude of each city, in TSPLIB's degrees and minutes, if it has any. */
  readonly places?: readonly (readonly [latitude: number, longitude: number])[];
}

export type TspName = "burma14" | "gr17" | "ulysses16";

export function tspInstance(name: TspName): TspInstance {
  if (name === "gr17") return { name, cities: 17, distances: lowerRows(GR17, 17), optimum: 2085 };
  const { places, optimum } = PLACES[name];
  return { name, cities: places.length, distances: geographical(places), optimum, places };
}

const PLACES = {
  burma14: {
    optimum: 3323,
    // biome-ignore format: two columns of a table
    places: [
      [16.47, 96.1], [16.47, 94.44], [20.09, 92.54], [22.39, 93.37], [25.23, 97.24], [22, 96.05], [20.47, 97.02],
      [17.2, 96.29], [16.3, 97.38], [14.05, 98.12], [16.53, 97.38], [21.52, 95.59], [19.41, 97.13], [20.09, 94.55],
    ],
  },
  ulysses16: {
    optimum: 6859,
    // biome-ignore format: two columns of a table
    places: [
      [38.24, 20.42], [39.57, 26.15], [40.56, 25.32], [36.26, 23.12], [33.48, 10.54], [37.56, 12.19], [38.42, 13.11], [37.52, 20.44],
      [41.23, 9.1], [41.17, 13.05], [36.08, -5.21], [38.47, 15.13], [38.15, 15.35], [37.51, 15.17], [35.49, 14.32], [39.36, 19.56],
    ],
  },
} as const satisfies Record<string, { optimum: number; places: readonly (readonly [number, number])[] }>;

/** The rows below the diagonal. */
// biome-ignore format: a row of the matrix a line
const GR17 = [
  633,
  257, 390,
  91, 661, 228,
  412, 227, 169, 383,
  150, 488, 112, 120, 267,
  80, 572, 196, 77, 351, 63,
  134, 530, 154, 105, 309, 34, 29,
  259, 555, 372, 175, 338, 264, 232, 249,
  505, 289, 262, 476, 196, 360, 444, 402, 495,
  353, 282, 110, 324, 61, 208, 292, 250, 352, 154,
  324, 638, 437, 240, 421, 329, 297, 314, 95, 578, 435,
  70, 567, 191, 27, 346, 83, 47, 68, 189, 439, 287, 254,
  211, 466, 74, 182, 243, 105, 150, 108, 326, 336, 184, 391, 145,
  268, 420, 53, 239, 199, 123, 207, 165, 383, 240, 140, 448, 202, 57,
  246, 745, 472, 237, 528, 364, 332, 349, 202, 685, 542, 157, 289, 426, 483,
  121, 518, 142, 84, 297, 35, 29, 36, 236, 390, 238, 301, 55, 96, 153, 336,
];

function lowerRows(rows: readonly number[], cities: number): Int32Array {
  const distances = new Int32Array(cities * cities);
  let at = 0;
  for (let i = 1; i < cities; i++) {
    for (let j = 0; j < i; j++) {
      distances[i * cities + j] = rows[at]!;
      distances[j * cities + i] = rows[at++]!;
    }
  }
  return distances;
}

/** TSPLIB's own value: with a better one some distances would be others. */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: see above
const TSPLIB_PI = 3.141592;

/** TSPLIB's distance GEO, in kilometres on an idealised sphere: 16.47 are 16 degrees and 47 minutes. */
function geographical(places: readonly (readonly [number, number])[]): Int32Array {
  const radians = (place: number) => (TSPLIB_PI * (Math.trunc(place) + (5 * (place - Math.trunc(place))) / 3)) / 180;
  const distances = new Int32Array(places.length ** 2);
  for (const [i, [latitude, longitude]] of places.entries()) {
    for (const [j, [otherLatitude, otherLongitude]] of places.entries()) {
      if (i === j) continue;
      const q1 = Math.cos(radians(longitude) - radians(otherLongitude));
      const q2 = Math.cos(radians(latitude) - radians(otherLatitude));
      const q3 = Math.cos(radians(latitude) + radians(otherLatitude));
      const angle = Math.acos(0.5 * ((1 + q1) * q2 - (1 - q1) * q3));
      distances[i * places.length + j] = Math.trunc(6378.388 * angle + 1);
    }
  }
  return distances;
}
