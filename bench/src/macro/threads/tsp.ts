/**
 * The queue and the best tour behind one mutex each, a word that is 0, 1 (held) or 2 (held, and somebody sleeps): Drepper, *Futexes are
 * tricky*, 2011. Whoever finds the queue empty sleeps on a word that counts its changes.
 */
import {
  checkTsp,
  countSearching,
  type KernelAnswer,
  type KernelArgs,
  moveHalf,
  NO_TOUR,
  problemOf,
  queueLength,
  runKernel,
  searchTours,
  startQueue,
  TourSearch,
  TSP_PROBLEMS,
  toursWaiting,
  tspInstance,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** Room for the queue of so many threads. */
const MOST_THREADS = 64;
/** Nobody holds a mutex for a thousandth of this, in milliseconds, nor searches for long without a change to the queue. */
const LOST_MS = 60_000;
const QUEUE = 0;
const BEST = 16;
const CHANGES = 32;
const WANTED = 48;
const WORDS = 64;

export function heapBytes(args: KernelArgs): number {
  const problem = problemOf("tsp", TSP_PROBLEMS, args.size);
  return 4 * (queueLength(tspInstance(problem.instance), MOST_THREADS, problem) + 64 + WORDS);
}

export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("tsp", TSP_PROBLEMS, args.size);
  const instance = tspInstance(problem.instance);
  const { cities } = instance;
  const words = team.int32(WORDS);
  const best = team.int32(1 + cities);
  const queue = team.int32(queueLength(instance, team.count, problem));
  const search = new TourSearch(instance);

  function obtain(own: Int32Array): boolean {
    for (let wasSearching = true; ; wasSearching = false) {
      lock(words, QUEUE);
      const isThere = toursWaiting(queue) > 0;
      if (isThere) moveHalf(queue, own, cities);
      const isOver = countSearching(queue, isThere === wasSearching ? 0 : isThere ? 1 : -1) === 0;
      if (isOver) change();
      else if (!isThere) Atomics.store(words, WANTED, 1);
      const seen = Atomics.load(words, CHANGES);
      unlock(words, QUEUE);
      if (isThere || isOver) return isThere;
      sleep(words, CHANGES, seen);
    }
  }

  function give(own: Int32Array): void {
    lock(words, QUEUE);
    if (Atomics.exchange(words, WANTED, 0) === 1) {
      moveHalf(own, queue, cities);
      change();
    }
    unlock(words, QUEUE);
  }

  function change(): void {
    Atomics.add(words, CHANGES, 1);
    Atomics.notify(words, CHANGES);
  }

  function between(): void {
    if (!search.found) {
      search.bound = Atomics.load(best, 0);
      return;
    }
    lock(words, BEST);
    if (search.best[0]! < best[0]!) best.set(search.best);
    search.bound = best[0]!;
    unlock(words, BEST);
    search.found = false;
  }

  return runKernel(team, "tsp", args, {
    reset: () => {
      search.bound = NO_TOUR;
      search.found = false;
      if (team.id !== 0) return;
      best.fill(NO_TOUR);
      Atomics.store(words, WANTED, 0);
      startQueue(queue, team.count);
    },
    compute: () => {
      const areWanted = () => Atomics.load(words, WANTED) > 0;
      searchTours(problem, instance, search, { obtain, areWanted, give, between });
    },
    check: () => checkTsp(problem, best),
  });
}

function lock(words: Int32Array, at: number): void {
  if (Atomics.compareExchange(words, at, 0, 1) === 0) return;
  while (Atomics.exchange(words, at, 2) !== 0) sleep(words, at, 2);
}

function unlock(words: Int32Array, at: number): void {
  if (Atomics.exchange(words, at, 0) === 2) Atomics.notify(words, at, 1);
}

function sleep(words: Int32Array, at: number, value: number): void {
  if (Atomics.wait(words, at, value, LOST_MS) === "timed-out")
    throw new Error(`tsp: a thread has waited ${LOST_MS / 1000} s for word ${at}`);
}
