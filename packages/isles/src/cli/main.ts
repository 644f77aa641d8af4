import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import { cac } from "cac";
import { bench } from "./bench.ts";
import { examples } from "./examples.ts";
import { run } from "./run.ts";

/** Ends the command with one line that says what is wrong. */
function fail(error: unknown): void {
  const message =
    error instanceof Error
      ? `${["Error", "CACError", "UsageError"].includes(error.name) ? "" : `${error.name}: `}${error.message}`
      : String(error);
  process.stderr.write(`${styleText("red", "isles:", { stream: process.stderr })} ${message}\n`);
  if (process.env.ISLES_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}

// Whoever reads the output has heard enough: `isles examples | head -1`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const cli = cac("isles");
cli
  .command(
    "run <program> [function]",
    "Run a program's function (default: main, or the only one) on every site, or a process",
  )
  .option("--sites <n>", "Number of sites (default: one per core)")
  .option("--site <id>", "Run on this site only")
  .option("--args <json>", "The function's argument, or the list of a process's, as JSON", { type: [String] })
  .option("--stats", "Print misses, messages and times of every site afterwards")
  .option("--json", "Print one JSON object for machines instead of text")
  .option("--debug", "Detect the use of released spans (slow)")
  .example('  isles run heat.program.js heat --sites 4 --args \'{"n":1024,"steps":500}\'')
  .example("  isles run hello.program.ts")
  .action((program: string, name: string | undefined, options: Record<string, unknown>) => run(program, name, options));
cli
  .command("bench [...options]", "Run the benchmark suite; isles bench --help says with what")
  .allowUnknownOptions()
  .action(() => bench(process.argv.slice(process.argv.indexOf("bench") + 1)));
cli.command("examples [...names]", "List, run and check the examples; isles examples --help says how");
cli.help((sections) => {
  sections.push({
    title: "\nExit code",
    body: "  0, or 1 with one line on stderr if anything failed (ISLES_DEBUG=1 adds the stack)",
  });
});
cli.version(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version as string);

/** Commands of other packages: they read their options, `--help` too, themselves. */
const handedOn = new Map<string, (args: readonly string[]) => Promise<void>>([
  ["bench", bench],
  ["examples", examples],
]);

try {
  const product = handedOn.get(process.argv[2] ?? "");
  if (product === undefined) cli.parse(process.argv, { run: false });
  if (product !== undefined) {
    await product(process.argv.slice(3));
  } else if (cli.matchedCommand !== undefined) {
    await cli.runMatchedCommand();
  } else if (!cli.options.help && !cli.options.version) {
    const [unknown] = cli.args;
    if (unknown !== undefined) throw new Error(`there is no command "${unknown}"; isles --help lists them`);
    cli.outputHelp();
  }
} catch (error) {
  fail(error);
}
