import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareRuns } from "../dist/compare.js";
import { writeReport } from "../dist/html/report.js";
import { readResults } from "../dist/results-file.js";
import { aRun, resultWith } from "./results.ts";

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
  [`${JSON.stringify({ ...aRun[0], ratios: [1, null] })}\n`, '"ratios" is missing, or not what it should be'],
  [`${JSON.stringify({ ...aRun[3], variant: "mpi" })}\n`, '"variant" is missing'],
  [`${JSON.stringify({ ...aRun[3], verdict: { ok: "yes" } })}\n`, '"verdict" is missing'],
])("a file with %j is refused in one line", (content, message) => {
  const file = join(folder, "bad.json");
  writeFileSync(file, content);
  expect(() => readResults(file)).toThrow(TypeError);
  expect(() => readResults(file)).toThrow(message);
});

test("a file that is not there is refused by its name", () => {
  expect(() => readResults(join(folder, "none.json"))).toThrow(/none\.json cannot be read/);
});
