/**
 * The demo: two real jobs on distributed shared memory, at several numbers of sites, every result checked.
 *
 *     npm run demo -- [--quick] [--sites 1,2,4] [--only cg|heat] [--class S,W] [--out DIR] [--json] [--help]
 *
 * Exit code 1 if any result is wrong or anything fails.
 */
import { availableParallelism } from "node:os";
import { runCg } from "./demo/cg-job.ts";
import { runHeat } from "./demo/heat-job.ts";
import { type DemoOptions, HELP, parseOptions } from "./demo/options.ts";
import { type Row, rowAsJson } from "./demo/row.ts";
import { formatTable } from "./demo/table.ts";
import { makeOutFolder } from "./report/out-folder.ts";
import { type Progress, progressOn } from "./report/progress.ts";

const FULL = { width: 1024, steps: 2000, repeats: 3 };
const QUICK = { width: 512, steps: 400, repeats: 1 };

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  // Before the work, not after it: a directory that cannot be made should be known at once.
  if (options.jobs.includes("heat")) await makeOutFolder(options.out, "--out");
  // With --json, standard output is for the rows alone.
  const chatter = options.json ? process.stderr : process.stdout;
  chatter.write(`Isles on Node ${process.version}, ${availableParallelism()} cores\n`);
  const rows: Row[] = [];
  for await (const row of runJobs(options, progressOn(chatter), chatter)) {
    rows.push(row);
    if (options.json) console.log(rowAsJson(row));
  }
  if (!options.json) console.log(`\n${formatTable(rows, process.stdout.isTTY)}\n${legend(rows)}`);
  return verdict(rows, chatter);
}

async function* runJobs(options: DemoOptions, progress: Progress, chatter: NodeJS.WriteStream): AsyncGenerator<Row> {
  const { siteCounts, out } = options;
  const { width, steps, repeats } = options.quick ? QUICK : FULL;
  if (options.jobs.includes("cg")) {
    for (const className of options.classes) yield* runCg({ className, siteCounts, repeats }, progress);
  }
  if (options.jobs.includes("heat")) {
    const picture = yield* runHeat({ width, steps, siteCounts, out }, progress);
    chatter.write(`picture: ${picture}\n`);
  }
}

function legend(rows: readonly Row[]): string {
  const cores = availableParallelism();
  const crowded = rows.some(({ sites }) => sites > cores) ? ` More sites than the ${cores} cores share them.` : "";
  return (
    "plain s: the same kernel by one thread on plain typed arrays; × plain: how many times as fast as that.\n" +
    `misses, messages and MB: sums over the sites; blocked s: mean over the sites, waiting for each other.${crowded}`
  );
}

function verdict(rows: readonly Row[], chatter: NodeJS.WriteStream): number {
  const wrong = rows.filter(({ verified }) => !verified).length;
  chatter.write(
    wrong === 0 ? `All ${rows.length} results verified.\n` : `${wrong} of ${rows.length} results are WRONG.\n`,
  );
  return wrong === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  console.error(`demo: ${line}`);
  process.exitCode = 1;
}
