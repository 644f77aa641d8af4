import {
  CG_CLASSES,
  CG_PROBLEMS,
  type CgProgram,
  cgProgram,
  cgSerially,
  checkCg,
  dot,
  makeMatrix,
  maxNonzeros,
  solveSerially,
  zetaIsVerified,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

describe("the matrix of NPB CG", () => {
  const { rowstr, colidx, a } = makeMatrix(CG_CLASSES.S);
  const { n } = CG_CLASSES.S;

  it("has NPB's number of nonzeros, in rows sorted by column", () => {
    expect(rowstr[n]).toBe(78148);
    expect(colidx.length).toBe(78148);
    expect(rowstr[n]).toBeLessThanOrEqual(maxNonzeros(CG_CLASSES.S));
    const isSorted = Array.from({ length: n }, (_, j) => colidx.subarray(rowstr[j], rowstr[j + 1])).every((row) =>
      row.every((column, k) => k === 0 || column > row[k - 1]),
    );
    expect(isSorted).toBe(true);
  });

  it("is symmetric, to rounding", () => {
    const entries = new Map<number, number>();
    for (let j = 0; j < n; j++) for (let k = rowstr[j]; k < rowstr[j + 1]; k++) entries.set(j * n + colidx[k], a[k]);
    let worst = 0;
    for (const [place, value] of entries) {
      const mirrored = entries.get((place % n) * n + Math.floor(place / n)) ?? Number.POSITIVE_INFINITY;
      worst = Math.max(worst, Math.abs(mirrored - value));
    }
    expect(worst).toBeLessThan(1e-12);
  });
});

describe("CG on plain typed arrays", () => {
  it.each([CG_CLASSES.S, CG_CLASSES.W])("finds the published zeta of class $name", (problem) => {
    const heard: number[] = [];
    const { zeta, rnorm } = solveSerially(problem, makeMatrix(problem), problem.iterations, (k) => heard.push(k));
    expect(zetaIsVerified(problem, zeta)).toBe(true);
    expect(rnorm).toBeLessThan(1e-12);
    expect(heard).toHaveLength(problem.iterations);
  });

  it("does not verify a zeta that is off in the tenth digit, or no number", () => {
    const { S } = CG_CLASSES;
    expect(zetaIsVerified(S, S.zeta * (1 + 2e-10))).toBe(false);
    expect(zetaIsVerified(S, Number.NaN)).toBe(false);
  });
});

describe("the kernel CG", () => {
  it("adds up every product of a dot product, whatever the length", () => {
    for (let n = 0; n < 10; n++) {
      const x = Float64Array.from({ length: n }, (_, j) => 10 ** j);
      expect(dot(x, new Float64Array(n).fill(1))).toBe(x.reduce((sum, value) => sum + value, 0));
    }
  });

  it("is seen to be wrong if zeta or any element of the vector is", () => {
    const run = CG_PROBLEMS.S!;
    const { zeta, x } = cgSerially(run);
    expect(checkCg(run, { zeta, x })).toMatchObject({ ok: true });
    expect(checkCg(run, { zeta: zeta * (1 + 2e-10), x })).toMatchObject({ ok: false });
    expect(checkCg(run, { zeta: Number.NaN, x })).toMatchObject({ ok: false });
    for (const at of [0, 700, x.length - 1]) {
      const spoiled = x.slice();
      spoiled[at] += 1e-7;
      expect(checkCg(run, { zeta, x: spoiled })).toMatchObject({ ok: false });
    }
    expect(checkCg(run, { zeta, x: x.subarray(1) })).toMatchObject({ ok: false });
  });

  it.each([
    { sites: 1, size: "tiny" },
    { sites: 2, size: "tiny" },
    { sites: 3, size: "tiny" },
    { sites: 2, size: "S" },
  ] as const)("is verified at $sites sites, size $size, twice", async ({ sites, size }) => {
    await using cluster = await launch<typeof CgProgram>({ program: cgProgram, sites });
    const answers = await cluster.runAll("cg", { size, repeats: 2 });
    expect(answers[0].verdict).toMatchObject({ ok: true });
    expect(answers[0].seconds).toHaveLength(2);
  });
});
