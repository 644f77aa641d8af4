import {
  checkLu,
  type KernelAnswer,
  type KernelArgs,
  LU_PROBLEMS,
  LuLayout,
  luMatrix,
  luResidual,
  luSerially,
  problemOf,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

const program = new URL("../dist/programs/lu.program.js", import.meta.url);
const tiny = problemOf("lu", LU_PROBLEMS, "tiny");

/** The largest element of |L U - A|. */
function worstDifference(n: number, factors: Float64Array, matrix: Float64Array): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i <= j ? factors[i * n + j] : 0; // L has ones on its diagonal
      for (let k = 0; k < Math.min(i, j + 1); k++) sum += factors[i * n + k] * factors[k * n + j];
      worst = Math.max(worst, Math.abs(sum - matrix[i * n + j]));
    }
  }
  return worst;
}

describe("LU", () => {
  it("begins with SPLASH-2's numbers", () => {
    // srand48(1): lrand48() is 89400484, 976015093, 1792756325 in glibc
    const matrix = luMatrix(tiny);
    expect(matrix[0]).toBe((89_400_484 / 32_767) * 10);
    expect(matrix[96]).toBe(976_015_093 / 32_767);
    expect(matrix[2 * 96]).toBe(1_792_756_325 / 32_767);
  });

  it.each([
    { n: 8, size: 4 },
    { n: 96, size: 16 },
    { n: 128, size: 32 },
  ])("multiplies back to the matrix, $n × $n in blocks of $size", (problem) => {
    const matrix = luMatrix(problem);
    const scale = matrix.reduce((a, b) => Math.max(a, b));
    expect(worstDifference(problem.n, luSerially(problem), matrix) / scale).toBeLessThan(1e-10);
    expect(luResidual(problem, luSerially(problem))).toBeLessThan(1e-10);
  });

  it("gives every block one place and one owner, and the owner's blocks of a column together", () => {
    for (const workers of [1, 2, 3, 4, 6, 8]) {
      const layout = new LuLayout(tiny, workers);
      const places = new Set<number>();
      for (let j = 0; j < layout.blocks; j++) {
        for (let i = 0; i < layout.blocks; i++) places.add(layout.at(i, j));
        for (let k = 0; k < layout.blocks; k++) {
          for (let worker = 0; worker < workers; worker++) {
            if (j % layout.across !== worker % layout.across) continue;
            const own = Array.from({ length: layout.blocks }, (_, i) => i).filter(
              (i) => i > k && layout.owner(i, j) === worker,
            );
            const { start, end, count } = layout.below(k, j, worker);
            expect(own.map((i) => layout.at(i, j))).toEqual(own.map((_, b) => start + b * layout.area));
            expect([count, end - start]).toEqual([own.length, own.length * layout.area]);
          }
        }
      }
      expect(places.size).toBe(layout.blocks ** 2);
      expect(Math.max(...places) + layout.area).toBeLessThanOrEqual(layout.length);
    }
  });

  it.each([1, 2, 3, 4])("is the serial run's on %i sites, run after run", async (sites) => {
    await using cluster = await launch<{ lu(site: unknown, args: KernelArgs): KernelAnswer }>({ program, sites });
    const [first] = await cluster.runAll("lu", { size: "tiny", repeats: 2 });
    expect(first).toMatchObject({ workers: sites, verdict: { ok: true } });
    expect(first.seconds).toHaveLength(2);
  });

  it("does not pass with one element spoiled", () => {
    const factors = luSerially(tiny).slice();
    expect(checkLu(tiny, factors).ok).toBe(true);
    factors[95 * 96 + 2] *= 1 + 1e-15;
    expect(checkLu(tiny, factors)).toMatchObject({ ok: false });
  });

  it("does not pass with a serial run that is wrong itself", () => {
    const problem = { n: 16, size: 4 };
    luSerially(problem)[13] *= 1.001;
    expect(checkLu(problem, luSerially(problem))).toMatchObject({ ok: false });
  });
});
