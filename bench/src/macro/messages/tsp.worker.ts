/** A worker that keeps nothing but room for its search. */
import {
  moveHalf,
  problemOf,
  type SizeName,
  searchTours,
  type TourExchange,
  TourSearch,
  TSP_PROBLEMS,
  type TspInstance,
  type TspProblem,
  toursWaiting,
  tspInstance,
} from "@isles/examples";
import { giveAway } from "../give-away.ts";

/** What came of a task. */
export interface Searched {
  /** The partial tours that are left. */
  readonly tours: Int32Array<ArrayBuffer>;
  /** The best tour, its length first, if one was found that is better than the bound. */
  readonly best: Int32Array<ArrayBuffer> | undefined;
}

let problem: TspProblem;
let instance: TspInstance;
let tree: TourSearch;
/** The task: what it has, or what is left of it; and when to stop, in milliseconds. */
let queue: Int32Array<ArrayBuffer>;
let isTaken = false;
let until = 0;

/** The driver is the others: it is given all that is left when the time is up. */
const driver: TourExchange = {
  obtain(own) {
    if (isTaken) return false;
    isTaken = true;
    moveAll(queue, own);
    return toursWaiting(own) > 0;
  },
  areWanted: () => performance.now() >= until,
  give: (own) => moveAll(own, queue),
  between: () => undefined,
};

export function begin(size: SizeName): void {
  problem = problemOf("tsp", TSP_PROBLEMS, size);
  instance = tspInstance(problem.instance);
  tree = new TourSearch(instance);
}

/** Searches tours shorter than `bound` that begin as those of a queue do; for `ms` milliseconds, and until the last one begun is done with. */
export function search(tours: Int32Array<ArrayBuffer>, bound: number, ms: number): Searched {
  queue = tours;
  isTaken = false;
  until = performance.now() + ms;
  tree.bound = bound;
  tree.found = false;
  searchTours(problem, instance, tree, driver);
  const best = tree.found ? Int32Array.from(tree.best) : undefined;
  return giveAway({ tours: queue, best }, [queue.buffer]);
}

/** In their order: the older ones, which are shorter, first. */
function moveAll(from: Int32Array, to: Int32Array): void {
  while (toursWaiting(from) > 0) moveHalf(from, to, instance.cities);
}
