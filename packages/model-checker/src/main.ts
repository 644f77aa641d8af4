import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { configurationNamed, configurations } from "./configurations.ts";
import { handoffConfigurations, handoffNamed } from "./handoff-configurations.ts";
import { handoffMutants } from "./handoff-mutants.ts";
import { walkHandoff } from "./handoff-walks.ts";
import type { Model } from "./model.ts";
import { type Mutant, mutants } from "./mutants.ts";
import { withTables } from "./protocol-tables.ts";
import { releaseConfigurations, releaseNamed } from "./release-configurations.ts";
import { releaseMutants } from "./release-mutants.ts";
import { verify } from "./verify.ts";

const usage = `Explores every state of the coherence protocols and of the hand-off of processes that ship.

  node packages/model-checker/dist/main.js [options] [configuration...]

Without names: every configuration but the long ones.
  --long             the long ones, too (a minute or two)
  --list             name the configurations and end
  --mutants          seed every fault instead and say what catches it
  --stories          with --mutants: print each shortest counterexample
  --walks N          walk N times at random through hand-offs too large to explore (seeds 0 to N - 1) and end
  --docs FILE        print the tables into FILE (docs/PROTOCOL.md) and end
  --help             this text
`;

/** More states than any configuration has: a mistake in a model must not eat the memory. */
const STATES_MAX = 8_000_000;

/** A configuration of any of the protocols. */
interface Explorable {
  readonly name: string;
  readonly about: string;
  readonly states: number;
  readonly isLong: boolean;
  readonly make: () => Model;
}

const all: readonly Explorable[] = [...configurations, ...releaseConfigurations, ...handoffConfigurations];

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      long: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      mutants: { type: "boolean", default: false },
      stories: { type: "boolean", default: false },
      docs: { type: "string" },
      walks: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) process.stdout.write(usage);
  else if (values.list) for (const { name, about } of all) console.log(`${name.padEnd(28)} ${about}`);
  else if (values.docs !== undefined) writeFileSync(values.docs, withTables(readFileSync(values.docs, "utf8")));
  else if (values.walks !== undefined) walkAll(Number(values.walks));
  else if (values.mutants) seedAll(values.stories);
  else {
    const wanted =
      positionals.length === 0
        ? all.filter((c) => values.long || !c.isLong)
        : positionals.map((name) => all.find((c) => c.name === name) ?? configurationNamed(name));
    for (const configuration of wanted) exploreOne(configuration);
  }
}

function exploreOne(configuration: Explorable): void {
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
  for (const mutant of mutants)
    seedOne(mutant, configurationNamed(mutant.configuration).make(mutant.mutation), withStories);
  for (const mutant of releaseMutants) {
    seedOne(mutant, releaseNamed(mutant.configuration).make(mutant.mutation), withStories);
  }
  for (const mutant of handoffMutants) {
    seedOne(mutant, handoffNamed(mutant.configuration).make(mutant.mutation), withStories);
  }
}

function seedOne(
  mutant: Pick<Mutant, "name" | "configuration" | "caughtBy">,
  model: Model,
  withStories: boolean,
): void {
  const { counterexample, story, states } = verify(model, { statesMax: STATES_MAX });
  const by = counterexample?.invariant ?? "nothing";
  const steps = (counterexample?.states.length ?? 1) - 1 + (counterexample?.lastStep === null ? 0 : 1);
  console.log(`${mutant.name} (${mutant.configuration}): ${by}, ${steps} steps, ${states} states`);
  if (by !== mutant.caughtBy) fail(`  ${mutant.caughtBy} was expected`);
  if (withStories && story !== null) console.log(story);
}

function walkAll(count: number): void {
  for (let seed = 0; seed < count; seed++) {
    const story = walkHandoff(seed);
    if (story !== null) return fail(story);
  }
  console.log(`${count} walks, nothing wrong`);
}

function fail(text: string): void {
  console.error(text);
  process.exitCode = 1;
}

main();
