import {
  checkMatmul,
  type KernelAnswer,
  type KernelArgs,
  MATMUL_PROBLEMS,
  matmulSerially,
  problemOf,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

const program = new URL("../dist/programs/matmul.program.js", import.meta.url);
const tiny = problemOf("matmul", MATMUL_PROBLEMS, "tiny");

/** The textbook's three loops. */
function plainly(n: number, a: Float64Array, b: Float64Array): Float64Array {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) c[i * n + j] += a[i * n + k] * b[k * n + j];
  }
  return c;
}

describe("matrix product", () => {
  it.each([4, 68, 100, 196])("is what three loops compute, for n = %i", (n) => {
    const { a, b, c } = matmulSerially({ n });
    const expected = plainly(n, a, b);
    const worst = c.reduce((error, value, i) => Math.max(error, Math.abs(value - expected[i])), 0);
    expect(worst).toBeLessThan(1e-13);
    expect(Math.hypot(...expected.subarray(0, n))).toBeGreaterThan(0.01);
  });

  it.each([1, 2, 3])("is the serial run's on %i sites, run after run", async (sites) => {
    await using cluster = await launch<{ matmul(site: unknown, args: KernelArgs): KernelAnswer }>({ program, sites });
    const [first] = await cluster.runAll("matmul", { size: "tiny", repeats: 2 });
    expect(first).toMatchObject({ workers: sites, verdict: { ok: true } });
    expect(first.seconds).toHaveLength(2);
  });

  it("does not pass with one element spoiled", () => {
    const found = matmulSerially(tiny).c.slice();
    expect(checkMatmul(tiny, found).ok).toBe(true);
    found[5_432] += 1e-12;
    expect(checkMatmul(tiny, found)).toMatchObject({ ok: false });
  });

  it("does not pass with a serial run that is wrong itself", () => {
    const problem = { n: 8 };
    matmulSerially(problem).c[13] += 1e-6;
    expect(checkMatmul(problem, matmulSerially(problem).c)).toMatchObject({ ok: false });
  });
});
