import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../bench/dist/main.js");

/** Runs the bench and returns what it printed on standard output. */
async function bench(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], { timeout: 110_000 });
  return stdout;
}

test("a quick run prints one JSON line per result, with finite figures", { timeout: 120_000 }, async () => {
  const results = (await bench("--quick", "--json"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

  expect([...new Set(results.map(({ row }) => row))]).toEqual([
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "11",
    "14",
    "15",
  ]);
  for (const result of results) {
    expect(result).toEqual({
      row: expect.any(String),
      name: expect.any(String),
      value: expect.any(Number),
      unit: expect.any(String),
      yardstick: { name: expect.any(String), value: expect.any(Number) },
      ratio: expect.any(Number),
      target: result.target === null ? null : expect.stringMatching(/^[<>]= \d/),
      met: result.target === null ? null : expect.any(Boolean),
      p50: expect.any(Number),
      p99: expect.any(Number),
      machine: expect.objectContaining({
        cpu: expect.any(String),
        cores: expect.any(Number),
        node: process.versions.node,
      }),
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    // JSON has no NaN and no infinity: what is a number here is finite. Nothing costs nothing.
    expect(result.ratio).toBeGreaterThan(0);
    expect(result.yardstick.value).toBeGreaterThan(0);
    expect(result.p99).toBeGreaterThanOrEqual(result.p50);
  }
});

test("rows are run by name, the extra ones too", { timeout: 60_000 }, async () => {
  const table = await bench("--quick", "--only", "encodings,payloads,migration,affinity");
  expect(table).toContain("4 KiB through the ring");
  expect(table).toContain("4 KiB Uint8Array, moved");
  expect(table).toContain("Piscina, affinity balancer by hand");
});

test("an unknown row is refused with the list of rows", async () => {
  await expect(bench("--only", "99")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no row "99"; there are 1, 2/),
  });
});
