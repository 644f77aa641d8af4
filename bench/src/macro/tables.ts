/** What the runs of one kernel look like on a terminal. */
import { figure, median } from "../figures.ts";
import { type Breakdown, isSound, type KernelRun, meanOf } from "./kernel-run.ts";
import { VARIANTS, type Variant } from "./kernels.ts";

/** The words for each part of a site's time, in the order in which they are shown. */
export const PARTS: readonly { readonly key: keyof Breakdown; readonly name: string }[] = [
  { key: "computeMs", name: "compute" },
  { key: "readMissMs", name: "read miss" },
  { key: "writeMissMs", name: "write miss" },
  { key: "lockMs", name: "lock" },
  { key: "barrierMs", name: "barrier" },
  { key: "otherMs", name: "other" },
  { key: "servingMs", name: "serving" },
];

/** Seconds and speedups by number of workers and variant; where Isles' time went; what was wrong. Runs of one kernel and size. */
export function kernelTable(runs: readonly KernelRun[]): string {
  const [first] = runs;
  if (first === undefined) return "";
  const lines = [
    `  ${first.kernel}, size ${first.size}`,
    ...timesTable(runs),
    ...firstRuns(runs),
    ...breakdownTable(runs),
    ...troubles(runs),
  ];
  const verdict = runs.find((run) => run.variant === "isles" && run.verdict?.ok)?.verdict;
  if (verdict != null) lines.push(`    checked against ${verdict.against}: ${verdict.found}`);
  return lines.join("\n");
}

function timesTable(runs: readonly KernelRun[]): string[] {
  const variants = VARIANTS.filter((variant) => variant !== "serial");
  const counts = [...new Set(runs.filter(({ variant }) => variant !== "serial").map(({ workers }) => workers))];
  const serial = runs.find(({ variant }) => variant === "serial");
  const rows = counts.map((count) => [
    String(count),
    ...variants.map((variant) => cellOf(runs.find((run) => run.variant === variant && run.workers === count))),
    ratioOf(runs.find((run) => run.variant === "isles" && run.workers === count)),
  ]);
  const head = serial === undefined ? [] : [`    serial ${cellOf(serial)}`];
  return [...head, ...aligned([["workers", ...variants.map(nameOf), "isles ÷ threads"], ...rows])];
}

/** What it costs to be new: the rest of the table is about code that has been optimised. */
function firstRuns(runs: readonly KernelRun[]): string[] {
  const cells = runs
    .filter(({ firstSeconds }) => firstSeconds !== null)
    .map(({ variant, workers, firstSeconds }) => {
      const by = variant === "serial" ? variant : `${variant} by ${workers}`;
      return `${by} ${figure(firstSeconds! * 1000)} ms`;
    });
  return cells.length === 0 ? [] : [`    the first run, not yet optimised: ${cells.join(", ")}`];
}

/** What a variant is called where its name alone says too little. */
export function nameOf(variant: Variant): string {
  const names: Partial<Record<Variant, string>> = { piscina: "piscina messages", comlink: "comlink messages" };
  return names[variant] ?? variant;
}

function cellOf(run: KernelRun | undefined): string {
  if (run === undefined) return "–";
  if (run.verdict?.ok === false) return "WRONG";
  if (run.failed !== null || run.seconds.length === 0) return "FAILED";
  const time = `${figure(median(run.seconds) * 1000)} ms`;
  return run.speedup === null || run.variant === "serial" ? time : `${time} ${run.speedup.toFixed(2)}×`;
}

function ratioOf(run: KernelRun | undefined): string {
  return run?.ratio == null || !isSound(run) ? "–" : run.ratio.toFixed(2);
}

function breakdownTable(runs: readonly KernelRun[]): string[] {
  const rows = runs.flatMap(({ workers, breakdown }) => {
    if (breakdown === null) return [];
    const mean = meanOf(breakdown);
    const whole = PARTS.reduce((sum, { key }) => sum + mean[key], 0);
    return [[String(workers), ...PARTS.map(({ key }) => `${((mean[key] / whole) * 100).toFixed(1)} %`)]];
  });
  if (rows.length === 0) return [];
  return ["    where a site's time goes", ...aligned([["sites", ...PARTS.map(({ name }) => name)], ...rows])];
}

function troubles(runs: readonly KernelRun[]): string[] {
  return runs
    .filter((run) => !isSound(run))
    .map((run) => {
      const what =
        run.verdict?.ok === false ? `WRONG: ${run.verdict.found} (against ${run.verdict.against})` : "FAILED";
      const why = run.failed === null ? "" : `: ${run.failed.split("\n", 1)[0]}`;
      return `    ${run.variant}, ${run.workers}: ${what}${why}`;
    });
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => `    ${row.map((cell, column) => cell.padStart(widths[column]!)).join("   ")}`);
}
