import {
  checkHashmap,
  HASHMAP_CLIENTS,
  HASHMAP_PROBLEMS,
  hashmapSerially,
  type KernelAnswer,
  type KernelArgs,
  loadRecords,
  operationsFor,
  problemOf,
  runKernel,
  stripeLength,
  type Team,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("hashmap", HASHMAP_PROBLEMS, args.size);
  const operations = operationsFor(problem, { start: 0, end: HASHMAP_CLIENTS });
  const map = new Int32Array(problem.stripes * stripeLength(problem));
  let hits = 0;
  return runKernel(team, "hashmap", args, {
    reset: () => loadRecords(problem, { start: 0, end: problem.stripes }, map),
    compute: () => {
      hits = hashmapSerially(problem, operations, map);
    },
    check: () => checkHashmap(problem, map, hits),
  });
}
