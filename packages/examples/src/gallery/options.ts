/** The command line of `isles examples`. */
import { parseArgs } from "node:util";
import { SIZES, type SizeName } from "../kernel/contract.ts";
import type { Example } from "./example.ts";
import { nearest } from "./nearest.ts";

export interface ExampleOptions {
  /** Those named, or none for the list. */
  readonly chosen: readonly Example[];
  readonly siteCounts: readonly number[];
  /** "S" unless named; each example that was not named alone takes the nearest size it has. */
  readonly size: SizeName;
  readonly out: string;
  readonly json: boolean;
  readonly source: boolean;
  readonly help: boolean;
}

/** A mistake on the command line; its message is one line for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** More sites than this are a typing error on any machine the examples are for. */
const MAX_SITES = 64;

export const HELP = `Usage: isles examples                    lists the examples
       isles examples NAME... [options]  runs them, checks every result, draws pictures
       isles examples all [options]      runs all of them

Options:
  --sites N,N  number of sites, or several, 1 to ${MAX_SITES} each (default: 2; examples of migration have their own)
                 isles examples heat --sites 1,2,4
  --size SIZE  ${SIZES.join(", ")}; the list says which an example has (default: S, or the next smaller one)
                 isles examples heat --size W
  --out DIR    where to write pictures, made if it is missing (default: out)
                 isles examples kmeans tsp --out out/pictures
  --source     print what the example does and where its source is; run nothing
                 isles examples words --source
  --json       one JSON line a result, or an example, on standard output
                 isles examples all --size tiny --json > results.json
  -h, --help   this text

Exit code: 0, or 1 if any result is wrong or anything fails.`;

/** Reads the command line; throws UsageError. */
export function parseOptions(argv: readonly string[], examples: readonly Example[]): ExampleOptions {
  const { values, positionals } = parseFlags(argv);
  const { json = false, source = false, help = false, sites, size, out = "out" } = values;
  if (out === "") throw new UsageError("--out needs a directory");
  const chosen = choose(positionals, examples);
  if (source && chosen.length === 0) throw new UsageError("--source needs the name of an example");
  const wanted = size === undefined ? "S" : parseSize(size);
  const [only] = chosen;
  if (size !== undefined && chosen.length === 1 && only!.sizes[wanted] === undefined) {
    throw new UsageError(`${only!.name} has no size ${wanted}; it has ${Object.keys(only!.sizes).join(", ")}`);
  }
  return { chosen, siteCounts: parseSites(sites), size: wanted, out, json, source, help };
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        sites: { type: "string" },
        size: { type: "string" },
        out: { type: "string" },
        source: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    // Node's message goes on with advice about other programs' positional arguments.
    const [what] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw new UsageError(`${what} (--help lists the options)`);
  }
}

function choose(names: readonly string[], examples: readonly Example[]): Example[] {
  if (names.includes("all")) return [...examples];
  return [...new Set(names)].map((name) => {
    const found = examples.find((example) => example.name === name);
    if (found !== undefined) return found;
    const near = nearest(name, [...examples.map((example) => example.name), "all"]);
    throw new UsageError(
      `there is no example "${name}"${near === undefined ? "" : `; did you mean ${near}?`} (isles examples lists them)`,
    );
  });
}

function parseSize(text: string): SizeName {
  const found = SIZES.find((size) => size.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(`--size takes ${SIZES.join(", ")}; got "${text}"`);
}

function parseSites(text: string | undefined): number[] {
  if (text === undefined) return [2];
  return [...new Set(text.split(",").map((item) => item.trim()))].map((item) => {
    const count = Number(item);
    if (item !== "" && Number.isInteger(count) && count >= 1 && count <= MAX_SITES) return count;
    throw new UsageError(`--sites takes numbers from 1 to ${MAX_SITES}, like 4 or 1,2,4; got "${text}"`);
  });
}
