import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { HomeMailbox, type Mail, SiteMailbox } from "@isles/migration/internal";
import { describe, expect, test } from "vitest";
import { HandoffMachine } from "./support/handoff-machine.ts";

/**
 * A story is a text: commands, each followed by `----` and everything that it caused.
 *
 *   sites N                              the process begins at site 0
 *   start | move TO | give up WHY
 *   step S | yield S | end S OUTCOME     what the process does at its site
 *   post TEXT | checkpoint S
 *   fail WHY                             the next making, taking or suspending of a copy fails
 *   crash S | learn S                    a site goes down; the home learns of it
 *   deliver FROM TO | deliver all | lose FROM TO
 *   states
 *
 * UPDATE_STORIES=1 writes what happened in place of what was expected.
 */
const folder = new URL("handoff-stories/", import.meta.url);

test.each(readdirSync(folder).filter((name) => name.endsWith(".txt")))("%s", (name) => {
  const file = new URL(name, folder);
  const text = readFileSync(file, "utf8");
  const told = tell(text);
  if (process.env.UPDATE_STORIES === "1") writeFileSync(file, told);
  else expect(told).toBe(text);
});

/** The story with the outcome of each command as it is. */
function tell(text: string): string {
  let machine: HandoffMachine | null = null;
  const told: string[] = [];
  for (const line of commandsOf(text)) {
    told.push(line);
    const words = line.split(/\s+/);
    if (line === "" || line.startsWith("#")) continue;
    if (words[0] === "sites") {
      machine = new HandoffMachine(Number(words[1]));
      continue;
    }
    if (machine === null) throw new Error("a story begins with its sites");
    machine.trace.length = 0;
    run(machine, words);
    if (machine.trace.length > 0) told.push("----", ...machine.trace);
  }
  return `${told.join("\n")}\n`;
}

/** A story without its outcomes: these begin with `----`, and their lines with a blank or a bracket. */
function commandsOf(text: string): string[] {
  let isOutcome = false;
  return text
    .trimEnd()
    .split("\n")
    .filter((line) => {
      if (line === "----") isOutcome = true;
      else if (!/^[ []/.test(line)) isOutcome = false;
      return !isOutcome;
    });
}

function run(machine: HandoffMachine, [command, ...words]: string[]): void {
  const site = Number(words[0]);
  const end = (word: string): number | "home" => (word === "home" ? word : Number(word));
  const commands: Record<string, () => void> = {
    start: () => machine.start(),
    move: () => machine.move(site),
    give: () => machine.home.giveUp(words.slice(1).join(" ")),
    step: () => machine.step(site),
    yield: () => machine.yield(site),
    end: () => machine.end(site, words.slice(1).join(" ")),
    post: () => machine.post(words.join(" ")),
    checkpoint: () => machine.checkpoint(site),
    fail: () => machine.fail(words.join(" ")),
    crash: () => machine.crash(site),
    learn: () => machine.learn(site),
    lose: () => machine.lose(end(words[0]), end(words[1])),
    deliver: () => (words[0] === "all" ? machine.deliverAll() : machine.deliver(end(words[0]), end(words[1]))),
    states: () => machine.states(),
  };
  const does = commands[command];
  if (does === undefined) throw new Error(`no command ${command}`);
  does();
}

describe("the mailbox of a process", () => {
  const mailTo = (sent: Mail<string>[], limits = { messages: 4, bytes: 100 }) =>
    new HomeMailbox<string>(1, (_site, mail) => sent.push(mail), 0, limits);
  const seqs = (sent: readonly Mail<string>[]): string[] => sent.map(({ e, seq }) => `${e}:${seq}`);

  test("keeps messages until there is a copy, and then until it has them", () => {
    const sent: Mail<string>[] = [];
    const mailbox = mailTo(sent);
    expect([mailbox.post("a", 10), mailbox.post("b", 10)]).toEqual([1, 2]);
    expect(sent).toEqual([]);
    mailbox.runs(3, 1, 0);
    expect(seqs(sent)).toEqual(["1:1", "1:2"]);
    mailbox.acked(1, 1);
    expect(mailbox.kept).toEqual({ messages: 1, bytes: 10 });
    mailbox.acked(9, 2); // of another copy
    expect(mailbox.kept).toEqual({ messages: 1, bytes: 10 });
  });

  test("keeps what came after the checkpoint, whatever is acknowledged", () => {
    const sent: Mail<string>[] = [];
    const mailbox = mailTo(sent);
    mailbox.runs(0, 1, 0);
    for (const text of ["a", "b", "c"]) mailbox.post(text, 1);
    mailbox.acked(1, 1);
    mailbox.checkpointed(1);
    mailbox.acked(1, 3);
    expect(mailbox.kept.messages).toBe(2);
    mailbox.hold();
    mailbox.post("d", 1);
    expect(sent.length).toBe(3);
    mailbox.runs(1, 2, 1);
    expect(seqs(sent.slice(3))).toEqual(["2:2", "2:3", "2:4"]);
  });

  test("refuses more than its limits, but takes one large message alone", () => {
    const mailbox = mailTo([]);
    mailbox.runs(0, 1, 0);
    expect(mailbox.post("large", 1000)).toBe(1);
    expect(mailbox.post("b", 1)).toBe(-1);
    mailbox.acked(1, 1);
    for (let seq = 2; seq <= 5; seq++) expect(mailbox.post("b", 1)).toBe(seq);
    expect(mailbox.post("b", 1)).toBe(-1);
  });

  test("says what is wrong when a copy claims what cannot be", () => {
    const mailbox = mailTo([]);
    mailbox.runs(0, 1, 0);
    mailbox.post("a", 1);
    mailbox.post("b", 1);
    mailbox.acked(1, 1);
    expect(() => mailbox.runs(1, 2, 0)).toThrow(
      "copy 2 has got 0 messages of process 1, whose home keeps those from 2 to 2",
    );
    expect(() => mailbox.acked(1, 3)).toThrow("copy 1 acknowledged 3 messages");
    expect(() => mailbox.checkpointed(0)).toThrow("a checkpoint has got 0 messages");
  });

  test("at a site: in order, once each, acknowledged by count or bytes", () => {
    const mailbox = new SiteMailbox<string>({ received: 5, waiting: ["e"] }, { messages: 2, bytes: 100 });
    const mail = (seq: number, bytes = 1): Mail<string> => ({ k: "mail", p: 1, e: 2, seq, message: `m${seq}`, bytes });
    expect(mailbox.due()).toBe(-1);
    expect(mailbox.receive(mail(6))).toBe(true);
    expect(mailbox.due()).toBe(-1);
    expect(mailbox.receive(mail(6))).toBe(false);
    expect(() => mailbox.receive(mail(8))).toThrow("message 8 came to copy 2 of process 1, which has got 6");
    mailbox.receive(mail(7));
    expect([mailbox.due(), mailbox.due()]).toEqual([7, -1]);
    mailbox.receive(mail(8, 100));
    expect(mailbox.due()).toBe(8);
    expect(mailbox.image()).toEqual({ received: 8, waiting: ["e", "m6", "m7", "m8"] });
    expect(mailbox.take()).toBe("e");
  });
});
