import {
  baseRank,
  checkPageRank,
  edgeParts,
  type KernelAnswer,
  type KernelArgs,
  PAGERANK_PROBLEMS,
  pageRankGraph,
  problemOf,
  runDriven,
} from "@isles/examples";
import { type Crew, callAll } from "../crew.ts";
import { buffersOfBlocks, exchanged } from "./exchange.ts";
import type { Given, Share } from "./pagerank.worker.ts";

/**
 * PageRank: a worker keeps the ranks of its vertices and the edges to them. Whom it has edges from is known beforehand; so all that
 * travels, by way of the driver, is what those vertices of the others give.
 */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const problem = problemOf("pagerank", PAGERANK_PROBLEMS, args.size);
  const { vertices, iterations } = problem;
  const { offsets, sources, outDegrees } = pageRankGraph(problem);
  const parts = edgeParts(offsets, workers);
  const shareOf = (worker: number): Share => {
    const { start, end } = parts[worker]!;
    return {
      parts,
      worker,
      offsets: offsets.slice(start, end + 1),
      sources: sources.slice(offsets[start], offsets[end]),
      outDegrees: outDegrees.slice(start, end),
    };
  };
  const asked = exchanged(await callAll<Int32Array[]>(crew, "begin", (worker) => [shareOf(worker)]));
  await callAll(crew, "serve", (worker) => [asked[worker]]);
  return runDriven(workers, "pagerank", args, {
    async reset() {
      await callAll(crew, "reset", () => [vertices]);
    },
    async compute() {
      let given = await callAll<Given>(crew, "give", () => []);
      for (let iteration = 1; iteration <= iterations; iteration++) {
        const base = baseRank(
          given.reduce((sum, { stranded }) => sum + stranded, 0),
          vertices,
        );
        const incoming = exchanged(given.map(({ blocks }) => blocks));
        given = await callAll<Given>(
          crew,
          iteration < iterations ? "pullAndGive" : "pullOnly",
          (worker) => [incoming[worker], base],
          (worker) => buffersOfBlocks(incoming[worker]!),
        );
      }
    },
    async check() {
      const ranks = new Float64Array(vertices);
      const bands = await callAll<Float64Array>(crew, "result", () => []);
      for (const [worker, band] of bands.entries()) ranks.set(band, parts[worker]!.start);
      return checkPageRank(problem, ranks);
    },
  });
}
