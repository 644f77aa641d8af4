/**
 * @isles/bench: benchmarks, each with its yardstick in the same run.
 *
 * A benchmark is a test with a clock: it prints a distribution and a ratio, never one number.
 *
 * @packageDocumentation
 */
import { makeOutFolder } from "@isles/examples";
import type { Bench } from "./bench.ts";
import { compareRuns, type Differences, differenceLines, gotWorse } from "./compare.ts";
import { BUSY, Watch } from "./machine.ts";
import { isSound } from "./macro/kernel-run.ts";
import { chooseRows, type Options, parseOptions, type RowChoice, usage } from "./options.ts";
import { jsonReport, type Report, tableReport } from "./report.ts";
import { type AnyResult, isKernelResult, kernelResultOf, resultOf } from "./result.ts";
import { readResults } from "./results-file.ts";
import { affinity } from "./rows/affinity.ts";
import { againstArgo } from "./rows/argo.ts";
import { asynchronousCalls } from "./rows/asynchronous-calls.ts";
import { barriers } from "./rows/barriers.ts";
import { blockingCalls } from "./rows/blocking-calls.ts";
import { encodingCosts } from "./rows/encodings.ts";
import { kernels, otherKernels } from "./rows/kernels.ts";
import { locks } from "./rows/locks.ts";
import { loops } from "./rows/loops.ts";
import { memory } from "./rows/memory.ts";
import { migration } from "./rows/migration.ts";
import { manyPages } from "./rows/pages.ts";
import { payloads } from "./rows/payloads.ts";
import { processes } from "./rows/processes.ts";
import { readMiss } from "./rows/read-miss.ts";
import { threeHop } from "./rows/three-hop.ts";
import { upgrade } from "./rows/upgrade.ts";

const benches: readonly Bench[] = [
  readMiss,
  threeHop,
  upgrade,
  locks,
  barriers,
  loops,
  blockingCalls,
  asynchronousCalls,
  kernels,
  processes,
  memory,
  againstArgo,
  otherKernels,
  encodingCosts,
  payloads,
  migration,
  affinity,
  manyPages,
];

/** Throws UsageError for a row or a kernel that there is not. */
function chosen({ only }: Options): readonly RowChoice<Bench>[] {
  if (only === undefined)
    return benches.filter((bench) => bench.extra !== true).map((row) => ({ row, kernels: undefined }));
  const rows = chooseRows(only, benches);
  for (const { row: bench, kernels } of rows) bench.checkKernels?.(kernels ?? []);
  return rows;
}

/** Runs the rows and gives every result to the report as soon as it is there. */
async function measureAll(rows: readonly RowChoice<Bench>[], options: Options, report: Report): Promise<AnyResult[]> {
  const sizes = options.quick ? { rounds: 2, warmUp: 1, operations: 64 } : { rounds: 11, warmUp: 6, operations: 1000 };
  const results: AnyResult[] = [];
  for (const { row: bench, kernels } of rows) {
    report.heading(bench.row, bench.title);
    const progress = (text: string) => report.progress(`row ${bench.row}, ${text}`);
    let watch = new Watch();
    let hasWarned = false;
    for await (const finding of bench.run({ options, kernels, ...sizes, progress })) {
      const { machine } = watch;
      const result =
        "kernel" in finding ? kernelResultOf(bench.row, finding, machine) : resultOf(bench.row, finding, machine);
      results.push(result);
      show(result, report);
      if (machine.othersBusy > BUSY && !hasWarned) {
        hasWarned = true;
        const share = Math.round(machine.othersBusy * 100);
        report.warn(
          `row ${bench.row}: other processes used ${share} % of the machine; believe ratios a little and times not at all`,
        );
      }
      watch = new Watch();
    }
  }
  return results;
}

function show(result: AnyResult, report: Report): void {
  if (isKernelResult(result)) report.kernel(result);
  else report.result(result);
}

/** The results of an earlier run, shown as if they had just been measured. */
function showAgain(results: readonly AnyResult[], report: Report): AnyResult[] {
  let row: string | undefined;
  for (const result of results) {
    if (result.row !== row) report.heading(result.row, benches.find((one) => one.row === result.row)?.title ?? "");
    row = result.row;
    show(result, report);
  }
  return [...results];
}

async function runAll(options: Options): Promise<void> {
  const report = options.json ? jsonReport() : tableReport();
  // What cannot be had must not be found out about after half an hour.
  const rows = chosen(options);
  const before = options.compare === undefined ? undefined : readResults(options.compare);
  const earlier = options.from === undefined ? undefined : readResults(options.from);
  if (options.report !== undefined) await makeOutFolder(options.report, "--report");
  const results = earlier === undefined ? await measureAll(rows, options, report) : showAgain(earlier, report);
  report.end();
  let differences: Differences | undefined;
  if (before !== undefined) {
    differences = compareRuns(before, results);
    console.error(`\n${differenceLines(differences, options.compare!).join("\n")}`);
  }
  if (options.report !== undefined) {
    const { writeReport } = await import("./html/report.ts"); // the charts' library takes its time to load
    console.error(`\nreport: ${await writeReport(options.report, results, differences)}`);
  }
  const isWrong = results.some((result) => isKernelResult(result) && !isSound(result));
  const isWorse = options.failOnSlower && differences !== undefined && gotWorse(differences);
  if (isWrong || isWorse) process.exitCode = 1;
}

/** The command: rejects with UsageError, of one line, for arguments that make no sense. */
export async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) console.log(usage);
  else await runAll(options);
}
