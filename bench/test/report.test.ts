import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "isles";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareRuns } from "../dist/compare.js";
import { writeReport } from "../dist/html/report.js";
import type { AnyResult } from "../dist/result.js";
import { readResults } from "../dist/results-file.js";
import { aRun, resultWith, runWith } from "./results.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isles-bench-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(folder, name), "utf8");

test("the report stands on its own and shows every result", async () => {
  const slow = aRun.map((result) =>
    "kernel" in result ? result : { ...result, ratios: result.ratios.map((r) => r / 2) },
  );
  expect(await writeReport(folder, aRun, compareRuns(slow, aRun))).toBe(join(folder, "index.html"));
  const page = read("index.html");
  expect(page).not.toMatch(/<script|<link|@import|url\(|src=/);
  // Names of XML's vocabularies are no addresses that anybody asks.
  expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, "")).not.toContain("://");
  expect(page.match(/<svg/g)).toHaveLength(4);
  expect(page).toContain("A Processor, 2 cores, linux x64, Node 20.20.2");
  expect(page).toContain("span &lt;sum&gt;");
  expect(page).toContain('<span class="wrong">WRONG</span> the serial run: element 3 is &lt;4&gt;');
  expect(page).toContain('<span class="wrong">FAILED</span> no result within 120 s');
  expect(page).toContain("SLOWER by 100 %  1. read miss vs T0");
  expect(page).toContain("prefers-color-scheme: dark");
});

test("each chart is a file that needs no page, without what was wrong", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".svg"));
  expect(files.sort()).toEqual(["sor-W-breakdown.svg", "sor-W-speedup.svg", "sor-W-times.svg", "targets.svg"]);
  for (const file of files) {
    expect(read(file)).toMatch(/^<svg [^>]*><rect width="100%" height="100%" fill="#ffffff"\/>.*<\/svg>$/s);
    expect(read(file)).not.toContain("var(");
  }
  expect(read("sor-W-times.svg")).toContain("isles");
  expect(read("sor-W-times.svg")).not.toContain("piscina");
  expect(read("sor-W-breakdown.svg")).toContain("2 sites: 1");
});

test("rows alone make a report too", async () => {
  const page = readFileSync(await writeReport(join(folder, "rows"), [resultWith({})], undefined), "utf8");
  expect(page).toContain("read miss");
  expect(page.match(/<svg/g)).toHaveLength(1);
});

test("results are read back as they were printed", () => {
  const file = join(folder, "results.json");
  writeFileSync(file, `${aRun.map((result) => JSON.stringify(result)).join("\n")}\n`);
  expect(readResults(file)).toEqual(aRun);
});

test.each([
  ["", "has no results"],
  ["not JSON\n", ":1 is no JSON"],
  ["[1]\n", ':1 is no result of this version of the bench: "row" is missing'],
  [`${JSON.stringify(aRun[0])}\n7\n`, ":2 is no result of this version of the bench: no object"],
  [
    `${JSON.stringify({ ...aRun[0], ratios: [1, null] })}\n`,
    ':1 is no result of this version of the bench: "ratios[1]"',
  ],
  [`${JSON.stringify({ ...aRun[3], variant: "mpi" })}\n`, '"variant" should be one of serial, threads,'],
  [`${JSON.stringify({ ...aRun[3], verdict: { ok: "yes" } })}\n`, '"verdict.ok" should be true or false, and is "yes"'],
  [`${JSON.stringify({ ...aRun[3], seconds: 7 })}\n`, '"seconds" should be a list, and is 7'],
])("a file with %j is refused in one line", (content, message) => {
  const file = join(folder, "bad.json");
  writeFileSync(file, content);
  expect(() => readResults(file)).toThrow(UsageError);
  expect(() => readResults(file)).toThrow(message);
});

const machine = resultWith({}).machine;
const part = aRun.flatMap((one) => ("kernel" in one ? (one.breakdown ?? []) : []))[0]!;

/** What cannot have been measured, each beside what can. */
const impossible: readonly (readonly [good: AnyResult, change: object, message: string])[] = [
  [resultWith({}), { value: 0 }, '"value" should be a number above 0, and is 0'],
  [resultWith({}), { p50: -4 }, '"p50" should be a number above 0, and is -4'],
  [resultWith({}), { p99: 3 }, '"p99" is less than "p50"'],
  [resultWith({}), { ratio: 1.2 }, '"ratio" is beyond all of "ratios"'],
  [resultWith({}), { ratios: [] }, '"ratios" is empty'],
  [resultWith({}), { yardstick: { name: "T0", value: 0 } }, '"yardstick.value" should be a number above 0'],
  [resultWith({}), { target: "1.3" }, '"target" should be a bound like <= 1.3, and is "1.3"'],
  [resultWith({}), { met: null }, '"met" is null where "target" is not'],
  [resultWith({}), { failed: "a wrong result" }, '"met" is true although it failed'],
  [resultWith({}), { date: "yesterday" }, '"date" should be a date'],
  [resultWith({}), { machine: { ...machine, cores: 1.5 } }, '"machine.cores" should be a whole number, 1 or more'],
  [resultWith({}), { machine: { ...machine, othersBusy: 2 } }, '"machine.othersBusy" should be a share, 0 to 1'],
  [runWith({}), { seconds: [1, -1, 1] }, '"seconds[1]" should be a number above 0, and is -1'],
  [runWith({}), { seconds: [1, 0, 1] }, '"seconds[1]" should be a number above 0, and is 0'],
  [runWith({}), { firstSeconds: 0 }, '"firstSeconds" should be a number above 0'],
  [runWith({}), { seconds: [], ratios: [], ratio: null }, '"seconds" is empty although nothing failed'],
  [runWith({}), { seconds: [1] }, '"ratios" is more than "seconds" are'],
  [runWith({}), { ratio: 0.97 }, '"ratio" is not the median of "ratios"'],
  [runWith({}), { ratio: null }, '"ratio" is not the median of "ratios"'],
  [runWith({}), { workers: 0 }, '"workers" should be a whole number, 1 or more, and is 0'],
  [runWith({}), { workers: 1.5 }, '"workers" should be a whole number, 1 or more, and is 1.5'],
  [runWith({}), { size: "XXL" }, '"size" should be one of tiny, S, W, A, and is "XXL"'],
  [runWith({}), { verdict: null }, '"verdict" is null although "seconds" has runs'],
  [runWith({ breakdown: [part, part] }), { breakdown: [part] }, '"breakdown" is not one of each worker'],
  [
    runWith({ breakdown: [part, part] }),
    { breakdown: [part, { ...part, lockMs: -1 }] },
    '"breakdown[1].lockMs" should be a number, 0 or more, and is -1',
  ],
];

test.each(impossible)("figures that no run can have are refused: %#", (good, change, message) => {
  const file = join(folder, "impossible.json");
  writeFileSync(file, `${JSON.stringify(good)}\n`);
  expect(readResults(file)).toEqual([good]);
  writeFileSync(file, `${JSON.stringify(good)}\n${JSON.stringify({ ...good, ...change })}\n`);
  expect(() => readResults(file)).toThrow(`impossible.json:2 is no result of this version of the bench: ${message}`);
});

test("a number too large to be one is refused", () => {
  const file = join(folder, "huge.json");
  writeFileSync(file, JSON.stringify(runWith({})).replace('"firstSeconds":1.4', '"firstSeconds":1e999'));
  expect(() => readResults(file)).toThrow('huge.json:1 is no result of this version of the bench: "firstSeconds"');
});

test("a file that is not there is refused by its name", () => {
  expect(() => readResults(join(folder, "none.json"))).toThrow(/none\.json cannot be read/);
});
