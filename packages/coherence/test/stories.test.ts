import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Mode, PageRange } from "@isles/coherence";
import { expect, test } from "vitest";
import { StoryMachine } from "./story-machine.ts";

/**
 * A story is a text: commands, each followed by `----` and everything that it caused.
 *
 *   sites N pages P [home K]          the directory is apart, or at site K and sharing its storage
 *   load S P | store S P | evict S P  an access waits until it may run
 *   begin S NAME [async] r0 w1-2      a span; `begin S NAME` alone waits for something else
 *   end S NAME
 *   deliver FROM TO | deliver all     `home` = the directory that is apart
 *   states
 *
 * UPDATE_STORIES=1 writes what happened in place of what was expected.
 */
const folder = new URL("stories/", import.meta.url);

test.each(readdirSync(folder).filter((name) => name.endsWith(".txt")))("%s", (name) => {
  const file = new URL(name, folder);
  const text = readFileSync(file, "utf8");
  const told = tell(text);
  if (process.env.UPDATE_STORIES === "1") writeFileSync(file, told);
  else expect(told).toBe(text);
});

/** The story with the outcome of each command as it is. */
function tell(text: string): string {
  let machine: StoryMachine | null = null;
  const told: string[] = [];
  for (const line of commandsOf(text)) {
    told.push(line);
    const words = line.split(/\s+/);
    if (line === "" || line.startsWith("#")) continue;
    if (words[0] === "sites") {
      const [sites, pages, home] = [words[1], words[3], words[5] ?? words[1]].map(Number);
      machine = new StoryMachine(sites, pages, home);
      continue;
    }
    if (machine === null) throw new Error("a story begins with its sites");
    machine.trace.length = 0;
    run(machine, words);
    told.push("----", ...machine.trace);
  }
  return `${told.join("\n")}\n`;
}

/** A story without its outcomes: these go from `----` to the next empty line. */
function commandsOf(text: string): string[] {
  let isOutcome = false;
  return text
    .trimEnd()
    .split("\n")
    .filter((line) => {
      if (line === "----") isOutcome = true;
      else if (line === "") isOutcome = false;
      return !isOutcome;
    });
}

function run(machine: StoryMachine, [verb, ...rest]: readonly string[]): void {
  const endpoint = (word: string): number => (word === "home" ? machine.apart : Number(word));
  if (verb === "load" || verb === "store") machine.access(verb, Number(rest[0]), Number(rest[1]));
  else if (verb === "evict") machine.evict(Number(rest[0]), Number(rest[1]));
  else if (verb === "end") machine.end(Number(rest[0]), rest[1]);
  else if (verb === "states") machine.trace.push(...machine.states());
  else if (verb === "deliver" && rest[0] === "all") machine.deliverAll();
  else if (verb === "deliver") machine.deliver(endpoint(rest[0]), endpoint(rest[1]));
  else if (verb === "begin") {
    const ranges = rest.slice(2).filter((word) => word !== "async");
    machine.begin(Number(rest[0]), rest[1], ranges.map(rangeOf), !rest.includes("async"));
  } else throw new Error(`a story knows no ${verb}`);
}

/** "r0" or "w1-2". */
function rangeOf(word: string): PageRange {
  const [first, last = first] = word.slice(1).split("-").map(Number);
  return { region: 0, first, last, mode: (word.startsWith("w") ? 1 : 0) as Mode };
}
