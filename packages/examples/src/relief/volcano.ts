/**
 * Maunga Whau (Mount Eden), Auckland: 87 × 61 heights in metres, 10 m apart, digitised from a topographic map by Ross
 * Ihaka; R's `volcano`, here from the npm package vega-datasets.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** A rectangle of numbers, row by row. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly values: Float64Array;
}

/** Distance between neighbouring measured heights, in metres. */
export const VOLCANO_SPACING_METRES = 10;

/** The measured heights. */
export async function loadVolcano(): Promise<Grid> {
  // The package exports no path to its data, only its module, which would load all seventy data sets.
  const main = createRequire(import.meta.url).resolve("vega-datasets");
  const file = new URL("../data/volcano.json", `file://${main}`);
  return parseVolcano(JSON.parse(await readFile(file, "utf8")));
}

function parseVolcano(data: unknown): Grid {
  if (typeof data !== "object" || data === null || !("width" in data && "height" in data && "values" in data)) {
    throw new Error("volcano.json: expected an object with width, height and values");
  }
  const { width, height, values } = data;
  if (!isCount(width) || !isCount(height) || !Array.isArray(values) || values.length !== width * height) {
    throw new Error(`volcano.json: expected width × height values, got ${width} × ${height}`);
  }
  if (!values.every((value) => typeof value === "number" && Number.isFinite(value))) {
    throw new Error("volcano.json: a height is not a number");
  }
  return { width, height, values: Float64Array.from(values) };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
