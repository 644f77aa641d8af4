import {
  addResults,
  checkEp,
  EP_BATCH,
  EP_PROBLEMS,
  EP_RESULTS,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runDriven,
} from "@isles/examples";
import { type Crew, callAll, partOf } from "../crew.ts";

/** NPB EP: one call per worker, one small answer. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const problem = problemOf("ep", EP_PROBLEMS, args.size);
  const totals = new Float64Array(EP_RESULTS);
  return runDriven(crew.workers, "ep", args, {
    reset: async () => {
      totals.fill(0);
    },
    compute: async () => {
      const parts = await callAll<Float64Array>(crew, "tally", (worker) => {
        const { start, end } = partOf(problem.pairs / EP_BATCH, worker, crew.workers);
        return [start, end];
      });
      for (const part of parts) addResults(totals, part);
    },
    check: async () => checkEp(problem, totals),
  });
}
