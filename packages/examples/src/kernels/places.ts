/**
 * Places on the map, from the package vega-datasets: all 42,049 post offices of the United States with a ZIP code of their own
 * (`zipcodes.csv`), and 3,376 airfields (`airports.csv`).
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export type PlacesFile = "zipcodes.csv" | "airports.csv";

/** In degrees, north and east. */
export interface Places {
  readonly latitudes: Float64Array;
  readonly longitudes: Float64Array;
}

/** Fields of a line where latitude and longitude are: counted from the end, for names with commas in them come before. */
const FIELDS: Record<PlacesFile, { readonly fields: number; readonly latitude: number }> = {
  "zipcodes.csv": { fields: 6, latitude: 1 },
  "airports.csv": { fields: 7, latitude: 5 },
};

/** Reads the file. Throws an Error that names the line if it is not what it should be. */
export function loadPlaces(name: PlacesFile): Places {
  // The package exports no path to its data, only its module, which would load all seventy data sets.
  const main = createRequire(import.meta.url).resolve("vega-datasets");
  return parsePlaces(name, readFileSync(new URL(`../data/${name}`, `file://${main}`), "utf8"));
}

/** One place a line, after a line of titles. */
export function parsePlaces(name: PlacesFile, text: string): Places {
  const lines = text.trimEnd().split("\n").slice(1);
  const { fields, latitude } = FIELDS[name];
  const places = { latitudes: new Float64Array(lines.length), longitudes: new Float64Array(lines.length) };
  for (const [i, line] of lines.entries()) {
    const values = line.split(",");
    const at = name === "airports.csv" ? values.length - (fields - latitude) : latitude;
    const north = values.length >= fields ? Number.parseFloat(values[at]) : Number.NaN;
    const east = Number.parseFloat(values[at + 1]);
    if (!(Math.abs(north) <= 90 && Math.abs(east) <= 180))
      throw new Error(`${name}, line ${i + 2}: no latitude and longitude in "${line}"`);
    places.latitudes[i] = north;
    places.longitudes[i] = east;
  }
  return places;
}
