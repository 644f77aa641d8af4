import {
  checkPageRank,
  edgeParts,
  graphOf,
  type KernelAnswer,
  kroneckerGraph,
  loadGraph,
  PAGERANK_PROBLEMS,
  pageRankGraph,
  pageRankSerially,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

const tiny = PAGERANK_PROBLEMS.tiny!;

function ranksOf(problem = tiny): Float64Array {
  const ranks = new Float64Array(problem.vertices);
  pageRankSerially(pageRankGraph(problem), problem.iterations, ranks, new Float64Array(problem.vertices));
  return ranks;
}

describe("PageRank", () => {
  it("is what the stationary equations of a small graph say", () => {
    // 0 → 1, 0 → 2, 1 → 2, 2 → 0; solved by hand: r0 = .05 + .85 r2, r1 = .05 + .425 r0, r2 = .05 + .425 r0 + .85 r1
    const ranks = new Float64Array(3);
    pageRankSerially(graphOf(3, Int32Array.of(0, 0, 1, 2), Int32Array.of(1, 2, 2, 0)), 200, ranks, new Float64Array(3));
    const [r0, r1, r2] = ranks as unknown as [number, number, number];
    expect(r0).toBeCloseTo(0.05 + 0.85 * r2, 12);
    expect(r1).toBeCloseTo(0.05 + 0.425 * r0, 12);
    expect(r2).toBeCloseTo(0.05 + 0.425 * r0 + 0.85 * r1, 12);
    expect(r0 + r1 + r2).toBeCloseTo(1, 12);
  });

  it("spreads what is stranded on a vertex without edges", () => {
    const ranks = new Float64Array(2);
    pageRankSerially(graphOf(2, Int32Array.of(0), Int32Array.of(1)), 200, ranks, new Float64Array(2));
    // r0 = (.15 + .85 r1) / 2, r1 = r0 + .85 r0
    expect(ranks[1]! / ranks[0]!).toBeCloseTo(1.85, 12);
    expect(ranks[0]! + ranks[1]!).toBeCloseTo(1, 12);
  });

  it("puts the hubs of the airlines first", () => {
    const ranks = ranksOf();
    const { nameOf } = loadGraph("airports");
    const best = [...ranks.keys()].toSorted((a, b) => ranks[b]! - ranks[a]!).slice(0, 3);
    expect(best.map(nameOf)).toContain("ATL");
  });

  it("has the graphs its sizes say, each edge once", () => {
    for (const problem of Object.values(PAGERANK_PROBLEMS)) {
      const { offsets, sources, outDegrees } = pageRankGraph(problem);
      expect([outDegrees.length, sources.length, offsets.at(-1)]).toEqual([
        problem.vertices,
        problem.edges,
        problem.edges,
      ]);
      expect(outDegrees.reduce((sum, degree) => sum + degree, 0)).toBe(problem.edges);
    }
    // The rule's graphs are far from even.
    const { outDegrees } = kroneckerGraph(10);
    expect(Math.max(...outDegrees)).toBeGreaterThan(16 * 16);
  });

  it("refuses a graph that is not the one of its size", () => {
    expect(() => pageRankGraph({ ...tiny, edges: 5367 })).toThrow(
      "airports has 305 vertices and 5366 edges instead of",
    );
  });

  it("shares out all vertices, by their edges", () => {
    const { offsets } = pageRankGraph(PAGERANK_PROBLEMS.S!);
    for (const count of [1, 2, 3, 8]) {
      const parts = edgeParts(offsets, count);
      expect(parts[0]!.start).toBe(0);
      expect(parts.at(-1)!.end).toBe(offsets.length - 1);
      for (let k = 1; k < count; k++) expect(parts[k]!.start).toBe(parts[k - 1]!.end);
      const works = parts.map(({ start, end }) => offsets[end]! - offsets[start]! + end - start);
      expect(Math.max(...works) / Math.min(...works)).toBeLessThan(1.01);
    }
  });

  it("is checked as a whole: one rank that is off fails", () => {
    const ranks = ranksOf();
    expect(checkPageRank(tiny, ranks).ok).toBe(true);
    for (const spoiled of [0, 150, 304]) {
      const wrong = ranks.slice();
      wrong[spoiled]! += 1e-9;
      expect(checkPageRank(tiny, wrong).ok).toBe(false);
    }
    expect(checkPageRank(tiny, ranks.fill(Number.NaN, 7, 8)).ok).toBe(false);
    expect(checkPageRank(tiny, ranks.subarray(1)).ok).toBe(false);
  });

  it.each([1, 2, 3])("on shared memory at %i sites", async (sites) => {
    await using cluster = await launch({
      program: new URL("../dist/programs/pagerank.program.js", import.meta.url),
      sites,
    });
    const answers = (await cluster.runAll("pagerank", { size: "tiny", repeats: 2 })) as KernelAnswer[];
    expect(answers[0]!.verdict).toMatchObject({ ok: true });
    expect(answers.map(({ seconds }) => seconds.length)).toEqual(Array(sites).fill(2));
  });
});
