import {
  checkMG,
  expectedMg,
  MG_PROBLEMS,
  makeGrid,
  mgSerially,
  NPB_CG_SEED,
  nextNumbers,
  placeCharges,
  planeLength,
  prolongAll,
  residualOf,
  restrictAll,
  rowsFor,
  sharedSides,
  wrapEdges,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";
import type * as Program from "../src/programs/mg.program.ts";

const program = new URL("../dist/programs/mg.program.js", import.meta.url);
const tiny = MG_PROBLEMS.tiny!;

/** A grid of n³ from a function of its points. */
function gridOf(n: number, value: (x: number, y: number, z: number) => number) {
  const grid = makeGrid(n);
  for (const [z, plane] of grid.planes.entries()) {
    for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) plane[(y + 1) * (n + 2) + x + 1] = value(x, y, z);
    wrapEdges(n, plane);
  }
  return grid;
}

describe("NPB MG", () => {
  it.each(["S", "W"] as const)("has NPB's norm of class %s", (size) => {
    const problem = MG_PROBLEMS[size]!;
    const { norm } = mgSerially(problem);
    expect(Math.abs(norm / problem.published! - 1)).toBeLessThan(1e-8);
  });

  it("puts its charges where the random numbers are largest and smallest", () => {
    const numbers = new Float64Array(tiny.n ** 3);
    nextNumbers(NPB_CG_SEED, numbers);
    const byValue = [...numbers.keys()].sort((a, b) => numbers[a] - numbers[b]);
    expect(placeCharges(tiny)).toEqual({ negative: byValue.slice(0, 10), positive: byValue.slice(-10).reverse() });
  });

  it("has an operator that a wave is an eigenvector of, in each direction", () => {
    const n = 8;
    const wave = (k: number) => Math.cos((2 * Math.PI * k) / n);
    // Along a wave's direction there are 1, 8 edges' and 8 corners' neighbours: A's sums over planes before and behind.
    const eigenvalue = -8 / 3 + 4 / 6 + wave(1) * (2 * (4 / 6) + 2 * (4 / 12));
    for (const along of [0, 1, 2]) {
      const u = gridOf(n, (...point) => wave(point[along]));
      const r = makeGrid(n);
      residualOf(u, makeGrid(n), r, rowsFor(n));
      for (let k = 0; k < u.values.length; k++) expect(r.values[k]).toBeCloseTo(-eigenvalue * u.values[k], 13);
    }
  });

  it("weighs all neighbours on the way down, and interpolates linearly on the way up", () => {
    const fine = gridOf(8, () => 3);
    const coarse = makeGrid(4);
    restrictAll(fine, coarse, rowsFor(8));
    // Full weighting without its factor: 1/2 + 6/4 + 12/8 + 8/16 = 4 times the value.
    expect(new Set(coarse.values)).toEqual(new Set([12]));
    const back = makeGrid(8);
    prolongAll(
      gridOf(4, (x) => (x < 3 ? x : 0)),
      back,
    );
    // Coarse point x lies on fine point 2x + 1.
    expect([...back.planes[3].subarray(3 * 10 + 2, 3 * 10 + 7)]).toEqual([0, 0.5, 1, 1.5, 2]);
  });

  it("does not pass with one point spoiled, or another norm", () => {
    for (const problem of [tiny, MG_PROBLEMS.S!]) {
      const right = expectedMg(problem);
      expect(checkMG(problem, right)).toMatchObject({ ok: true });
      for (const grid of ["u", "r"] as const) {
        const spoiled = right[grid].slice();
        spoiled[planeLength(problem.n) + 50] += 1e-12;
        expect(checkMG(problem, { ...right, [grid]: spoiled })).toMatchObject({ ok: false });
        expect(checkMG(problem, { ...right, [grid]: right[grid].subarray(1) })).toMatchObject({ ok: false });
      }
      expect(checkMG(problem, { ...right, norm: right.norm * (1 + 2e-8) })).toMatchObject({ ok: false });
      expect(checkMG(problem, { ...right, norm: Number.NaN })).toMatchObject({ ok: false });
    }
  });

  it("shares grids down to 32 points an edge, and always the finest", () => {
    expect([sharedSides(128), sharedSides(32), sharedSides(16)]).toEqual([[128, 64, 32], [32], [16]]);
  });

  it.each([1, 2, 3])("is the serial run's on %i sites, run after run", async (sites) => {
    await using cluster = await launch<typeof Program>({ program, sites });
    const answers = await cluster.runAll("mg", { size: "tiny", repeats: 2 });
    expect(answers[0].verdict).toMatchObject({ ok: true });
    expect(answers.map(({ seconds }) => seconds.length)).toEqual(Array(sites).fill(2));
  });

  it("shares several levels", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 3 });
    const [answer] = await cluster.runAll("mg", { size: "S" });
    expect(answer.verdict).toMatchObject({ ok: true });
  });
});
