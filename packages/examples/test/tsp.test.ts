import { checkTsp, type KernelAnswer, TSP_PROBLEMS, tspInstance, tspSerially } from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

const tiny = TSP_PROBLEMS.tiny!;

describe("the travelling salesman", () => {
  it.each(["tiny", "S"] as const)("finds the published optimum of size %s by one thread", (size) => {
    const problem = TSP_PROBLEMS[size]!;
    expect(checkTsp(problem, tspSerially(problem))).toMatchObject({ ok: true });
  });

  it("finds the optimum however the tree is split", () => {
    const { optimum } = tspInstance("burma14");
    for (const splitDepth of [1, 2, 5, 9, 13])
      expect(tspSerially({ instance: "burma14", splitDepth })[0]).toBe(optimum);
  });

  it("has distances that are symmetric, and that TSPLIB's FAQ gives for ulysses16", () => {
    for (const name of ["burma14", "gr17", "ulysses16"] as const) {
      const { cities, distances } = tspInstance(name);
      for (let i = 0; i < cities; i++) {
        expect(distances[i * cities + i]).toBe(0);
        for (let j = 0; j < i; j++) expect(distances[i * cities + j]).toBe(distances[j * cities + i]);
      }
    }
    expect(tspInstance("ulysses16").distances.slice(1, 4)).toEqual(Int32Array.of(509, 501, 312));
  });

  it("is checked: longer, a wrong sum, a city twice", () => {
    const best = tspSerially(tiny);
    expect(checkTsp(tiny, best).ok).toBe(true);
    const lied = best.slice();
    lied[0]!--;
    expect(checkTsp(tiny, lied).found).toContain("is said to be");
    const twice = best.slice();
    twice[3] = twice[4]!;
    expect(checkTsp(tiny, twice).found).toContain("no tour");
    const { cities, distances } = tspInstance(tiny.instance);
    const longer = Int32Array.from({ length: cities + 1 }, (_, k) => k - 1);
    longer[0] = Array.from({ length: cities }, (_, k) => distances[k * cities + ((k + 1) % cities)]!).reduce(
      (a, b) => a + b,
    );
    expect(checkTsp(tiny, longer)).toMatchObject({ ok: false, found: `a tour of ${longer[0]}` });
  });

  it.each([1, 2, 3])("on shared memory at %i sites", async (sites) => {
    await using cluster = await launch({ program: new URL("../dist/programs/tsp.program.js", import.meta.url), sites });
    const answers = (await cluster.runAll("tsp", { size: "tiny", repeats: 2 })) as KernelAnswer[];
    expect(answers[0]!.verdict).toMatchObject({ ok: true });
    expect(answers.map(({ seconds }) => seconds.length)).toEqual(Array(sites).fill(2));
  });
});
