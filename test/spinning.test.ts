import { launch } from "isles";
import { describe, expect, test } from "vitest";
import type * as Spinning from "./src/spinning.program.ts";

const program = new URL("./dist/spinning.program.js", import.meta.url);

/** A program that spins serves the others, whatever it spins on; else who is waited for would wait for the one who spins. */
describe.each([2, 4])("%i sites that spin", (sites) => {
  test.each([
    { home: 0, consistency: "release" },
    { home: 1, consistency: "release" },
    { home: 0, consistency: "sequential" },
  ] as const)("on atomics at home $home under $consistency consistency get on", { timeout: 30_000 }, async (where) => {
    await using cluster = await launch<typeof Spinning>({ program, sites });
    expect(await cluster.runAll("byAtomics", where)).toEqual(new Array(sites).fill(sites));
  });

  test("on spans get on", { timeout: 30_000 }, async () => {
    await using cluster = await launch<typeof Spinning>({ program, sites });
    const [first] = await cluster.runAll("bySpans", { generations: 30 });
    expect(first).toBe(30);
  });
});
