import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Mode } from "@isles/coherence";
import { expect, test } from "vitest";
import { ReleaseStoryMachine } from "./release-story-machine.ts";

/**
 * A story is a text: commands, each followed by `----` and everything that it caused. Pages have two elements, `page.element`.
 *
 *   sites N pages P home K            all pages are homed at site K
 *   read S P.E | write S P.E VALUE    an access waits until it may run
 *   release S | acquire S
 *   pin S P read | pin S P write | unpin S P
 *   deliver FROM TO | deliver all
 *   states
 *
 * UPDATE_STORIES=1 writes what happened in place of what was expected.
 */
const folder = new URL("release-stories/", import.meta.url);

test.each(readdirSync(folder).filter((name) => name.endsWith(".txt")))("%s", (name) => {
  const file = new URL(name, folder);
  const text = readFileSync(file, "utf8");
  const told = tell(text);
  if (process.env.UPDATE_STORIES === "1") writeFileSync(file, told);
  else expect(told).toBe(text);
});

/** The story with the outcome of each command as it is. */
function tell(text: string): string {
  let machine: ReleaseStoryMachine | null = null;
  const told: string[] = [];
  for (const line of commandsOf(text)) {
    told.push(line);
    const words = line.split(/\s+/);
    if (line === "" || line.startsWith("#")) continue;
    if (words[0] === "sites") {
      const [sites, pages, home] = [words[1], words[3], words[5]].map(Number);
      machine = new ReleaseStoryMachine(sites, pages, home);
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

function run(machine: ReleaseStoryMachine, [verb, ...rest]: readonly string[]): void {
  const site = Number(rest[0]);
  const [page, element] = (rest[1] ?? "").split(".").map(Number);
  if (verb === "read") machine.read(site, page, element);
  else if (verb === "write") machine.write(site, page, element, Number(rest[2]));
  else if (verb === "release" || verb === "acquire") machine.synchronise(site, verb);
  else if (verb === "pin") machine.pin(site, page, rest[2] === "write" ? Mode.Write : Mode.Read);
  else if (verb === "unpin") machine.pin(site, page, null);
  else if (verb === "states") machine.trace.push(...machine.states());
  else if (verb === "deliver" && rest[0] === "all") machine.deliverAll();
  else if (verb === "deliver") machine.deliver(site, Number(rest[1]));
  else throw new Error(`a story knows no ${verb}`);
}
