/** `isles examples`: lists the examples, runs them, says where their sources are. */
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { makeOutFolder } from "../report/out-folder.ts";
import { type Progress, progressOn } from "../report/progress.ts";
import type { Example } from "./example.ts";
import { examples } from "./index.ts";
import { type ExampleOptions, HELP, parseOptions } from "./options.ts";
import { draws, type ExampleResult, runExample, sizeFor } from "./run.ts";

export type { Example } from "./example.ts";

/** Where the command writes: `process` is one. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** As `isles examples` calls it. */
export async function run(argv: readonly string[]): Promise<void> {
  process.exitCode = await main(argv);
}

/** Runs the command; the exit code. Throws UsageError, of one line, for arguments that make no sense. */
export async function main(argv: readonly string[], out: Streams = process, all = examples): Promise<number> {
  const options = parseOptions(argv, all);
  const { chosen, json, source, help } = options;
  const say = (line: string) => void out.stdout.write(`${line}\n`);
  if (help) {
    say(HELP);
    return 0;
  }
  if (chosen.length === 0 || source) {
    const told = chosen.length === 0 ? all : chosen;
    if (json) for (const example of told) say(exampleAsJson(example));
    else say(source ? told.map(described).join("\n\n") : listed(told, out.stdout));
    return 0;
  }
  // Before the work, not after it: a folder that cannot be had should be known at once.
  if (chosen.some(draws)) await makeOutFolder(options.out, "--out");
  // With --json, standard output is for the results alone.
  const chatter = json ? out.stderr : out.stdout;
  let wrong = 0;
  let count = 0;
  for await (const result of runAll(options, progressOn(chatter), chatter)) {
    count++;
    if (!result.verdict.ok) wrong++;
    if (json) say(JSON.stringify(result));
  }
  if (count > 1)
    chatter.write(wrong === 0 ? `All ${count} results verified.\n` : `${wrong} of ${count} results are WRONG.\n`);
  return wrong === 0 ? 0 : 1;
}

async function* runAll(
  { chosen, siteCounts, size: wanted, out }: ExampleOptions,
  progress: Progress,
  chatter: NodeJS.WriteStream,
): AsyncGenerator<ExampleResult> {
  for (const example of chosen) {
    const size = sizeFor(example, wanted);
    for (const sites of example.own?.sites === undefined ? siteCounts : [example.own.sites]) {
      const label = `${example.name} ${size}, ${sites} site${sites === 1 ? "" : "s"}`;
      using task = progress.start(label, 1, "steps");
      const result = await runExample(example, { sites, size, out, task });
      task.finish(result.verdict.ok, noteOn(result));
      if (result.picture !== undefined) chatter.write(`  picture: ${result.picture}\n`);
      yield result;
    }
  }
}

/** The words after a finished run. */
function noteOn({ verdict, seconds, traffic }: ExampleResult): string {
  const figures = [`${seconds.toFixed(3)} s`];
  if (traffic !== undefined) {
    figures.push(`${traffic.misses} misses`, `${traffic.messages} messages`, `${(traffic.bytes / 1e6).toFixed(2)} MB`);
  }
  return `${verdict.ok ? "verified" : "WRONG"} (${verdict.against}): ${verdict.found}; ${figures.join(", ")}`;
}

const NAME_WIDTH = 14;

function listed(some: readonly Example[], stream: NodeJS.WriteStream): string {
  const lines = some.flatMap(({ name, title, sizes, own }) => [
    `${styleText("bold", name.padEnd(NAME_WIDTH), { stream })}${title}`,
    `${" ".repeat(NAME_WIDTH)}${styleText(
      "dim",
      Object.entries(sizes)
        .map(([size, words]) => `${size}: ${words}`)
        .concat(own?.sites === undefined ? [] : [`always ${own.sites} sites`])
        .join(" · "),
      { stream },
    )}`,
  ]);
  return `${lines.join("\n")}\n\nisles examples NAME runs one, --source says where it is; isles examples --help`;
}

function exampleAsJson(example: Example): string {
  const { name, title, about, sizes } = example;
  return JSON.stringify({ example: name, title, about, sizes, sources: sourcesOf(example) });
}

function described(example: Example): string {
  const { title, about } = example;
  return `${title}\n${about}\n${sourcesOf(example).join("\n")}`;
}

/** The files to read: the program first, then the arithmetic; from the working directory if that is shorter. */
function sourcesOf({ name, own }: Example): string[] {
  const below = own === undefined ? [`programs/${name}.program.ts`, `kernels/${name}.ts`] : [own.source];
  return below
    .map((path) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url)))
    .filter((path) => existsSync(path))
    .map((path) => [path, relative(process.cwd(), path)].toSorted((a, b) => a.length - b.length)[0]!);
}
