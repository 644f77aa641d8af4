import { checkIs, IS_ITERATIONS, IS_PROBLEMS, type IsResult, isSerially, npbKeys } from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";
import type * as IsProgram from "../src/programs/is.program.ts";

function solve(size: "tiny" | "S" | "W"): IsResult {
  const problem = IS_PROBLEMS[size]!;
  const keys = new Int32Array(problem.keys);
  npbKeys(problem, 0, keys);
  return isSerially(problem, keys);
}

describe("the keys of NPB IS", () => {
  it("are the same in whatever parts they are made", () => {
    const problem = IS_PROBLEMS.S!;
    const all = new Int32Array(problem.keys);
    npbKeys(problem, 0, all);
    const part = new Int32Array(1000);
    npbKeys(problem, 12_345, part);
    expect(part).toEqual(all.subarray(12_345, 13_345));
    expect(Math.max(...part)).toBeLessThan(problem.maxKey);
  });
});

describe("NPB IS", () => {
  it.each(["S", "W"] as const)("finds NPB's ranks of class %s", (size) => {
    expect(checkIs(IS_PROBLEMS[size]!, solve(size))).toMatchObject({ ok: true });
  });

  it("is seen to be wrong if a rank, a key or a probe is", () => {
    const problem = IS_PROBLEMS.S!;
    const right = solve("S");
    for (const what of ["keys", "ranks", "found"] as const) {
      for (const at of [0, 7, right[what].length - 1]) {
        const spoiled = { ...right, [what]: right[what].slice() };
        spoiled[what][at]++;
        expect(checkIs(problem, spoiled), `${what} ${at}`).toMatchObject({ ok: false });
      }
      expect(checkIs(problem, { ...right, [what]: right[what].subarray(1) })).toMatchObject({ ok: false });
    }
  });

  it("is seen to be wrong if the keys are others, however well ranked", () => {
    const problem = IS_PROBLEMS.tiny!;
    const keys = new Int32Array(problem.keys);
    expect(checkIs(problem, isSerially(problem, keys))).toMatchObject({ ok: false });
    expect(IS_ITERATIONS).toBe(10);
  });

  it.each([
    { sites: 1, size: "tiny" },
    { sites: 2, size: "tiny" },
    { sites: 3, size: "tiny" },
    { sites: 3, size: "S" },
  ] as const)("is verified at $sites sites, size $size, twice", async ({ sites, size }) => {
    const program = new URL("../dist/programs/is.program.js", import.meta.url);
    await using cluster = await launch<typeof IsProgram>({ program, sites });
    const answers = await cluster.runAll("is", { size, repeats: 2 });
    expect(answers[0].verdict).toMatchObject({ ok: true });
    expect(answers[0].seconds).toHaveLength(2);
  });
});
