/** The demo's command line. */
import { parseArgs } from "node:util";
import { CG_CLASSES, type CgClassName } from "../kernels/cg-classes.ts";

export type JobName = "cg" | "heat";

export interface DemoOptions {
  readonly quick: boolean;
  readonly siteCounts: readonly number[];
  readonly jobs: readonly JobName[];
  readonly classes: readonly CgClassName[];
  /** Directory for pictures. */
  readonly out: string;
  readonly json: boolean;
  readonly help: boolean;
}

/** A mistake on the command line; its message is one line for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const HELP = `Usage: npm run demo -- [options]

Runs two jobs on distributed shared memory, at several numbers of sites, and checks every result:
  cg     NAS Parallel Benchmark CG, against its published answer
  heat   heat spreading from the crater of Maunga Whau, against the same kernel on plain typed arrays, bit for bit

Options:
  --quick          small inputs, about ten seconds
  --sites 1,2,4    numbers of sites to run at
  --only cg|heat   one of the jobs
  --class S,W      NPB classes: ${Object.keys(CG_CLASSES).join(", ")}
  --out DIR        where to write the picture (default: out)
  --json           one JSON line a result, and nothing else, on standard output
  --help           this text`;

/** More sites than this are a typing error on any machine this demo is for. */
const MAX_SITES = 64;

/** Reads the command line; throws UsageError. */
export function parseOptions(argv: readonly string[]): DemoOptions {
  const { quick = false, json = false, help = false, sites, only, class: classes, out = "out" } = parseFlags(argv);
  if (out === "") throw new UsageError("--out needs a directory");
  return {
    quick,
    json,
    help,
    out,
    siteCounts: list(sites ?? "1,2,4").map(parseSiteCount),
    jobs: only === undefined ? ["cg", "heat"] : [parseJob(only)],
    classes: list(classes ?? (quick ? "S" : "S,W")).map(parseClass),
  };
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        quick: { type: "boolean" },
        sites: { type: "string" },
        only: { type: "string" },
        class: { type: "string" },
        out: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    // Node's message goes on with advice about other programs' positional arguments.
    const [what] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw new UsageError(`${what} (--help lists the options)`);
  }
}

function list(text: string): string[] {
  return [...new Set(text.split(",").map((item) => item.trim()))];
}

function parseSiteCount(text: string): number {
  const count = Number(text);
  if (text === "" || !Number.isInteger(count) || count < 1 || count > MAX_SITES) {
    throw new UsageError(`--sites takes numbers from 1 to ${MAX_SITES}, like 1,2,4; got "${text}"`);
  }
  return count;
}

function parseJob(text: string): JobName {
  if (text === "cg" || text === "heat") return text;
  throw new UsageError(`--only takes cg or heat; got "${text}"`);
}

function parseClass(text: string): CgClassName {
  const name = text.toUpperCase();
  if (name === "S" || name === "W" || name === "A") return name;
  throw new UsageError(`--class takes ${Object.keys(CG_CLASSES).join(", ")}; got "${text}"`);
}
