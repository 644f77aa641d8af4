import {
  checkSor,
  type KernelAnswer,
  type KernelArgs,
  Lcg48,
  problemOf,
  SOR_EPSILON,
  SOR_PROBLEMS,
  sorSerially,
  sumInside,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

const program = new URL("../dist/programs/sor.program.js", import.meta.url);
const tiny = problemOf("sor", SOR_PROBLEMS, "tiny");

/** The plain loop over one grid, cell by cell. */
function plainly(n: number, iterations: number): Float64Array {
  const random = Lcg48.java(10_101_010);
  const g = Float64Array.from({ length: n * n }, () => random.nextDouble() * 1e-6);
  for (let half = 0; half < 2 * iterations; half++) {
    for (let i = 1; i < n - 1; i++) {
      for (let j = 1; j < n - 1; j++) {
        const k = i * n + j;
        if ((i + j) % 2 === half % 2) g[k] = 0.3125 * (g[k - n] + g[k + n] + g[k - 1] + g[k + 1]) - 0.25 * g[k];
      }
    }
  }
  return g;
}

describe("java.util.Random", () => {
  it("gives the numbers that Java gives", () => {
    // new Random(42).nextDouble(), twice, on any JVM
    const random = Lcg48.java(42);
    expect([random.nextDouble(), random.nextDouble()]).toEqual([0.7275636800328681, 0.6832234717598454]);
  });
});

describe("SOR", () => {
  it("has the sum that JGF publishes for size A", () => {
    const { published } = SOR_PROBLEMS.S!;
    expect(Math.abs(sumInside(1000, sorSerially(SOR_PROBLEMS.S!)) - published!)).toBeLessThan(SOR_EPSILON);
  });

  it.each([12, 13])("is the loop over one grid of %i rows, with columns even and odd in number", (n) => {
    expect(sorSerially({ n, iterations: 7 })).toEqual(plainly(n, 7));
  });

  it.each([1, 2, 3])("is the serial run's on %i sites, run after run", async (sites) => {
    await using cluster = await launch<{ sor(site: unknown, args: KernelArgs): KernelAnswer }>({ program, sites });
    const [first] = await cluster.runAll("sor", { size: "tiny", repeats: 2 });
    expect(first).toMatchObject({ workers: sites, verdict: { ok: true } });
    expect(first.seconds).toHaveLength(2);
  });

  it("does not pass with one cell spoiled, or another sum", () => {
    const grid = sorSerially(tiny);
    expect(checkSor(tiny, grid).ok).toBe(true);
    grid[50 * tiny.n + 50] += 1e-18;
    expect(checkSor(tiny, grid)).toMatchObject({ ok: false });
    grid[50 * tiny.n + 50] = Number.NaN;
    expect(checkSor(tiny, grid)).toMatchObject({ ok: false });
    const published = { ...tiny, published: 1 };
    expect(checkSor(published, sorSerially(tiny)).ok).toBe(false);
  });
});
