/**
 * Data migration, `node packages/examples/dist/migration/data.js`: site 0 has written an array, and site 1 is to work on all of it. It can
 * fetch each page when it touches it, or have them all brought before: `moveTo` for who writes, `replicateTo` for who only reads.
 */
import { launch, type SharedArray } from "isles";
import type * as Data from "./data.program.ts";
import { check, timed } from "./say.ts";

const LENGTH = 2 ** 20; // 8 MiB, 2,048 pages
const there = { site: 1 };

await using cluster = await launch<typeof Data>({
  program: new URL("./data.program.js", import.meta.url),
  sites: 2,
});

async function produced(name: string): Promise<{ grid: SharedArray<Float64Array>; sum: number }> {
  const grid = await cluster.memory.async.float64(name, LENGTH);
  return { grid, sum: await cluster.run("produce", grid, { site: 0 }) };
}

for (const name of ["warm-up", "measured"]) {
  console.log(`\n${name}: 8 MiB written by site 0, then doubled by site 1`);
  const faulted = await produced(`${name}, page by page`);
  const a = await timed("page by page, as they are touched", () => cluster.run("double", faulted.grid, there));
  check(a === 2 * faulted.sum, "every element was doubled");

  const moved = await produced(`${name}, moved`);
  const b = await timed("moveTo(1) first, then the same work", async () => {
    await moved.grid.async.moveTo(1);
    return cluster.run("double", moved.grid, there);
  });
  check(b === 2 * moved.sum, "every element was doubled");

  const copied = await produced(`${name}, copied`);
  await timed("replicateTo([1]), for a phase that only reads", () => copied.grid.async.replicateTo([1]));
  const both = await Promise.all([0, 1].map((site) => cluster.run("total", copied.grid, { site })));
  check(both[0] === copied.sum && both[1] === copied.sum, "both sites read the same, each its own copy");
}

const { arrays } = await cluster.stats();
for (const how of ["page by page", "moved", "copied"]) {
  const { readMisses, writeMisses, upgrades, messages } = arrays[`measured, ${how}`]!;
  console.log(
    `${how.padEnd(12)} ${readMisses + writeMisses} pages fetched, ${upgrades} upgrades, ${messages} messages`,
  );
}
