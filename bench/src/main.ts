/**
 * @isles/bench: benchmarks, each with its yardstick in the same run.
 *
 * A benchmark is a test with a clock: it prints a distribution and a ratio, never one number.
 *
 * @packageDocumentation
 */
import type { Bench } from "./bench.ts";
import { BUSY, Watch } from "./machine.ts";
import { type Options, parseOptions, usage } from "./options.ts";
import { jsonReport, type Report, tableReport } from "./report.ts";
import { resultOf } from "./result.ts";
import { affinity } from "./rows/affinity.ts";
import { againstArgo } from "./rows/argo.ts";
import { asynchronousCalls } from "./rows/asynchronous-calls.ts";
import { barriers } from "./rows/barriers.ts";
import { blockingCalls } from "./rows/blocking-calls.ts";
import { encodingCosts } from "./rows/encodings.ts";
import { locks } from "./rows/locks.ts";
import { loops } from "./rows/loops.ts";
import { memory } from "./rows/memory.ts";
import { migration } from "./rows/migration.ts";
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
  processes,
  memory,
  againstArgo,
  encodingCosts,
  payloads,
  migration,
  affinity,
];

function chosen({ only }: Options): readonly Bench[] {
  if (only === undefined) return benches.filter((bench) => bench.extra !== true);
  return only.map((row) => {
    const bench = benches.find((one) => one.row === row);
    if (bench === undefined)
      throw new TypeError(`no row "${row}"; there are ${benches.map((one) => one.row).join(", ")}`);
    return bench;
  });
}

async function runAll(options: Options, report: Report): Promise<void> {
  const sizes = options.quick ? { rounds: 2, warmUp: 1, operations: 64 } : { rounds: 11, warmUp: 6, operations: 1000 };
  for (const bench of chosen(options)) {
    report.heading(bench.row, bench.title);
    const progress = (text: string) => report.progress(`row ${bench.row}, ${text}`);
    let watch = new Watch();
    for await (const measurement of bench.run({ options, ...sizes, progress })) {
      const { machine } = watch;
      report.result(resultOf(bench.row, measurement, machine));
      if (machine.othersBusy > BUSY) {
        const share = Math.round(machine.othersBusy * 100);
        report.warn(
          `row ${bench.row}: other processes used ${share} % of the machine; ratios stand, microseconds do not`,
        );
      }
      watch = new Watch();
    }
  }
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else await runAll(options, options.json ? jsonReport() : tableReport());
}

main().catch((error: unknown) => {
  console.error(error instanceof TypeError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = 1;
});
