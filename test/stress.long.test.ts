import { launch } from "isles";
import { expect, test } from "vitest";
import type * as Program from "./src/memory.program.ts";

const program = new URL("./dist/memory.program.js", import.meta.url);

test("a million page faults leave nothing on the heap", async () => {
  await using cluster = await launch<typeof Program>({ program, sites: 2 });
  const before = (await cluster.stats()).arrays;
  expect(before).toEqual({});
  const heaps = await cluster.runAll("pingPong", { turns: 500_000, parts: 10 });
  const { readMisses, writeMisses, upgrades } = (await cluster.stats()).arrays["ping pong"]!;
  expect(readMisses + writeMisses + upgrades).toBeGreaterThan(1_000_000 * 0.9);
  for (const heap of heaps) {
    // The first part compiles and fills caches.
    const [, second, ...later] = heap;
    for (const bytes of later) expect(bytes - second!).toBeLessThan(512 * 1024);
  }
});
