import { DeadlockError, LimitError, launch, UsageError } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/rpc-deadlock.program.ts";

const program = new URL("./dist/rpc-deadlock.program.js", import.meta.url);
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 10 : 1));
/** Nobody may hang for longer, in milliseconds. */
const NOTICE_MS = 3_000;

/** What all sites of a knot come to. Afterwards the same sites call each other as before. */
async function tie(kind: Program.KnotKind, sites: number): Promise<Program.Outcome[]> {
  await using cluster = await launch<typeof Program>({ program, sites });
  await cluster.runAll("serve");
  const outcomes = await cluster.runAll("tie", kind);
  for (const { ms } of outcomes) expect(ms).toBeLessThan(NOTICE_MS);
  const all = [...Array(sites).keys()];
  expect(await cluster.rpc.group<Program.Knot>("all", "knot").ping()).toEqual(all);
  expect(await cluster.rpc.group<Program.Knot>("all", "knot").later()).toEqual(all);
  return outcomes;
}

const deadlocked = (outcomes: Program.Outcome[]): Program.Outcome[] =>
  outcomes.filter(({ code }) => code === "DEADLOCK");

describe("a cycle that cannot go on is an error that names it", { timeout: 30_000 * TIMES }, () => {
  // They mostly wait, so they may do so together.
  test.concurrent.each([
    {
      kind: "async method of a blocked site" as const,
      sites: 2,
      cycle: [0, 1],
      names: [/site 0 waits for knot\.relayLater on site 1/, /site 1 waits for knot\.later on site 0/],
      others: ["returned idle"],
    },
    {
      kind: "own async method" as const,
      sites: 2,
      cycle: [0],
      names: [/site 0 waits for knot\.later on itself/],
      others: ["returned idle"],
    },
    {
      kind: "ring" as const,
      sites: 3,
      cycle: [0, 1, 2],
      names: [0, 1, 2].map((site) => new RegExp(`site ${site} waits for knot\\.later on site ${(site + 1) % 3}`)),
      others: [],
    },
    {
      kind: "two locks" as const,
      sites: 2,
      cycle: [0, 1],
      names: [
        /site 0 waits for lock "lock 1", which site 1 holds/,
        /site 1 waits for lock "lock 0", which site 0 holds/,
      ],
      others: ["returned both locks"],
    },
    {
      kind: "own lock, later" as const,
      sites: 2,
      cycle: [0, 1],
      names: [/site 0 waits for knot\.relayLock on site 1/, /site 1 waits for knot\.lockLater on site 0/],
      others: ["returned idle"],
    },
    {
      kind: "barrier and call" as const,
      sites: 2,
      cycle: [0, 1],
      names: [/site 0 waits in barrier "knot", which site 1 has not called/, /site 1 waits for knot\.later on site 0/],
      others: [],
    },
    {
      kind: "lock and call" as const,
      sites: 2,
      cycle: [0, 1],
      names: [/site 0 waits for knot\.later on site 1/, /site 1 waits for lock "held by 0", which site 0 holds/],
      others: [],
    },
  ])("$kind", async ({ kind, sites, cycle, names, others }) => {
    for (let time = 0; time < TIMES; time++) {
      const outcomes = await tie(kind, sites);
      const found = deadlocked(outcomes);
      expect(found.length, JSON.stringify(outcomes)).toBeGreaterThanOrEqual(1);
      for (const { what, message, sites: named } of found) {
        expect(what).toBe("DeadlockError");
        expect(named).toEqual(cycle);
        for (const name of names) expect(message).toMatch(name);
      }
      for (const other of others) expect(outcomes.map(({ what }) => what)).toContain(other);
    }
  });

  test("it arrives as a DeadlockError, at the launcher too", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 2 });
    await cluster.runAll("serve");
    const error = await cluster.rpc
      .stub<Program.Knot>(0, "knot")
      .relayLock(0, "x", "lockLater")
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeadlockError);
    expect(error).toMatchObject({ code: "DEADLOCK", sites: [0] });
  });
});

test("a blocking acquire of what a suspended call of the same site holds is refused at once", async () => {
  const outcomes = await tie("own lock, now", 2);
  expect(outcomes[0]).toMatchObject({ what: UsageError.name, code: "LOCK_HELD_HERE" });
  expect(outcomes[0]!.ms).toBeLessThan(300);
});

test("calls that call each other without end meet the limit", async () => {
  const outcomes = await tie("endless recursion", 2);
  expect(outcomes[0]).toMatchObject({ what: LimitError.name, code: "LIMIT" });
});

test("a wait that is only long is none", { timeout: 30_000 * TIMES }, async () => {
  await using cluster = await launch<typeof Program>({ program, sites: 3 });
  await cluster.runAll("serve");
  for (let time = 0; time < TIMES; time++) {
    expect(await cluster.runAll("slowButAlive", 1_500)).toEqual([["computed 1500"], [], ["the lock"]]);
  }
});
