import {
  checkEp,
  EP_BATCH,
  EP_PROBLEMS,
  EP_RESULTS,
  epScratch,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runKernel,
  type Team,
  tallyBatch,
} from "@isles/examples";

/** NPB EP by one thread. */
export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("ep", EP_PROBLEMS, args.size);
  const results = new Float64Array(EP_RESULTS);
  const scratch = epScratch();
  return runKernel(team, "ep", args, {
    reset: () => results.fill(0),
    compute: () => {
      for (let batch = 0; batch < problem.pairs / EP_BATCH; batch++) tallyBatch(batch, scratch, results);
    },
    check: () => checkEp(problem, results),
  });
}
