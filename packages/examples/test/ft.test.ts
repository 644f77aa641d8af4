import {
  checkFT,
  decay,
  FT_PROBLEMS,
  type FtProblem,
  ftSerially,
  prepareFt,
  startPlane,
  transformOfSpace,
  transformOfSpectrum,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";
import type * as Program from "../src/programs/ft.program.ts";

const program = new URL("../dist/programs/ft.program.js", import.meta.url);
const tiny = FT_PROBLEMS.tiny!;

describe("NPB FT", () => {
  it.each(["S", "W"] as const)("has NPB's checksums of class %s", (size) => {
    const problem = FT_PROBLEMS[size]!;
    expect(problem.published).toHaveLength(2 * problem.steps);
    expect(checkFT(problem, ftSerially(problem))).toMatchObject({ ok: true, against: expect.stringContaining("NPB") });
  });

  it("does not pass with one checksum spoiled or missing", () => {
    for (const problem of [FT_PROBLEMS.S!, tiny]) {
      const right = Float64Array.from(problem.published ?? ftSerially(problem));
      expect(checkFT(problem, right)).toMatchObject({ ok: true });
      for (let k = 0; k < right.length; k++) {
        const spoiled = right.slice();
        spoiled[k] *= 1 + 1e-11;
        expect(checkFT(problem, spoiled)).toMatchObject({ ok: false });
        spoiled[k] = Number.NaN;
        expect(checkFT(problem, spoiled)).toMatchObject({ ok: false });
      }
      expect(checkFT(problem, right.subarray(2))).toMatchObject({ ok: false });
    }
  });

  it("transforms a cube in the three directions: one wave becomes one point", () => {
    const problem: FtProblem = { nx: 8, ny: 4, nz: 2, steps: 0 };
    const { nx, ny, nz } = problem;
    const [kx, ky, kz] = [3, 1, 1];
    const forward = prepareFt(problem, 1);
    const spectrum = Array.from({ length: ny }, () => new Float64Array(2 * nx * nz));
    for (let z = 0; z < nz; z++) {
      const plane = new Float64Array(2 * nx * ny);
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++) {
          const angle = -2 * Math.PI * ((kx * x) / nx + (ky * y) / ny + (kz * z) / nz);
          plane.set([Math.cos(angle), Math.sin(angle)], 2 * (y * nx + x));
        }
      }
      const turned = transformOfSpace(forward, plane);
      for (let y = 0; y < ny; y++) spectrum[y].set(turned.subarray(2 * y * nx, 2 * (y + 1) * nx), 2 * z * nx);
    }
    for (const [y, plane] of spectrum.entries()) {
      const last = transformOfSpectrum(forward, plane);
      for (let k = 0; k < plane.length; k++) {
        const isPeak = y === ky && k === 2 * (kz * nx + kx);
        expect(Math.abs(last[k] - (isPeak ? nx * ny * nz : 0))).toBeLessThan(1e-12);
      }
    }
  });

  it("starts from one sequence of random numbers, plane after plane, and damps high frequencies most", () => {
    const [first, second] = [0, 1].map((z) => {
      const plane = new Float64Array(2 * tiny.nx * tiny.ny);
      startPlane(tiny, z, plane);
      return plane;
    });
    const both = new Float64Array(2 * first.length);
    startPlane({ ...tiny, ny: 2 * tiny.ny }, 0, both);
    expect(both).toEqual(Float64Array.of(...first, ...second));
    const all = decay(tiny, { start: 0, end: tiny.ny });
    expect(all[0]).toBe(1);
    expect(decay(tiny, { start: 5, end: 7 })).toEqual(all.subarray(5 * tiny.nx * tiny.nz, 7 * tiny.nx * tiny.nz));
    const highest = (tiny.ny / 2) * tiny.nx * tiny.nz + (tiny.nz / 2) * tiny.nx + tiny.nx / 2;
    expect(all.indexOf(Math.min(...all))).toBe(highest);
  });

  it.each([1, 2, 3])("is verified on %i sites, run after run", async (sites) => {
    await using cluster = await launch<typeof Program>({ program, sites });
    const answers = await cluster.runAll("ft", { size: "tiny", repeats: 2 });
    expect(answers[0].verdict).toMatchObject({ ok: true });
    expect(answers.map(({ seconds }) => seconds.length)).toEqual(Array(sites).fill(2));
  });
});
