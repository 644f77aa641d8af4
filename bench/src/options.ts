import { parseArgs } from "node:util";
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

export const usage = `isles bench, or in a clone: npm run bench -- [options]

Without options: the rows that have targets (1 to 8, 9, 11, 14 and 15; docs/MEASURED.md says what they are), a table on the terminal and a report in ${REPORT}/index.html. Rows 1 to 8, 11,
14 and 15 take about 3 minutes; row 9 takes about 2 minutes a kernel on two idle cores, 25 in all.

What to measure
  --only LIST       rows by their numbers, "1,2,9"; kernels of row 9, "9:sor,lu"; run only when named: "kernels" (the collection's other
                    kernels, also by name: "kernels:life"), "encodings", "payloads", "migration", "affinity" and "pages"
  --size SIZE       size of the kernels' problems: ${SIZES.join(", ")} (default W)
  --sites LIST      how many sites, threads or workers the kernels run on (default 1,2,4,8)
  --variants LIST   how the kernels run: ${VARIANTS.join(", ")} (default: all)
  --quick           a smoke run of half a minute or less; its numbers mean little. Kernels: size tiny, 1 and 2 sites, without messages
  --long            row 14 takes 10,000,000 page faults instead of 1,000,000

What to do with it
  --json            one JSON line per result on standard output instead of tables
  --report DIR      write index.html and the pictures as SVG files there (default ${REPORT}, but with --json, --quick or --from none)
  --compare FILE    say what got slower or faster, beyond the noise of the rounds, since the run whose --json lines FILE has
  --fail-on-slower  with --compare: exit code 1 if anything got slower, unless the machine was busy with other things
  --from FILE       measure nothing: show, compare or report what FILE has, an earlier run's --json lines
  --help            this text

Every result is a ratio to a yardstick measured in alternating rounds of the same run. The machine should be idle; a warning on standard
error says when it is not. Exit code 1: a kernel's result was wrong, a variant did not come to an end, or the command makes no sense.`;

/** Throws TypeError for what is no option, and for values that make no sense. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
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
  });
  const { json, quick, long, help, compare, from } = values;
  const failOnSlower = values["fail-on-slower"];
  if (failOnSlower && compare === undefined)
    throw new TypeError("--fail-on-slower compares with nothing: add --compare FILE");
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

function variantsOf(quick: boolean): readonly Variant[] {
  return quick ? ["serial", "threads", "isles"] : VARIANTS;
}

function listOf(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

function oneOf<T extends string>(option: string, known: readonly T[], text: string): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw new TypeError(`${option} knows no "${text}"; there are ${known.join(", ")}`);
  return found;
}

/** In the order of the known ones, each once. */
function someOf<T extends string>(option: string, known: readonly T[], text: string): T[] {
  const wanted = listOf(text).map((item) => oneOf(option, known, item));
  return known.filter((one) => wanted.includes(one));
}

function countsOf(text: string): number[] {
  const counts = listOf(text).map((item) => {
    const count = /^\d+$/.test(item) ? Number(item) : 0;
    if (count < 1 || count > MOST_SITES)
      throw new TypeError(`--sites is a list of whole numbers from 1 to ${MOST_SITES}, "1,2,4"; got "${text}"`);
    return count;
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

/** What `--only` names: "9:sor,lu,11" are two kernels of row 9, and row 11. Throws TypeError for a row that there is not. */
export function chooseRows<R extends Choosable>(only: readonly string[], rows: readonly R[]): RowChoice<R>[] {
  const choices: { row: R; kernels: string[] | undefined }[] = [];
  for (const item of only) {
    const [name, first] = splitAt(item);
    const row = rows.find((one) => one.row === name);
    const open = choices.at(-1)?.kernels;
    if (row === undefined && first === undefined && open !== undefined) open.push(item);
    else if (row === undefined)
      throw new TypeError(`no row "${name}"; there are ${rows.map((one) => one.row).join(", ")}`);
    else if (first !== undefined && row.hasKernels !== true)
      throw new TypeError(`row ${name} has no kernels to choose from, got "${item}"`);
    else choices.push({ row, kernels: first === undefined ? undefined : [first] });
  }
  return choices;
}

function splitAt(item: string): [string, string | undefined] {
  const colon = item.indexOf(":");
  return colon < 0 ? [item, undefined] : [item.slice(0, colon), item.slice(colon + 1)];
}
