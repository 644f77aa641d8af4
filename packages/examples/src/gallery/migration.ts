/** The examples of migration: scripts that print what they do and stop at the first result that is wrong. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Verdict } from "../kernel/contract.ts";
import type { Example, Outcome } from "./example.ts";

/** No example of migration takes a tenth of this, in milliseconds. */
const LIMIT_MS = 300_000;
const MIGRATION = new URL("../migration/", import.meta.url);

interface Script {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly sites: number;
  /** Sizes in words, and the script's arguments for each. */
  readonly sizes: Readonly<Partial<Record<"tiny" | "S", { readonly is: string; readonly args: readonly string[] }>>>;
}

const SCRIPTS: readonly Script[] = [
  {
    name: "data",
    title: "Migration of data: moveTo and replicateTo before a phase of work",
    about: "8 MiB written by one site and used by another: faulted in page by page, moved in bulk, copied in bulk.",
    sites: 2,
    sizes: { tiny: { is: "8 MiB", args: [] } },
  },
  {
    name: "computation",
    title: "Migration of computation: functions run where their data is",
    about:
      "Ranges of 8 MiB on two sites are summed where they are (`near`); then started as messages, and from inside a site.",
    sites: 2,
    sizes: { tiny: { is: "8 MiB, 8 ranges", args: [] } },
  },
  {
    name: "process",
    title: "Migration of a process: a generator moves while it runs",
    about:
      "Primes by trial division: moved from site to site, saved, restarted after its site was lost, sent messages, killed.",
    sites: 3,
    sizes: { tiny: { is: "primes below 2,000,000", args: [] } },
  },
  {
    name: "policies",
    title: "Why a process moves by itself: the five reasons of the textbooks",
    about:
      "Load balancing, computation speedup, hardware preference, software preference, data access: each with its decisions.",
    sites: 3,
    sizes: { tiny: { is: "a second of work each", args: [] } },
  },
  {
    name: "walk",
    title: "A walk over a large graph: data, calls and a process compared",
    about:
      "Six ways to make the same walk through an array that lies on four sites; where a process beats both others.",
    sites: 4,
    sizes: {
      tiny: { is: "8 MiB, 4 × 2,000 steps", args: ["8", "4", "2000"] },
      S: { is: "128 MiB, 24 × 40,000 steps", args: [] },
    },
  },
];

export const migrationExamples: readonly Example[] = SCRIPTS.map(({ name, title, about, sites, sizes }) => ({
  name,
  title,
  about,
  sizes: Object.fromEntries(Object.entries(sizes).map(([size, { is }]) => [size, is])),
  own: {
    source: `migration/${name}.ts`,
    sites,
    run: ({ size }) => runScript(name, sizes[size === "tiny" ? "tiny" : "S"]?.args ?? []),
  },
}));

async function runScript(name: string, args: readonly string[]): Promise<Outcome> {
  const start = performance.now();
  const script = fileURLToPath(new URL(`${name}.js`, MIGRATION));
  const { failed, said } = await promisify(execFile)(process.execPath, [script, ...args], { timeout: LIMIT_MS }).then(
    ({ stdout }) => ({ failed: "", said: stdout }),
    // A WRONG result is an uncaught error of the script's; so is anything else that stops it.
    (error: Error & { stderr?: string }) => ({ failed: failureIn(error), said: "" }),
  );
  return { verdict: verdictOn(failed, said), seconds: (performance.now() - start) / 1000 };
}

function failureIn({ message, stderr = "" }: Error & { stderr?: string }): string {
  return /^(?:\w*Error): (.+)$/m.exec(stderr)?.[1] ?? message.split("\n", 1)[0]!;
}

function verdictOn(failed: string, said: string): Verdict {
  const right = said.split("\n").filter((line) => line.startsWith("ok: ")).length;
  const against = "the checks of the script itself";
  if (failed !== "") return { ok: false, against, found: failed };
  return { ok: right > 0, against, found: `${right} of ${right} right` };
}
