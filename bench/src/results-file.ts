import { readFileSync } from "node:fs";
import { VARIANTS } from "./macro/kernels.ts";
import { PARTS } from "./macro/tables.ts";
import type { AnyResult } from "./result.ts";

/**
 * The results of an earlier run, from the file that its `--json` lines were kept in. Throws TypeError, with the file and the line,
 * if it cannot be read or holds anything else.
 */
export function readResults(file: string): AnyResult[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new TypeError(`${file} cannot be read: ${(error as Error).message}`);
  }
  const results = text
    .split("\n")
    .map((line, index) => ({ line: line.trim(), where: `${file}:${index + 1}` }))
    .filter(({ line }) => line !== "" && !line.startsWith("> ")) // npm's banner, where it was not told to be silent
    .map(({ line, where }) => resultIn(line, where));
  if (results.length === 0) throw new TypeError(`${file} has no results: it wants the lines that --json prints`);
  return results;
}

function resultIn(line: string, where: string): AnyResult {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TypeError(`${where} is no JSON: a file of results has the lines that --json prints, and nothing else`);
  }
  const missing = missingIn(value);
  if (missing === undefined) return value as AnyResult;
  throw new TypeError(`${where} is no result of this version of the bench: ${missing}`);
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const flag: Check = (value) => typeof value === "boolean";
const numbers: Check = (value) => Array.isArray(value) && value.every(number);
const object =
  (fields: Record<string, Check>): Check =>
  (value) =>
    typeof value === "object" && value !== null && wrongField(value, fields) === undefined;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const breakdowns: Check = (value) =>
  Array.isArray(value) && value.every((one) => object(Object.fromEntries(PARTS.map(({ key }) => [key, number])))(one));
const machine = object({ cpu: text, cores: number, node: text, platform: text });
const common = { row: text, date: text, machine, ratios: numbers };
const measurement: Record<string, Check> = {
  ...common,
  name: text,
  unit: text,
  value: number,
  ratio: number,
  p50: number,
  p99: number,
  yardstick: object({ name: text, value: number }),
  higherIsBetter: flag,
  target: orNull(text),
  met: orNull(flag),
};
const kernelRun: Record<string, Check> = {
  ...common,
  kernel: text,
  size: text,
  variant: (value) => (VARIANTS as readonly unknown[]).includes(value),
  workers: number,
  firstSeconds: orNull(number),
  seconds: numbers,
  ratio: orNull(number),
  speedup: orNull(number),
  failed: orNull(text),
  verdict: orNull(object({ ok: flag, against: text, found: text })),
  breakdown: orNull(breakdowns),
};

/** What is wrong with a result, if something is. */
function missingIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "no object";
  const wrong = wrongField(value, "kernel" in value ? kernelRun : measurement);
  return wrong === undefined ? undefined : `"${wrong}" is missing, or not what it should be`;
}

function wrongField(value: object, fields: Record<string, Check>): string | undefined {
  return Object.keys(fields).find((key) => !fields[key]!((value as Record<string, unknown>)[key]));
}
