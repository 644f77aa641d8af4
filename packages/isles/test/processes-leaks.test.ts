import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { launchBasics, program } from "./support.ts";

const run = promisify(execFile);
const isLong = process.env.ISLES_LONG === "1";
const MIB = 2 ** 20;

/** Most that one of the heaps has grown from the third tenth on: before that, code is compiled and caches are filled. */
async function growth(what: string, times: number): Promise<number> {
  const main = fileURLToPath(program("process-leak.main.mjs"));
  const { stdout } = await run(process.execPath, [main, what, String(times)], { timeout: 300_000 });
  const { heaps, running } = JSON.parse(stdout) as { heaps: number[][]; running: number };
  expect(running).toBe(1); // the one that all moves are beside
  const [first, ...later] = heaps.slice(2);
  return Math.max(...later.flatMap((sizes) => sizes.map((bytes, index) => bytes - first![index]!)));
}

test.each([
  ["moves", 10_000],
  ["migrates", 5_000],
  ["checkpoints", 1_000],
  ["spawns", 1_000],
])("%s leave the heaps of launcher and sites flat", { timeout: 300_000 }, async (what, times) => {
  expect(await growth(what, isLong ? times * 10 : times)).toBeLessThan(1.5 * MIB);
});

test("no thread takes the place of a site that was lost", async () => {
  await using cluster = await launchBasics(3);
  await cluster.kill(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(cluster.pool.threads.length).toBe(2);
});

const exit = fileURLToPath(program("process-exit.main.mjs"));
const scenarios = JSON.parse((await run(process.execPath, [exit])).stdout) as string[];

test.each(scenarios)("a cluster is closed and nothing is left: %s", { timeout: 30_000 }, async (scenario) => {
  const { stdout, stderr } = await run(process.execPath, [exit, scenario], { timeout: 20_000 });
  const ended = Date.now();
  const { resources, at } = JSON.parse(stdout) as { resources: string[]; at: number };
  expect(resources).toEqual([]);
  expect(stderr).toBe("");
  expect(ended - at).toBeLessThan(2_000);
});
