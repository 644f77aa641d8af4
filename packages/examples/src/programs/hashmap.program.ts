/**
 * A shared hash map under load, one program for any number of sites.
 *
 * The map is one shared array, cut into stripes of one page each. A site collects a batch of its clients' operations, sorts them by stripe, and
 * carries them out one stripe after the other, under a write span: nobody else sees or touches a stripe meanwhile, so the span is the
 * stripe's lock, and the one message that asks for the page asks for the lock too. Sites begin at different stripes and follow
 * each other around, so that they seldom want the same one.
 *
 * Synchronisation: none but the spans; a stripe's page travels once for each batch of a site that finds it elsewhere. So the batch decides
 * what an operation costs: one at a time each would cost a page fault.
 */
import type { Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  applyToStripe,
  checkHashmap,
  HASHMAP,
  HASHMAP_CLIENTS,
  HASHMAP_PROBLEMS,
  loadRecords,
  operationsFor,
  sortByStripe,
  stripeLength,
} from "../kernels/hashmap.ts";

export function hashmap(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("hashmap", HASHMAP_PROBLEMS, args.size);
  const { stripes, slotsPerStripe, batch } = problem;
  const stride = stripeLength(problem);
  const map = site.memory.int32(HASHMAP, stripes * stride, { pageSize: stride * Int32Array.BYTES_PER_ELEMENT });
  const operations = operationsFor(problem, site.share(HASHMAP_CLIENTS));
  const sorted = new Int32Array(Math.min(batch, operations.length));
  const limits = new Int32Array(stripes + 1);
  const own = site.share(stripes);
  const step = stepsOf(site, "hashmap", args);
  let hits = 0;

  function carryOut(start: number, end: number): void {
    sortByStripe(operations, start, end, stripes, sorted, limits);
    for (let k = 0; k < stripes; k++) {
      const stripe = (own.start + k) % stripes;
      site.poll();
      if (limits[stripe] === limits[stripe + 1]) continue;
      using slots = map.write(stripe * stride, (stripe + 1) * stride);
      hits += applyToStripe(sorted, limits[stripe]!, limits[stripe + 1]!, slots.view, 0, slotsPerStripe);
    }
  }

  return runKernel(site, "hashmap", args, {
    reset: () => {
      hits = 0;
      using mine = map.write(own.start * stride, own.end * stride);
      loadRecords(problem, own, mine.view);
    },
    compute: () => {
      for (let start = 0; start < operations.length; start += batch) {
        const end = Math.min(start + batch, operations.length);
        carryOut(start, end);
        step(end, operations.length);
      }
      hits = site.reduce("hashmap hits", hits, (a, b) => a + b);
    },
    check: () => {
      using all = map.read();
      return checkHashmap(problem, all.view, hits);
    },
  });
}
