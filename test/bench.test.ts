import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../bench/dist/main.js");

/** Runs the bench and returns what it printed. */
function benchWith(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [main, ...args], { timeout: 110_000, maxBuffer: 16 * 1024 * 1024 });
}

/** Runs the bench and returns what it printed on standard output. */
async function bench(...args: string[]): Promise<string> {
  return (await benchWith(...args)).stdout;
}

/** The lines of `--json`. */
function lines(stdout: string) {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const ROW_9 = ["sor", "matmul", "lu", "fft", "radix", "barnes", "ep", "cg", "mg", "is", "ft"];
const OTHER_KERNELS = ["hashmap", "kmeans", "life", "mandelbrot", "pagerank", "tsp", "words"];
const ROWS = ["1", "2", "3", "4", "5", "6", "7", "8", "11", "14", "15"];

const machine = expect.objectContaining({
  cpu: expect.any(String),
  cores: expect.any(Number),
  node: process.versions.node,
});
const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

test("a quick run prints one JSON line per result, with finite figures", { timeout: 120_000 }, async () => {
  const results = lines(await bench("--quick", "--json", "--only", ROWS.join(",")));
  expect([...new Set(results.map(({ row }) => row))]).toEqual(ROWS);
  for (const result of results) {
    expect(result).toEqual({
      row: expect.any(String),
      name: expect.any(String),
      value: expect.any(Number),
      unit: expect.any(String),
      yardstick: { name: expect.any(String), value: expect.any(Number) },
      ratio: expect.any(Number),
      ratios: expect.any(Array),
      higherIsBetter: expect.any(Boolean),
      target: result.target === null ? null : expect.stringMatching(/^[<>]= \d/),
      met: result.target === null ? null : expect.any(Boolean),
      p50: expect.any(Number),
      p99: expect.any(Number),
      machine,
      date,
    });
    for (const ratio of result.ratios) expect(ratio).toBeGreaterThan(0);
    // JSON has no NaN and no infinity: what is a number here is finite. Nothing costs nothing.
    expect(result.ratio).toBeGreaterThan(0);
    expect(result.yardstick.value).toBeGreaterThan(0);
    expect(result.p99).toBeGreaterThanOrEqual(result.p50);
  }
});

test("every kernel gives the right result in every variant of a quick run", { timeout: 120_000 }, async () => {
  const results = lines(await bench("--quick", "--json", "--only", "9,kernels"));
  const runs = results.filter((result) => "kernel" in result);
  const kernels = [...new Set(runs.map(({ kernel }) => kernel))];
  expect(kernels).toEqual(expect.arrayContaining(ROW_9));
  for (const kernel of kernels) {
    const variants = runs.filter((run) => run.kernel === kernel).map(({ variant, workers }) => `${variant} ${workers}`);
    expect(variants).toEqual(expect.arrayContaining(["serial 1", "isles 1", "isles 2"]));
    if (ROW_9.includes(kernel)) expect(variants).toEqual(expect.arrayContaining(["threads 1", "threads 2"]));
  }
  for (const run of runs) {
    const { kernel, variant, workers } = run;
    expect({ kernel, variant, workers, failed: run.failed, verdict: run.verdict }).toEqual({
      kernel,
      variant,
      workers,
      failed: null,
      verdict: { ok: true, against: expect.any(String), found: expect.any(String) },
    });
    expect(run).toMatchObject({ size: "tiny", machine, date });
    for (const seconds of run.seconds) expect(seconds).toBeGreaterThan(0);
    if (variant === "isles") expect(run.breakdown).toHaveLength(workers);
  }
  const [mean] = results.filter(({ name }) => name?.startsWith("geometric mean"));
  expect(mean).toMatchObject({ row: "9", ratio: expect.any(Number), higherIsBetter: true });
});

test("every kernel gives the right result by messages", { timeout: 120_000 }, async () => {
  const args = ["--quick", "--json", "--sites", "2", "--variants", "piscina,comlink", "--only", "9,kernels"];
  const runs = lines(await bench(...args));
  const kernels = [...new Set(runs.map(({ kernel }) => kernel))];
  expect(kernels).toEqual([...ROW_9, ...OTHER_KERNELS]);
  expect(runs).toHaveLength(2 * kernels.length);
  for (const { kernel, variant, failed, verdict } of runs)
    expect({ kernel, variant, failed, ok: verdict?.ok }).toEqual({ kernel, variant, failed: null, ok: true });
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

test("an earlier run is compared with, and a file that is none is refused in one line", {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "isles-bench-"));
  try {
    const file = join(folder, "earlier.json");
    await writeFile(file, await bench("--quick", "--json", "--only", "6"));
    const args = ["--from", file, "--compare", file, "--report", join(folder, "report")];
    const { stdout, stderr } = await benchWith(...args);
    expect(stdout).toContain("span kernel, sum (speed)");
    expect(stderr).toContain("0 slower, 0 faster");
    expect(await readdir(join(folder, "report"))).toEqual(["index.html", "targets.svg"]);
    await writeFile(file, "no JSON");
    await expect(bench(...args)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/earlier\.json:1 is no JSON/),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("isles bench hands its arguments on", async () => {
  const isles = join(import.meta.dirname, "../packages/isles/bin/isles.js");
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [isles, "bench", "--help"], { timeout: 30_000 });
  expect(stdout).toContain("--compare FILE");
  await expect(run(process.execPath, [isles, "bench", "--only", "99"], { timeout: 30_000 })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^isles: .*no row "99"; there are 1, 2.*\n$/),
  });
});
