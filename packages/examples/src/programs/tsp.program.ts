/**
 * The travelling salesman by branch and bound on shared memory, one program for any number of sites.
 *
 * Shared: a queue of partial tours behind a lock, a flag that says that somebody waits for tours, and the best tour so far, whose length is
 * the bound. A site searches from a private queue. Every 512 nodes it looks at the bound and at the flag: if tours are wanted,
 * it gives the older half of its own. Whoever has none takes half of the shared queue, or waits on the lock's condition until some
 * are given, or until nobody searches any more.
 *
 * Synchronisation: none while everybody has work. Looking at the bound and the flag costs nothing until somebody changes them; a hold of
 * the lock brings the page of the queue along. There is no barrier. No progress is told: how much there is to do is what the search
 * finds out.
 */
import type { Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import {
  checkTsp,
  countSearching,
  moveHalf,
  NO_TOUR,
  queueLength,
  searchTours,
  startQueue,
  TourSearch,
  TSP_BEST,
  TSP_PROBLEMS,
  toursWaiting,
} from "../kernels/tsp.ts";
import { tspInstance } from "../kernels/tsp-instances.ts";

/** A page that everybody reads all the time, and that is written now and then: as small as it can be. */
const SMALL = { pageSize: 256 };

export function tsp(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("tsp", TSP_PROBLEMS, args.size);
  const instance = tspInstance(problem.instance);
  const { cities } = instance;
  const queue = site.memory.int32("tsp queue", queueLength(instance, site.count, problem), { pageSize: 16_384 });
  const lock = site.lock("tsp queue");
  const given = site.condition(lock);
  const best = site.memory.int32(TSP_BEST, 1 + cities, SMALL);
  const wanted = site.memory.int32("tsp wanted", 1, SMALL);
  const search = new TourSearch(instance);

  function obtain(own: Int32Array): boolean {
    using _ = lock.acquire();
    for (let wasSearching = true; ; wasSearching = false) {
      {
        using tours = queue.write();
        if (toursWaiting(tours.view) > 0) {
          moveHalf(tours.view, own, cities);
          if (!wasSearching) countSearching(tours.view, 1);
          return true;
        }
        if (countSearching(tours.view, wasSearching ? -1 : 0) === 0) {
          given.notifyAll();
          return false;
        }
      }
      wanted.set(0, 1);
      given.wait();
    }
  }

  function give(own: Int32Array): void {
    using _ = lock.acquire();
    if (wanted.get(0) === 0) return; // somebody else has given
    using tours = queue.write();
    moveHalf(own, tours.view, cities);
    wanted.set(0, 0);
    given.notifyAll();
  }

  function between(): void {
    site.poll();
    if (search.found) tell();
    else search.bound = best.get(0);
  }

  /** A write span is exclusive: nobody can come between looking and writing. */
  function tell(): void {
    using shared = best.write();
    if (search.best[0]! < shared.view[0]!) shared.view.set(search.best);
    search.bound = shared.view[0]!;
    search.found = false;
  }

  return runKernel(site, "tsp", args, {
    reset: () => {
      search.bound = NO_TOUR;
      search.found = false;
      if (site.id !== 0) return;
      best.fill(NO_TOUR);
      wanted.set(0, 0);
      using tours = queue.write();
      startQueue(tours.view, site.count);
    },
    compute: () =>
      searchTours(problem, instance, search, { obtain, areWanted: () => wanted.get(0) > 0, give, between }),
    check: () => {
      using shared = best.read();
      return checkTsp(problem, shared.view);
    },
  });
}
