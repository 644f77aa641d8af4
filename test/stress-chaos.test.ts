import { Prng, withDelays } from "@isles/testkit";
import { type Cluster, launch } from "isles";
import { describe, expect, test } from "vitest";

/** How often each is repeated; `npm run test:long` sets ISLES_LONG. */
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 40 : 2));
const SEED = Number(process.env.ISLES_SEED ?? 1);
/** Nobody may take longer to notice, in milliseconds. */
const NOTICE_MS = 2_000;

const spans = { rounds: 100_000, length: 200, pageSize: 256, home: "cyclic" };
const works = [
  { file: "spans", name: "spans", args: spans },
  { file: "memory", name: "updates", args: { updates: 10_000_000, length: 1_000, pageSize: 256, home: "first-touch" } },
  { file: "memory", name: "recreate", args: { rounds: 100_000 } },
  { file: "sync", name: "locks", args: { rounds: 1_000_000 } },
  { file: "sync", name: "semaphores", args: { rounds: 1_000_000 } },
  { file: "sync", name: "conditions", args: { rounds: 1_000_000 } },
  { file: "sync", name: "collectives", args: { rounds: 1_000_000 } },
  { file: "sync", name: "ring", args: { rounds: 1_000_000 } },
  { file: "async", name: "mixed", args: { rounds: 100_000_000, length: 200 } },
  { file: "async", name: "asyncSync", args: { rounds: 10_000_000, length: 1 } },
];

/** Ends the work of a cluster in the middle, in one of three ways; how long the promise of the work took to notice. */
async function interrupt(cluster: Cluster, work: (typeof works)[number], prng: Prng, seed: number): Promise<number> {
  const abort = new AbortController();
  const running = cluster.runAll(work.name, { ...work.args, seed }, { signal: abort.signal }).then(
    () => "finished",
    (error: unknown) => (error as Error).name,
  );
  await new Promise((resolve) => setTimeout(resolve, 20 + prng.below(150)));
  const start = performance.now();
  const way = prng.pick(["kill", "close", "abort"]);
  if (way === "kill") await cluster.kill(prng.below(cluster.sites));
  if (way === "close") void cluster.close();
  if (way === "abort") abort.abort();
  const expected = { kill: "SiteDownError", close: "ClosedError", abort: "AbortError" }[way];
  const late = new Promise((resolve) => setTimeout(resolve, 2 * NOTICE_MS, `nothing after ${way}`).unref());
  expect(await Promise.race([running, late])).toBe(expected);
  const noticedMs = performance.now() - start;
  // Giving up one run harms nothing: the same sites do the next one.
  if (way === "abort") await cluster.runAll(work.name, { ...work.args, rounds: 1, updates: 1, seed: -seed });
  return noticedMs;
}

describe.each(works)("ended in the middle of $name", (work) => {
  test.each([false, true])("nobody hangs, slow channels: %s", { timeout: 20_000 * TIMES }, async (slow) => {
    for (let seed = SEED; seed < SEED + TIMES; seed++) {
      const prng = new Prng(seed);
      const options = { program: new URL(`./dist/${work.file}.program.js`, import.meta.url), sites: 2 + prng.below(3) };
      const cluster = await launch(slow ? withDelays(options, { seed, part: 0.2, polls: 200 }) : options);
      expect(await interrupt(cluster, work, prng, seed), `seed ${seed}`).toBeLessThan(NOTICE_MS);
      const start = performance.now();
      await cluster.close();
      expect(performance.now() - start, `close, seed ${seed}`).toBeLessThan(NOTICE_MS);
    }
  });
});
