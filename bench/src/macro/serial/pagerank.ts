import {
  checkPageRank,
  type KernelAnswer,
  type KernelArgs,
  PAGERANK_PROBLEMS,
  pageRankGraph,
  pageRankSerially,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("pagerank", PAGERANK_PROBLEMS, args.size);
  const graph = pageRankGraph(problem);
  const ranks = new Float64Array(problem.vertices);
  const given = new Float64Array(problem.vertices);
  return runKernel(team, "pagerank", args, {
    reset: () => void ranks.fill(0),
    compute: () => pageRankSerially(graph, problem.iterations, ranks, given),
    check: () => checkPageRank(problem, ranks),
  });
}
