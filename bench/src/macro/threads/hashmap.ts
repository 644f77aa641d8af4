/**
 * Without locks and batches, as shared memory in hardware allows: a thread finds the slot by atomic loads, takes a free one by compareExchange, and adds to
 * counters by Atomics.add. A key, once written, stays; so whoever loses a free slot looks at it again.
 */
import {
  checkHashmap,
  HASHMAP_CLIENTS,
  HASHMAP_PROBLEMS,
  type HashmapProblem,
  type KernelAnswer,
  type KernelArgs,
  loadRecords,
  operationsFor,
  problemOf,
  runKernel,
  slotOf,
  stripeLength,
  stripeOf,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

export function heapBytes(args: KernelArgs): number {
  const problem = problemOf("hashmap", HASHMAP_PROBLEMS, args.size);
  return 4 * problem.stripes * stripeLength(problem);
}

export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("hashmap", HASHMAP_PROBLEMS, args.size);
  const stride = stripeLength(problem);
  const map = team.int32(problem.stripes * stride);
  const operations = operationsFor(problem, team.share(HASHMAP_CLIENTS));
  const own = team.share(problem.stripes);
  let hits = 0;
  return runKernel(team, "hashmap", args, {
    reset: () => loadRecords(problem, own, map.subarray(own.start * stride, own.end * stride)),
    compute: () => {
      hits = team.reduce("hits", applyAtomically(problem, operations, map), (a, b) => a + b);
    },
    check: () => checkHashmap(problem, map, hits),
  });
}

/** How many reads found their key. */
function applyAtomically(problem: HashmapProblem, operations: Int32Array, map: Int32Array): number {
  const { stripes, slotsPerStripe } = problem;
  const stride = stripeLength(problem);
  let hits = 0;
  for (let k = 0; k < operations.length; k++) {
    const operation = operations[k]!;
    const key = operation >>> 2;
    const base = stride * stripeOf(key, stripes);
    // Plain loads may miss a key that is just being written, never see one that is not there; the exchange below settles it.
    let slot = slotOf(map, base, slotsPerStripe, key);
    if ((operation & 3) === 0) {
      if (Atomics.load(map, slot + 1) > 0) hits++;
      continue;
    }
    for (;;) {
      const there = Atomics.compareExchange(map, slot, 0, key);
      if (there === 0 || there === key) break;
      slot = slotOf(map, base, slotsPerStripe, key);
    }
    Atomics.add(map, slot + 1, 1);
  }
  return hits;
}
