import { readFileSync } from "node:fs";
import { UsageError } from "@isles/base";
import { SIZES } from "@isles/examples";
import { median } from "./figures.ts";
import { VARIANTS } from "./macro/kernels.ts";
import { PARTS } from "./macro/tables.ts";
import type { AnyResult, KernelResult, Result } from "./result.ts";
import { each, fields, isObject, orLeftOut, orNull, type Rule, rule } from "./rules.ts";

/**
 * The results of an earlier run, from the file that its `--json` lines were kept in. Throws UsageError("BAD_FILE"), with the file, the
 * line and the field, if it cannot be read or holds anything else, figures that no run can have among it.
 */
export function readResults(file: string): AnyResult[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UsageError("BAD_FILE", `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const results = text
    .split("\n")
    .map((line, index) => ({ line: line.trim(), where: `${file}:${index + 1}` }))
    .filter(({ line }) => line !== "" && !line.startsWith("> ")) // npm's banner, where it was not told to be silent
    .map(({ line, where }) => resultIn(line, where));
  if (results.length > 0) return results;
  throw new UsageError("BAD_FILE", `${file} has no results: it wants the lines that --json prints`);
}

function resultIn(line: string, where: string): AnyResult {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const message = `${where} is no JSON: a file of results has the lines that --json prints, and nothing else`;
    throw new UsageError("BAD_FILE", message, { cause });
  }
  const wrong = wrongIn(value);
  if (wrong === undefined) return value as AnyResult;
  throw new UsageError("BAD_FILE", `${where} is no result of this version of the bench: ${wrong}`);
}

/** What is wrong with a result, if something is. */
function wrongIn(value: unknown): string | undefined {
  if (!isObject(value)) return "no object";
  if ("kernel" in value) return kernelRun(value, "") ?? contradictionIn(value as unknown as KernelResult, ofKernelRuns);
  return measurement(value, "") ?? contradictionIn(value as unknown as Result, ofMeasurements);
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

const text = rule("a text", (value) => typeof value === "string");
const flag = rule("true or false", (value) => typeof value === "boolean");
const positive = rule("a number above 0", (value) => isNumber(value) && value > 0);
const notNegative = rule("a number, 0 or more", (value) => isNumber(value) && value >= 0);
const share = rule("a share, 0 to 1", (value) => isNumber(value) && value >= 0 && value <= 1);
const count = rule("a whole number, 1 or more", (value) => Number.isSafeInteger(value) && (value as number) >= 1);
const date = rule("a date", (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)));
const bound = rule("a bound like <= 1.3", (value) => typeof value === "string" && /^[<>]= \d/.test(value));
const oneOf = (known: readonly unknown[]): Rule => rule(`one of ${known.join(", ")}`, (value) => known.includes(value));

const common = {
  row: text,
  date,
  machine: fields({ cpu: text, cores: count, node: text, platform: text, load: notNegative, othersBusy: share }),
  ratios: each(positive),
};
const measurement = fields({
  ...common,
  name: text,
  unit: text,
  value: positive,
  ratio: positive,
  p50: positive,
  p99: positive,
  yardstick: fields({ name: text, value: positive }),
  higherIsBetter: flag,
  target: orNull(bound),
  met: orNull(flag),
  failed: orLeftOut(text),
});
const kernelRun = fields({
  ...common,
  kernel: text,
  size: oneOf(SIZES),
  variant: oneOf(VARIANTS),
  workers: count,
  firstSeconds: orNull(positive),
  seconds: each(positive),
  ratio: orNull(positive),
  speedup: orNull(positive),
  failed: orNull(text),
  verdict: orNull(fields({ ok: flag, against: text, found: text })),
  breakdown: orNull(each(fields(Object.fromEntries(PARTS.map(({ key }) => [key, notNegative]))))),
});

/** A field, and what it may not be beside the others; each for itself is as it should be. */
type Contradiction<R> = readonly [field: keyof R & string, words: string, isSo: (result: R) => boolean];

const ofMeasurements: readonly Contradiction<Result>[] = [
  ["ratios", "empty", ({ ratios }) => ratios.length === 0],
  // Not their median: that of two rounds is either of them, and row 15's is the ratio of the median of all samples.
  [
    "ratio",
    `beyond all of "ratios"`,
    ({ ratio, ratios }) => ratio < Math.min(...ratios) || ratio > Math.max(...ratios),
  ],
  ["p99", `less than "p50"`, ({ p50, p99 }) => p99 < p50],
  [
    "met",
    `null where "target" is not, or the other way round`,
    ({ met, target }) => (met === null) !== (target === null),
  ],
  ["met", `true although it failed`, ({ met, failed }) => met === true && failed !== undefined],
];
const ofKernelRuns: readonly Contradiction<KernelResult>[] = [
  ["seconds", "empty although nothing failed", ({ seconds, failed }) => seconds.length === 0 && failed === null],
  ["ratios", `more than "seconds" are`, ({ ratios, seconds }) => ratios.length > seconds.length],
  ["ratio", `not the median of "ratios"`, ({ ratio, ratios }) => ratio !== (ratios.length > 0 ? median(ratios) : null)],
  ["verdict", `null although "seconds" has runs`, ({ verdict, seconds }) => verdict === null && seconds.length > 0],
  ["breakdown", "not one of each worker", ({ breakdown, workers }) => (breakdown?.length ?? workers) !== workers],
];

function contradictionIn<R>(result: R, contradictions: readonly Contradiction<R>[]): string | undefined {
  const found = contradictions.find(([, , isSo]) => isSo(result));
  return found && `"${found[0]}" is ${found[1]}`;
}
