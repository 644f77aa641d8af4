import { BroadcastChannel } from "node:worker_threads";
import { CallLostError, ClosedError, type Cluster, launch, SiteDownError, withOptions } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/rpc-failure.program.ts";
// The very class that the sites have, and the launcher's part of the same pending things.
import { endingOf, OutOfPaper, pendAll } from "./src/rpc-failure.program.ts";

const program = new URL("./dist/rpc-failure.program.js", import.meta.url);
const isLong = process.env.ISLES_LONG === "1";
const TIMES = Number(process.env.ISLES_TIMES ?? (isLong ? 10 : 1));
/** Nobody may notice later than this, in milliseconds. */
const NOTICE_MS = 1_000;
const VICTIM = 0;
const SITES = 4;

type Failing = Cluster<typeof Program>;
let channels = 0;

async function serving(sites = SITES): Promise<Failing> {
  const cluster = await launch<typeof Program>({ program, sites });
  await cluster.runAll("serve");
  return cluster;
}

/** What the sites say on a channel: `ready` so many times, endings, and `done` so many times. */
class Reports {
  readonly name = `rpc failure ${process.pid} ${channels++}`;
  readonly endings: Program.Ending[] = [];
  readonly #channel = new BroadcastChannel(this.name);
  #ready = 0;
  #done = 0;
  #check: () => void = () => undefined;

  constructor() {
    this.#channel.onmessage = (event) => {
      const { data } = event as { data: Program.Ending | "ready" | "done" };
      if (data === "ready") this.#ready++;
      else if (data === "done") this.#done++;
      else this.endings.push(data);
      this.#check();
    };
  }

  ready(count: number): Promise<void> {
    return this.#when(() => this.#ready >= count);
  }

  done(count: number): Promise<void> {
    return this.#when(() => this.#done >= count);
  }

  count(count: number): Promise<void> {
    return this.#when(() => this.endings.length >= count);
  }

  close(): void {
    this.#channel.close();
  }

  #when(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (holds()) resolve();
      };
      this.#check();
    });
  }
}

type End = "exit" | "kill" | "kill while it spins" | "close";

/** Ends the victim, or all; when, in milliseconds of Unix time. */
async function end(cluster: Failing, how: End): Promise<number> {
  const victim = cluster.rpc.stub<Program.Victim>(VICTIM, "victim", { oneWay: true });
  if (how === "exit") victim.exit(3);
  if (how === "kill while it spins") victim.spin();
  if (how === "kill" || how === "kill while it spins") await cluster.kill(VICTIM);
  if (how === "close") await cluster.close();
  return Date.now();
}

function check(endings: readonly Program.Ending[], how: End, ended: number): void {
  for (const ending of endings) {
    const about = `${ending.what}: ${ending.name}: ${ending.message}`;
    expect(ending.at - ended, about).toBeLessThan(NOTICE_MS);
    // Of a generator that throws the first `next` hears; those behind it, and later ones, say that it is done.
    if (/second next|later next/.test(ending.what)) {
      expect(ending.name, about).toBe('returned {"done":true}');
      continue;
    }
    if (how === "close") {
      expect(ending, about).toMatchObject({ name: "ClosedError", code: "CLOSED" });
      continue;
    }
    expect(ending, about).toMatchObject({ code: "SITE_DOWN", site: VICTIM });
    if (/Comlink/.test(ending.what)) expect(ending.name, about).toMatch(/SiteDownError|CallLostError/);
    else expect(ending.name, about).toBe("CallLostError");
    expect(ending.message, about).toMatch(/site 0/);
    if (/Comlink/.test(ending.what)) continue;
    const isLate = /later/.test(ending.what);
    expect(ending.mayHaveRun, about).toBe(!isLate);
    expect(ending.message, about).toMatch(isLate ? /did not run/ : /it may have run/);
  }
}

const PENDING = 15; // see pendAll
const ends: End[] = ["exit", "kill", "kill while it spins", "close"];

describe.each(ends)("when a site goes, or all do, by %s", { timeout: 30_000 * TIMES }, (how) => {
  test("all that is pending there from the launcher and from two sites ends in time", async () => {
    for (let time = 0; time < TIMES; time++) {
      await using cluster = await serving();
      const reports = new Reports();
      const runs = [1, 2].map((site) =>
        cluster.run("pend", { victim: VICTIM, channel: reports.name }, { site }).catch((error: unknown) => error),
      );
      let ready: () => void;
      const own = new Promise<void>((resolve) => {
        ready = resolve;
      });
      const launcher = pendAll({ rpc: cluster.rpc as never, self: SITES }, VICTIM, () => ready());
      await Promise.all([reports.ready(2), own]);
      const ended = await end(cluster, how);
      const ownEndings = await launcher;
      await reports.done(2);
      reports.close();
      const outcomes = await Promise.all(runs);
      expect(reports.endings.map(({ what }) => what).sort()).toHaveLength(2 * PENDING);
      check([...ownEndings, ...reports.endings], how, ended);
      if (how === "close") for (const outcome of outcomes) expect(outcome).toBeInstanceOf(ClosedError);
      else await checkSurvivors(cluster);
    }
  });

  const every: Program.BlockedIn[] = ["call", "blocked callee", "stream", "reading", "callback", "reference", "chain"];
  // All of them for one way to go; for the others, in the short run, those that differ most.
  const some: Program.BlockedIn[] = isLong || how === "kill" ? every : ["blocked callee", "callback", "chain"];
  // Who spins reads nothing more: the same as a call.
  const kinds = some.filter((kind) => !(kind === "reading" && how === "kill while it spins"));
  test.each(kinds)("a site that is blocked in it hears of it in time (%s)", async (kind) => {
    for (let time = 0; time < TIMES; time++) {
      await using cluster = await serving();
      const reports = new Reports();
      const runs = [1, 2].map((site) =>
        cluster
          .run("pendBlocking", { victim: VICTIM, via: 3, kind, channel: reports.name }, { site })
          .catch((error: unknown) => error),
      );
      await reports.ready(2);
      // Their calls have begun there, or the error would rightly say that they did not run.
      const victim = cluster.rpc.stub<Program.Victim>(VICTIM, "victim");
      const counted = ["call", "blocked callee", "reference", "chain"].includes(kind);
      while (counted && (await victim.begun()) < 2);
      const ended = await end(cluster, how);
      await reports.done(2);
      reports.close();
      await Promise.all(runs);
      expect(reports.endings).toHaveLength(2);
      for (const ending of reports.endings) {
        const about = JSON.stringify(ending);
        expect(ending.at - ended, about).toBeLessThan(NOTICE_MS);
        if (how === "close") expect(ending, about).toMatchObject({ name: "ClosedError", code: "CLOSED" });
        else
          expect(ending, about).toMatchObject({
            name: "CallLostError",
            code: "SITE_DOWN",
            site: VICTIM,
            mayHaveRun: true,
          });
      }
      if (how !== "close") await checkSurvivors(cluster);
    }
  });
});

/** Calls that do not touch the lost site go on. */
async function checkSurvivors(cluster: Failing): Promise<void> {
  cluster.rpc.expose("survivor", { answer: async () => 42 });
  const survivors = [1, 2, 3];
  expect(await cluster.rpc.group<Program.Victim>(survivors, "victim").ping()).toEqual(survivors);
  for (const site of survivors) {
    const others = survivors.filter((other) => other !== site);
    expect(await cluster.rpc.stub<Program.Victim>(site, "victim").pingAll(others)).toEqual(others);
    expect(await cluster.run("callSurvivors", others, { site })).toEqual([...others, 42]);
  }
  await expect(cluster.rpc.stub<Program.Victim>(VICTIM, "victim").ping()).rejects.toMatchObject({
    name: "CallLostError",
    mayHaveRun: false,
  });
  const settled = await cluster.rpc.group<Program.Victim>("all", "victim").ping().settled();
  expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
}

test("the signals of a lost site's calls, and those that it passed, abort", { timeout: 30_000 * TIMES }, async () => {
  for (let time = 0; time < TIMES; time++) {
    await using cluster = await serving();
    const reports = new Reports();
    const watching = endOf(cluster.rpc.stub<Program.Victim>(VICTIM, "victim").haveWatched(1, reports.name));
    await reports.ready(1);
    await cluster.kill(VICTIM);
    const ended = Date.now();
    await reports.count(2);
    reports.close();
    for (const ending of reports.endings) {
      expect(ending).toMatchObject({ code: "SITE_DOWN", site: VICTIM });
      expect(ending.at - ended).toBeLessThan(NOTICE_MS);
    }
    expect(await watching).toBeInstanceOf(CallLostError);
  }
});

function endOf(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise).then(
    (value) => value,
    (error: unknown) => error,
  );
}

describe("what a method throws", () => {
  test("arrives with class, code, properties, cause and both stacks", async () => {
    await using cluster = await serving(2);
    cluster.rpc.registerErrors(OutOfPaper);
    const victim = cluster.rpc.stub<Program.Victim>(1, "victim");
    const far = (await endOf(victim.fail("class"))) as RangeError & { code: string; by: number };
    expect(far).toBeInstanceOf(RangeError);
    expect(far).toMatchObject({ message: "too far", code: "E_FAR" });
    expect(far.stack).toMatch(/fail.*rpc-failure\.program/);
    expect(far.stack).toMatch(/-- victim\.fail on site 1, called from the launcher --/);
    const outer = (await endOf(victim.fail("cause"))) as Error & { cause: Error };
    expect(outer.cause).toBeInstanceOf(TypeError);
    expect([outer.cause.message, outer.cause.cause]).toEqual(["inner", "innermost"]);
    expect(await endOf(victim.fail("string"))).toBe("just a string");
    const paper = await endOf(victim.fail("registered"));
    expect(paper).toBeInstanceOf(OutOfPaper);
    expect(paper).toMatchObject({ name: "OutOfPaper", message: "tray 2 is empty", trays: 2 });
    const deep = (await endOf(victim.fail("deep"))) as Error;
    expect(deep.stack).toMatch(/failDeep/);
  });

  test("reaches a blocking caller the same way", async () => {
    await using cluster = await serving(2);
    const seen = await cluster.run("failures", undefined, { site: 0 });
    expect(seen.map(({ name, message, code, isRange }) => ({ name, message, code, isRange }))).toEqual([
      { name: "RangeError", message: "too far", code: "E_FAR", isRange: true },
      { name: "Error", message: "outer", code: undefined, isRange: false },
      { name: "Error", message: "deep", code: undefined, isRange: false },
    ]);
    for (const { stack } of seen) {
      expect(stack).toMatch(/fail.*rpc-failure\.program/);
      expect(stack).toMatch(/-- victim\.fail on site 1, called from site 0 --[\s\S]*failures.*rpc-failure\.program/);
    }
  });

  test("harms neither site, nor the calls beside it", async () => {
    await using cluster = await serving(2);
    const victim = cluster.rpc.stub<Program.Victim>(1, "victim");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? victim.fail("cause") : victim.ping())),
    );
    for (const [n, outcome] of outcomes.entries()) expect(outcome.status).toBe(n % 3 === 0 ? "rejected" : "fulfilled");
    withOptions(victim, { oneWay: true }).fail("class");
    expect(await victim.ping()).toBe(1);
  });
});

test("a site that exits in a method takes only the calls to it along", { timeout: 30_000 * TIMES }, async () => {
  for (let time = 0; time < TIMES; time++) {
    await using cluster = await serving(3);
    const error = (await endOf(cluster.rpc.stub<Program.Victim>(0, "victim").exit(7))) as CallLostError;
    expect(error).toBeInstanceOf(CallLostError);
    expect(error).toBeInstanceOf(SiteDownError);
    expect(error).toMatchObject({ site: 0, mayHaveRun: true });
    expect(error.message).toMatch(/victim\.exit on site 0 .*code 7/);
    expect(await cluster.rpc.stub<Program.Victim>(1, "victim").pingAll([2])).toEqual([2]);
    expect(endingOf(0, "x", error).name).toBe("CallLostError");
  }
});
