import { isDeepStrictEqual } from "node:util";
import { Prng } from "@isles/testkit";
import { type Cluster, launch } from "isles";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Injection, traced } from "../packages/isles/test/programs/process-trace.mjs";
import { Loaded } from "../packages/migration/test/support/differential.ts";
import { type Case, handWritten, injectionsOf, inParallel, ownRun, RandomPrograms, run } from "./process-suite.ts";

const SEED = Number(process.env.ISLES_SEED ?? 1);
const isLong = process.env.ISLES_LONG === "1";
const RANDOM = isLong ? 1_000 : 150;
const WILD = isLong ? 1_000 : 60;
const SITES = 3;
/** Processes at once. */
const WIDTH = 64;
/** How long one of so many processes may take until it has ended, in milliseconds. */
const WAIT_MS = 60_000;
const timeout = 600_000;
/** A line of a trace that a step has ended with. */
const STEP = /^(yield|return|throw) /;

const loaded = new Loaded();
const prng = new Prng(SEED);
const lists = Array.from({ length: RANDOM }, () =>
  Array.from({ length: 10 + prng.below(111) }, () => prng.below(1_000)),
);
const randoms = await RandomPrograms.write(loaded, lists, WILD, prng);
const cases = [...(await handWritten(loaded)), ...randoms.cases];
let cluster: Cluster;

beforeAll(async () => {
  process.env.RANDOM_PROGRAMS = randoms.path;
  cluster = await launch({
    program: new URL("../packages/isles/test/programs/process-differential.mjs", import.meta.url),
    sites: SITES,
  });
});
afterAll(async () => {
  await cluster.close();
  randoms[Symbol.dispose]();
  loaded[Symbol.dispose]();
});

interface Difference {
  readonly program: string;
  readonly injection?: Injection;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Compares what `actual` gives with what is expected of each program; the differences, the failures among them. */
async function differences(
  of: (one: Case, differs: (difference: Omit<Difference, "program">) => void) => Promise<void>,
) {
  const found: Difference[] = [];
  await inParallel(cases, WIDTH, async (one) => {
    const program = `${one.module}/${one.name}`;
    try {
      await of(one, (difference) => {
        if (!isDeepStrictEqual(difference.actual, difference.expected)) found.push({ program, ...difference });
      });
    } catch (error) {
      found.push({ program, expected: "no failure", actual: error });
    }
  });
  return found;
}

it("has at least 150 programs that others wrote, and 200 random ones", () => {
  expect(cases.length - randoms.cases.length).toBeGreaterThanOrEqual(150);
  expect(randoms.cases.length).toBeGreaterThanOrEqual(200);
  expect(randoms.cases.filter(({ stays }) => stays !== undefined).length).toBeLessThan(10);
});

it("moved to another site at every yield: same yields, same result, same throws", { timeout }, async () => {
  let moves = 0;
  const wrong = await differences(async (one, differs) => {
    const [plain, ...injected] = injectionsOf(one.program);
    const injections = [plain, ...some(injected)];
    const expected = injections.map((injection) => run(traced(one.program, injection)));
    const options = { site: prng.below(SITES), policy: "every-yield" } as const;
    const process = await cluster.spawn("drive", [one.module, one.name, injections], options);
    const traces = (await process.wait({ timeoutMs: WAIT_MS })) as string[][];
    for (const [index, injection] of injections.entries())
      differs({ injection, expected: expected[index], actual: traces[index] });
    if (one.stays !== undefined) return;
    const steps = expected.flat().filter((line) => STEP.test(line)).length;
    differs({ expected: `${steps} moves`, actual: `${(await process.info()).moves} moves` });
    moves += steps;
  });
  expect(wrong).toEqual([]);
  expect(moves).toBeGreaterThan(4_000);
});

it("so does each as the process itself", { timeout }, async () => {
  let count = 0;
  const wrong = await differences(async (one, differs) => {
    const expected = ownRun(one.program);
    if (expected === undefined) return;
    count++;
    const options = { site: prng.below(SITES), policy: "every-yield" } as const;
    const process = await cluster.spawn("delegate", [one.module, one.name], options);
    differs({ expected, actual: await process.wait({ timeoutMs: WAIT_MS }) });
  });
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(350);
});

it("saved, killed and restored on another site at random yields: so too", { timeout }, async () => {
  let restores = 0;
  const wrong = await differences(async (one, differs) => {
    if (one.stays !== undefined) return;
    const expected = withMessages(run(traced(one.program, undefined)));
    const steps = expected.filter((line) => STEP.test(line)).length;
    let site = prng.below(SITES);
    let process = await cluster.spawn("gated", [one.module, one.name], { site, policy: "none" });
    for (let sent = 0; sent < steps; ) {
      // Some that it has taken, some that go along in its mail, and some that come later.
      for (let more = 1 + prng.below(3); more > 0 && sent < steps; more--) await process.send(`message ${sent++}`);
      if (sent === steps || prng.chance(0.5)) continue;
      const bytes = await process.checkpoint();
      await process.kill();
      site = (site + 1 + prng.below(SITES - 1)) % SITES;
      process = await cluster.restore(bytes, { site });
      restores++;
    }
    differs({ expected, actual: await process.wait({ timeoutMs: WAIT_MS }) });
  });
  expect(wrong).toEqual([]);
  expect(restores).toBeGreaterThan(300);
});

/** In the ordinary run three of the injections of each program. */
function some(injections: Injection[]): Injection[] {
  if (isLong) return injections;
  return injections.sort(() => prng.below(3) - 1).slice(0, 3);
}

/** The trace of a run that was given a message before each step. */
function withMessages(trace: readonly string[]): string[] {
  let messages = 0;
  const lines: string[] = [];
  let logs: string[] = [];
  for (const line of trace) {
    logs.push(line);
    if (!STEP.test(line)) continue;
    lines.push(`sent 'message ${messages++}'`, ...logs);
    logs = [];
  }
  return [...lines, ...logs];
}
