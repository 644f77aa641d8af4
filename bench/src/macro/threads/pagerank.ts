import {
  baseRank,
  checkPageRank,
  edgeParts,
  giveAway,
  type KernelAnswer,
  type KernelArgs,
  PAGERANK_PROBLEMS,
  pageRankGraph,
  problemOf,
  pull,
  runKernel,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

export function heapBytes(args: KernelArgs): number {
  const { vertices, edges } = problemOf("pagerank", PAGERANK_PROBLEMS, args.size);
  return 4 * (2 * vertices + 1 + edges) + 3 * 8 * vertices;
}

/** What vertices give is in two shared arrays in turn, and one reduction an iteration is enough. */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("pagerank", PAGERANK_PROBLEMS, args.size);
  const { vertices, edges, iterations } = problem;
  const offsets = team.int32(vertices + 1);
  const sources = team.int32(edges);
  const outDegrees = team.int32(vertices);
  const ranks = team.float64(vertices);
  const [even, odd] = [team.float64(vertices), team.float64(vertices)];
  if (team.id === 0) {
    const graph = pageRankGraph(problem);
    offsets.set(graph.offsets);
    sources.set(graph.sources);
    outDegrees.set(graph.outDegrees);
  }
  team.barrier();
  const { start, end } = edgeParts(offsets, team.count)[team.id]!;
  const rows = {
    offsets: offsets.subarray(start, end + 1),
    sources: sources.subarray(offsets[start]!, offsets[end]!),
  };
  const ownRanks = ranks.subarray(start, end);
  const ownDegrees = outDegrees.subarray(start, end);
  return runKernel(team, "pagerank", args, {
    reset: () => void ownRanks.fill(1 / vertices),
    compute: () => {
      for (let iteration = 0; iteration < iterations; iteration++) {
        const given = iteration % 2 === 0 ? even : odd;
        const part = giveAway(ownRanks, ownDegrees, given.subarray(start, end));
        const stranded = team.reduce("stranded", part, (a, b) => a + b);
        pull(rows, given, baseRank(stranded, vertices), ownRanks, 0, end - start);
      }
    },
    check: () => checkPageRank(problem, ranks),
  });
}
