import { launch } from "isles";
import { expect, test } from "vitest";
import type * as Program from "./src/memory.program.ts";

const program = new URL("./dist/memory.program.js", import.meta.url);

const FAULTS = 1_000_000;
/** What the later parts may add to the heap together, in bytes: a third of a byte a fault. */
const GROWTH = 256 * 1024;

test("a million page faults leave nothing on the heap", async () => {
  await using cluster = await launch<typeof Program>({ program, sites: 2 });
  const heaps = await cluster.runAll("sweeps", { faults: FAULTS, parts: 10 });
  const { writeMisses } = (await cluster.stats()).arrays.swept!;
  expect(writeMisses).toBeGreaterThan(FAULTS * 0.99);
  // The first parts compile and fill caches.
  for (const [, , third, ...later] of heaps) for (const bytes of later) expect(bytes - third!).toBeLessThan(GROWTH);
});
