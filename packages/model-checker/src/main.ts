import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Configuration, configurationNamed, configurations } from "./configurations.ts";
import { mutants } from "./mutants.ts";
import { withTables } from "./protocol-tables.ts";
import { verify } from "./verify.ts";

const usage = `Explores every state of the coherence protocol that ships.

  node packages/model-checker/dist/main.js [options] [configuration...]

Without names: every configuration but the long ones.
  --long             the long ones, too (a minute or two)
  --list             name the configurations and end
  --mutants          seed every fault instead and say what catches it
  --stories          with --mutants: print each shortest counterexample
  --docs FILE        print the tables into FILE (docs/PROTOCOL.md) and end
  --help             this text
`;

/** More states than any configuration has: a mistake in a model must not eat the memory. */
const STATES_MAX = 8_000_000;

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      long: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      mutants: { type: "boolean", default: false },
      stories: { type: "boolean", default: false },
      docs: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) process.stdout.write(usage);
  else if (values.list) for (const { name, about } of configurations) console.log(`${name.padEnd(28)} ${about}`);
  else if (values.docs !== undefined) writeFileSync(values.docs, withTables(readFileSync(values.docs, "utf8")));
  else if (values.mutants) seedAll(values.stories);
  else {
    const wanted =
      positionals.length === 0
        ? configurations.filter((c) => values.long || !c.isLong)
        : positionals.map(configurationNamed);
    for (const configuration of wanted) exploreOne(configuration);
  }
}

function exploreOne(configuration: Configuration): void {
  const begun = performance.now();
  console.log(`${configuration.name}: ${configuration.about}`);
  const onProgress = (states: number, depth: number): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r  ${states} states, depth ${depth} `);
  };
  const verdict = verify(configuration.make(), { statesMax: STATES_MAX, onProgress });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  const { states, transitions, depth, measures, story } = verdict;
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const measured = Object.entries(measures).map(([what, value]) => `${what}: ${value}`);
  console.log(`  ${states} states, ${transitions} steps, depth ${depth}, ${seconds} s; ${measured.join("; ")}`);
  if (states !== configuration.states) fail(`  ${configuration.states} states were expected`);
  if (story !== null) fail(story);
  else console.log("  no invariant broken, nobody waits for ever");
}

function seedAll(withStories: boolean): void {
  for (const mutant of mutants) {
    const model = configurationNamed(mutant.configuration).make(mutant.mutation);
    const { counterexample, story, states } = verify(model, { statesMax: STATES_MAX });
    const by = counterexample?.invariant ?? "nothing";
    const steps = (counterexample?.states.length ?? 1) - 1 + (counterexample?.lastStep === null ? 0 : 1);
    console.log(`${mutant.name} (${mutant.configuration}): ${by}, ${steps} steps, ${states} states`);
    if (by !== mutant.caughtBy) fail(`  ${mutant.caughtBy} was expected`);
    if (withStories && story !== null) console.log(story);
  }
}

function fail(text: string): void {
  console.error(text);
  process.exitCode = 1;
}

main();
