import {
  addResults,
  checkEp,
  EP_BATCH,
  EP_PROBLEMS,
  EP_RESULTS,
  epScratch,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runKernel,
  tallyBatch,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** Threads that the slots of results have room for. */
const THREADS_MAX = 64;

export function heapBytes(): number {
  return THREADS_MAX * EP_RESULTS * 8;
}

/** NPB EP: every thread tallies its batches in private and leaves the results in a slot of its own. */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("ep", EP_PROBLEMS, args.size);
  const slots = Array.from({ length: team.count }, () => team.float64(EP_RESULTS));
  const batches = team.share(problem.pairs / EP_BATCH);
  const results = new Float64Array(EP_RESULTS);
  const scratch = epScratch();
  return runKernel(team, "ep", args, {
    reset: () => {
      results.fill(0);
      slots[team.id].fill(0);
    },
    compute: () => {
      for (let batch = batches.start; batch < batches.end; batch++) tallyBatch(batch, scratch, results);
      slots[team.id].set(results);
      if (team.count === 1) return;
      team.barrier();
      if (team.id > 0) return;
      for (let k = 1; k < team.count; k++) addResults(slots[0], slots[k]);
    },
    check: () => checkEp(problem, slots[0]),
  });
}
