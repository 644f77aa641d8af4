import { parseArgs } from "node:util";
import { UsageError } from "@isles/base";
import { SIZES, type SizeName } from "@isles/examples";
import { VARIANTS, type Variant } from "./macro/kernels.ts";

/** What the command line asks for. */
export interface Options {
  readonly json: boolean;
  /** Rows and their kernels as written, split at commas; undefined: the numbered rows. See `chooseRows`. */
  readonly only: readonly string[] | undefined;
  /** A smoke run of a few seconds: the numbers mean little. */
  readonly quick: boolean;
  readonly long: boolean;
  readonly help: boolean;
  /** Of the kernels' problems. */
  readonly size: SizeName;
  /** Numbers of sites, threads or workers that kernels run on. */
  readonly sites: readonly number[];
  /** Ways in which kernels run. */
  readonly variants: readonly Variant[];
  /** Folder that the report is written to; undefined: none. */
  readonly report: string | undefined;
  /** A file of an earlier run's JSON lines to compare with. */
  readonly compare: string | undefined;
  readonly failOnSlower: boolean;
  /** A file of JSON lines to show instead of measuring. */
  readonly from: string | undefined;
}

const REPORT = "out/bench";
const MOST_SITES = 64;

export const usage = `Usage: isles bench [options]         or in a clone of Isles: npm run bench -- [options]

Measures Isles, each thing beside a yardstick in alternating rounds of the same run; every result is the ratio of the two. Without options:
the numbered rows, as tables on the terminal and a report in ${REPORT}/index.html. Rows 1 to 8, 11, 14 and 15 take about 3 minutes, row 9
about 2 minutes a kernel on two idle cores, 25 in all.

Rows
  1 read miss   2 three-hop read miss   3 write upgrade   4 locks    5 barriers   6 loops over spans   7 blocking calls
  8 asynchronous calls   9 kernels   11 processes   14 memory   15 ArgoDSM's figures      (docs/MEASURED.md has the targets)
  only when named: kernels (those of the examples that row 9 has not), encodings, payloads, migration, affinity, pages

What to measure
  --only LIST       these rows, and after a colon these of their kernels (default: all numbered rows)
                      --only 1,2      --only 9:sor,lu,11      --only kernels:life
  --size SIZE       size of the kernels' problems: ${SIZES.join(", ")}; not every kernel has each (default: W)
                      --size S
  --sites LIST      how many sites, threads or workers the kernels run on, 1 to ${MOST_SITES} each (default: 1,2,4,8)
                      --sites 1,2
  --variants LIST   how the kernels run: ${VARIANTS.join(", ")} (default: all of them)
                      --variants threads,isles
  --quick           a smoke run; its numbers mean little. Few rounds, and kernels of size tiny, at 1 and 2 sites, without messages,
                    where --size, --sites and --variants say nothing else
                      --quick --only 9:sor
  --long            row 14 takes 10,000,000 page faults (default: 1,000,000)
                      --long --only 14

What to do with it
  --json            one JSON line a result on standard output (default: tables)
                      --json > before.json      (with npm: npm run --silent bench -- --json > before.json)
  --report DIR      write index.html and the charts as SVG files there (default: ${REPORT}; none with --json, --quick or --from)
                      --report out/today
  --compare FILE    say what got slower or faster, beyond the noise of the rounds, since the run whose --json lines FILE has (default: none)
                      --only 9:sor --compare before.json
  --fail-on-slower  with --compare: exit code 1 if anything got slower, unless the machine was busy with other things (default: no)
                      --compare before.json --fail-on-slower
  --from FILE       measure nothing: show, compare or report FILE, an earlier run's --json lines (default: measure)
                      --from after.json --compare before.json --report out/change
  -h, --help        this text

The machine should be idle; a warning on standard error says when it is not.
Exit code: 0, or 1 if a kernel's result was wrong, a variant did not come to an end, or the command makes no sense.`;

/** Throws UsageError, of one line, for what is no option, and for values that make no sense. */
export function parseOptions(args: readonly string[]): Options {
  const values = parseFlags(args);
  const { json, quick, long, help, compare, from } = values;
  const failOnSlower = values["fail-on-slower"];
  if (failOnSlower && compare === undefined)
    throw new UsageError("BAD_OPTION", "--fail-on-slower compares with nothing: add --compare FILE");
  const reportsAnyway = !json && !quick && from === undefined;
  return {
    json,
    quick,
    long,
    help,
    only: values.only === undefined ? undefined : listOf(values.only),
    size: oneOf("--size", SIZES, values.size ?? (quick ? "tiny" : "W")),
    sites: countsOf(values.sites ?? (quick ? "1,2" : "1,2,4,8")),
    variants: values.variants === undefined ? variantsOf(quick) : someOf("--variants", VARIANTS, values.variants),
    report: values.report ?? (reportsAnyway ? REPORT : undefined),
    compare,
    failOnSlower,
    from,
  };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean", default: false },
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        long: { type: "boolean", default: false },
        size: { type: "string" },
        sites: { type: "string" },
        variants: { type: "string" },
        report: { type: "string" },
        compare: { type: "string" },
        "fail-on-slower": { type: "boolean", default: false },
        from: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    // Node's message goes on with advice about other programs' positional arguments.
    const [what] = (error as Error).message.split(/\. |\n/);
    throw new UsageError("BAD_OPTION", `${what} (--help lists the options)`, { cause: error });
  }
}

function variantsOf(quick: boolean): readonly Variant[] {
  return quick ? ["serial", "threads", "isles"] : VARIANTS;
}

function listOf(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

function oneOf<T extends string>(option: string, known: readonly T[], text: string): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw new UsageError("BAD_OPTION", `${option} knows no "${text}"; there are ${known.join(", ")}`);
}

/** In the order of the known ones, each once. */
function someOf<T extends string>(option: string, known: readonly T[], text: string): T[] {
  const wanted = listOf(text).map((item) => oneOf(option, known, item));
  return known.filter((one) => wanted.includes(one));
}

function countsOf(text: string): number[] {
  const counts = listOf(text).map((item) => {
    const count = /^\d+$/.test(item) ? Number(item) : 0;
    if (count >= 1 && count <= MOST_SITES) return count;
    const message = `--sites is a list of whole numbers from 1 to ${MOST_SITES}, "1,2,4"; got "${text}"`;
    throw new UsageError("BAD_OPTION", message);
  });
  return [...new Set(counts)].sort((a, b) => a - b);
}

/** A row to run, and which of its kernels; undefined: all of them. */
export interface RowChoice<R> {
  readonly row: R;
  readonly kernels: readonly string[] | undefined;
}

/** What a row is chosen by. */
interface Choosable {
  readonly row: string;
  readonly hasKernels?: boolean;
}

/** What `--only` names: "9:sor,lu,11" are two kernels of row 9, and row 11. Throws UsageError for a row that there is not. */
export function chooseRows<R extends Choosable>(only: readonly string[], rows: readonly R[]): RowChoice<R>[] {
  const choices: { row: R; kernels: string[] | undefined }[] = [];
  for (const item of only) {
    const [name, first] = splitAt(item);
    const row = rows.find((one) => one.row === name);
    const open = choices.at(-1)?.kernels;
    if (row === undefined && first === undefined && open !== undefined) open.push(item);
    else if (row === undefined)
      throw new UsageError(
        "BAD_OPTION",
        `--only: no row "${name}"; there are ${rows.map((one) => one.row).join(", ")}`,
      );
    else if (first !== undefined && row.hasKernels !== true)
      throw new UsageError("BAD_OPTION", `--only: row ${name} has no kernels to choose from, got "${item}"`);
    else choices.push({ row, kernels: first === undefined ? undefined : [first] });
  }
  return choices;
}

function splitAt(item: string): [string, string | undefined] {
  const colon = item.indexOf(":");
  return colon < 0 ? [item, undefined] : [item.slice(0, colon), item.slice(colon + 1)];
}
