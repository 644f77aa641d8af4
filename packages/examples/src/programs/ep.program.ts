/**
 * NPB EP on shared memory. The batches of pairs are shared out; each site makes its own and adds them up in private. Shared are
 * only the twelve totals: each site adds its own to them once, under a lock.
 *
 * What it costs: one lock and one page per site, and the barrier at the end.
 */
import type { Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import { addResults, checkEp, EP_BATCH, EP_PROBLEMS, EP_RESULTS, epScratch, tallyBatch } from "../kernels/ep.ts";

export function ep(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("ep", EP_PROBLEMS, args.size);
  const totals = site.memory.float64("ep totals", EP_RESULTS, { pageSize: 256 });
  const batches = site.share(problem.pairs / EP_BATCH);
  const results = new Float64Array(EP_RESULTS);
  const scratch = epScratch();
  const steps = stepsOf(site, "ep", args);
  return runKernel(site, "ep", args, {
    reset: () => {
      results.fill(0);
      if (site.id === 0) totals.fill(0);
    },
    compute: () => {
      for (let batch = batches.start; batch < batches.end; batch++) {
        tallyBatch(batch, scratch, results);
        site.poll(); // a batch takes some tenths of a millisecond
        steps(batch + 1 - batches.start, batches.end - batches.start);
      }
      using _held = site.lock("ep totals").acquire();
      using all = totals.write();
      addResults(all.view, results);
    },
    check: () => {
      using all = totals.read();
      return checkEp(problem, all.view);
    },
  });
}
