/**
 * The travelling salesman by branch and bound, shared out as in TreadMarks (Amza et al., *TreadMarks: shared memory computing on networks of
 * workstations*, IEEE Computer 29, 1996): a queue of partial tours; who takes a short one puts its continuations back, who takes
 * a longer one searches all of it. Here each worker has a queue of its own, too, and gives from it when others want some. What is left of a tour costs at least a minimum spanning tree of the cities not visited, and one
 * edge to it from either end.
 */
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { type TspInstance, type TspName, tspInstance } from "./tsp-instances.ts";

export interface TspProblem {
  readonly instance: TspName;
  /** Partial tours of so many cities are searched, shorter ones are continued in the queue, where others may have them. */
  readonly splitDepth: number;
}

export const TSP_PROBLEMS: Partial<Record<SizeName, TspProblem>> = {
  tiny: { instance: "burma14", splitDepth: 4 },
  S: { instance: "gr17", splitDepth: 6 },
  W: { instance: "ulysses16", splitDepth: 6 },
};

/** The shared array that the best tour is in: its length, then its cities. */
export const TSP_BEST = "tsp best";

/** Longer than any tour. */
export const NO_TOUR = 2 ** 31 - 1;

/** Nodes of the tree searched between two looks at the bound and at the mail: less than a millisecond. */
export const TSP_NODES = 512;

// A partial tour is an Int32Array, or a part of one: the number of its cities, its length, its cities in order.
const DEPTH = 0;
const LENGTH = 1;
const CITIES = 2;

/** Numbers of a partial tour. */
export function tourStride(cities: number): number {
  return CITIES + cities;
}

/** Searches partial tours, one at a time, some nodes at a time. */
export class TourSearch {
  /** No tour as long as this is looked for: the bound. */
  bound = NO_TOUR;
  /** The best tour that this search has found since `found` was last false: its length, then its cities. */
  readonly best: Int32Array;
  found = false;
  readonly #n: number;
  readonly #distances: Int32Array;
  /** The other cities from each, nearest first. */
  readonly #nearest: Int32Array;
  /** By depth: the city there, the length up to there, which of its nearest comes next; and which cities are visited, as bits. */
  readonly #path: Int32Array;
  readonly #lengths: Int32Array;
  readonly #next: Int32Array;
  #visited = 0;
  #depth = 0;
  /** Where the partial tour that is being searched ends. */
  #root = 0;
  readonly #left: Int32Array;
  readonly #reach: Int32Array;

  constructor({ cities, distances }: TspInstance) {
    this.#n = cities;
    this.#distances = distances;
    this.#nearest = nearestCities(cities, distances);
    this.#path = new Int32Array(cities);
    this.#lengths = new Int32Array(cities);
    this.#next = new Int32Array(cities);
    this.#left = new Int32Array(cities);
    this.#reach = new Int32Array(cities);
    this.best = new Int32Array(cities + 1);
  }

  /** Begins with the partial tour that lies at `at` in `tours`. */
  begin(tours: Int32Array, at: number): void {
    const depth = tours[at + DEPTH]!;
    this.#visited = 0;
    for (let k = 0; k < depth; k++) {
      this.#path[k] = tours[at + CITIES + k]!;
      this.#visited |= 1 << this.#path[k]!;
    }
    this.#depth = depth;
    this.#root = depth;
    this.#lengths[depth - 1] = tours[at + LENGTH]!;
    this.#next[depth - 1] = 0;
  }

  /** Looks at no more than `nodes` nodes; whether the partial tour is done with. Ends early when a better tour is found. */
  advance(nodes: number): boolean {
    const n = this.#n;
    for (let node = 0; node < nodes; node++) {
      const last = this.#depth - 1;
      const city = this.#step(last);
      if (city < 0) {
        if (this.#depth === this.#root) return true;
        this.#visited &= ~(1 << this.#path[last]!);
        this.#depth = last;
      } else {
        this.#path[this.#depth] = city;
        this.#visited |= 1 << city;
        this.#next[this.#depth] = 0;
        this.#depth++;
        if (this.#depth === n && this.#closes()) return false;
      }
    }
    return false;
  }

  /** Writes the continuations of the partial tour by one city to `into`, the most promising last; how many there are. */
  continuations(into: Int32Array): number {
    const stride = tourStride(this.#n);
    const last = this.#depth - 1;
    let count = 0;
    for (let city = this.#step(last); city >= 0; city = this.#step(last)) {
      into[count * stride + DEPTH] = this.#depth + 1;
      into[count * stride + LENGTH] = this.#lengths[this.#depth]!;
      for (let k = 0; k <= last; k++) into[count * stride + CITIES + k] = this.#path[k]!;
      into[count * stride + CITIES + this.#depth] = city;
      count++;
    }
    for (let a = 0, b = count - 1; a < b; a++, b--) {
      for (let k = 0; k < stride; k++) {
        const item = into[a * stride + k]!;
        into[a * stride + k] = into[b * stride + k]!;
        into[b * stride + k] = item;
      }
    }
    return count;
  }

  /** The next city after the one at depth `last` that may be in a better tour, or -1; its length goes to the next depth. */
  #step(last: number): number {
    const n = this.#n;
    const from = this.#path[last]!;
    let candidate = this.#next[last]!;
    while (candidate < n - 1) {
      const city = this.#nearest[from * (n - 1) + candidate++]!;
      if ((this.#visited >> city) & 1) continue;
      // Of the two directions of a tour, the one that comes to city 1 before city 2.
      if (city === 2 && ((this.#visited >> 1) & 1) === 0) continue;
      const length = this.#lengths[last]! + this.#distances[from * n + city]!;
      if (length + this.#leastRest(this.#visited | (1 << city), city) >= this.bound) continue;
      this.#next[last] = candidate;
      this.#lengths[last + 1] = length;
      return city;
    }
    this.#next[last] = candidate;
    return -1;
  }

  /** The tour is complete: is it better? Goes back one city either way. */
  #closes(): boolean {
    const n = this.#n;
    const last = this.#path[n - 1]!;
    const length = this.#lengths[n - 1]! + this.#distances[last * n]!;
    const isBetter = length < this.bound;
    if (isBetter) {
      this.bound = length;
      this.found = true;
      this.best[0] = length;
      this.best.set(this.#path, 1);
    }
    this.#visited &= ~(1 << last);
    this.#depth = n - 1;
    return isBetter;
  }

  /** What it costs at least to come from `from` through all cities that are not visited back to city 0: Prim's tree and two edges. */
  #leastRest(visited: number, from: number): number {
    const n = this.#n;
    const distances = this.#distances;
    const left = this.#left;
    const reach = this.#reach;
    let count = 0;
    let first = NO_TOUR;
    let home = NO_TOUR;
    for (let city = 1; city < n; city++) {
      if ((visited >> city) & 1) continue;
      left[count] = city;
      reach[count++] = NO_TOUR;
      first = Math.min(first, distances[from * n + city]!);
      home = Math.min(home, distances[city]!);
    }
    if (count === 0) return distances[from * n]!;
    let sum = first + home;
    let joined = left[--count]!;
    while (count > 0) {
      let nearest = 0;
      for (let k = 0; k < count; k++) {
        reach[k] = Math.min(reach[k]!, distances[joined * n + left[k]!]!);
        if (reach[k]! < reach[nearest]!) nearest = k;
      }
      sum += reach[nearest]!;
      joined = left[nearest]!;
      count--;
      left[nearest] = left[count]!;
      reach[nearest] = reach[count]!;
    }
    return sum;
  }
}

function nearestCities(n: number, distances: Int32Array): Int32Array {
  const nearest = new Int32Array(n * (n - 1));
  for (let from = 0; from < n; from++) {
    const others = Array.from({ length: n }, (_, city) => city).filter((city) => city !== from);
    others.sort((a, b) => distances[from * n + a]! - distances[from * n + b]! || a - b);
    nearest.set(others, from * (n - 1));
  }
  return nearest;
}

// A queue is an Int32Array: how many partial tours it has, how many workers are searching (of the shared queue alone), the tours. Last in,
// first out keeps it short; the older ones are the shorter ones, with more work in them.
const WAITING = 0;
const SEARCHING = 1;
const TOURS = 2;

/** Numbers of a queue that cannot overflow: at each depth below `splitDepth`, all workers may have left all continuations, and got as many. */
export function queueLength({ cities }: TspInstance, workers: number, { splitDepth }: TspProblem): number {
  return TOURS + tourStride(cities) * (1 + cities * (splitDepth + 1) * workers);
}

/** One partial tour, city 0; and all workers about to ask for one. */
export function startQueue(queue: Int32Array, workers: number): void {
  queue[WAITING] = 1;
  queue[SEARCHING] = workers;
  queue[TOURS + DEPTH] = 1;
  queue[TOURS + LENGTH] = 0;
  queue[TOURS + CITIES] = 0;
}

/** Partial tours in the queue. */
export function toursWaiting(queue: Int32Array): number {
  return queue[WAITING]!;
}

/** This worker searches no more, or again (`by` is -1 or 1); how many do. */
export function countSearching(queue: Int32Array, by: number): number {
  queue[SEARCHING]! += by;
  return queue[SEARCHING]!;
}

/** Moves the older half of one queue to another, a single tour too, but no more tours than there are cities. */
export function moveHalf(from: Int32Array, to: Int32Array, cities: number): void {
  const stride = tourStride(cities);
  const count = Math.min(Math.ceil(from[WAITING]! / 2), cities);
  const end = TOURS + count * stride;
  to.set(from.subarray(TOURS, end), TOURS + to[WAITING]! * stride);
  to[WAITING]! += count;
  from.copyWithin(TOURS, end, TOURS + from[WAITING]! * stride);
  from[WAITING]! -= count;
}

/** What a worker's search needs of the others'. */
export interface TourExchange {
  /** Waits for tours of the shared queue and moves some to the worker's own, which is empty; false when nobody has any left. */
  obtain(own: Int32Array): boolean;
  /** Whether somebody waits for tours. Asked often. */
  areWanted(): boolean;
  /** Moves some of the worker's own tours to the shared queue. */
  give(own: Int32Array): void;
  /** Called after every {@link TSP_NODES} nodes: tells a better tour, learns of others' (`search.bound`), serves. */
  between(): void;
}

/** What one worker does: searches until nobody has any tours left. */
export function searchTours(
  problem: TspProblem,
  instance: TspInstance,
  search: TourSearch,
  others: TourExchange,
): void {
  const stride = tourStride(instance.cities);
  const own = new Int32Array(queueLength(instance, 1, problem));
  while (own[WAITING]! > 0 || others.obtain(own)) {
    own[WAITING]!--;
    const at = TOURS + own[WAITING]! * stride;
    search.begin(own, at);
    if (own[at + DEPTH]! < problem.splitDepth) {
      own[WAITING]! += search.continuations(own.subarray(at));
      if (own[WAITING]! > 1 && others.areWanted()) others.give(own);
      continue;
    }
    for (let isDone = false; !isDone; ) {
      isDone = search.advance(TSP_NODES);
      others.between();
      if (own[WAITING]! > 0 && others.areWanted()) others.give(own);
    }
  }
}

/** By one thread: the best tour, its length first. */
export function tspSerially(problem: TspProblem): Int32Array {
  const instance = tspInstance(problem.instance);
  const search = new TourSearch(instance);
  const queue = new Int32Array(queueLength(instance, 1, problem));
  startQueue(queue, 1);
  searchTours(problem, instance, search, {
    obtain: (own) => {
      moveHalf(queue, own, instance.cities);
      return toursWaiting(own) > 0;
    },
    areWanted: () => false,
    give: () => undefined,
    between: () => undefined,
  });
  return search.best.slice();
}

/** The published length, and that the tour is one and has it. `best` is its length, then its cities. */
export function checkTsp(problem: TspProblem, best: Int32Array): Verdict {
  const { name, cities, distances, optimum } = tspInstance(problem.instance);
  const against = `TSPLIB's optimum of ${name}, ${optimum}`;
  const wrong = (found: string): Verdict => ({ ok: false, against, found });
  const tour = best.subarray(1);
  if (tour.length !== cities || new Set(tour).size !== cities || tour.some((city) => city < 0 || city >= cities))
    return wrong(`no tour of ${cities} cities: ${tour.join(" ")}`);
  const length = tour.reduce((sum, city, k) => sum + distances[city * cities + tour[(k + 1) % cities]!]!, 0);
  if (length !== best[0]) return wrong(`a tour of ${length} that is said to be ${best[0]}`);
  return { ok: length === optimum, against, found: `a tour of ${length}` };
}
