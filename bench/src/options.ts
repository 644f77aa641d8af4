import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Options {
  readonly json: boolean;
  /** Rows by name ("1", "encodings"); undefined: the numbered ones. */
  readonly only: readonly string[] | undefined;
  /** A smoke run of a few seconds: the numbers mean little. */
  readonly quick: boolean;
  readonly long: boolean;
  readonly help: boolean;
}

export const usage = `npm run bench -- [--only 1,2,encodings] [--quick | --long] [--json]

  --only LIST   rows to run, by their numbers in TARGETS.md; "encodings", "payloads", "migration" and "affinity" are run only
                when named
  --quick       a smoke run of a few seconds; its numbers mean little
  --long        row 14 takes 10,000,000 page faults instead of 1,000,000
  --json        one JSON line per result
  --help        this text

Every result is a ratio to a yardstick measured in alternating rounds of the same run. The machine should be idle; a warning
on standard error says when it is not.`;

/** Throws TypeError for what is no option. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: "boolean", default: false },
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const only = values.only?.split(",").map((name) => name.trim());
  return { json: values.json, quick: values.quick, long: values.long, help: values.help, only };
}
