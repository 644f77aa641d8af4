/**
 * NPB IS on shared memory: the ranks of many keys, ten times over.
 *
 * Each site owns a part of the list of keys and a part of the range of keys. In an iteration it ranks its own keys among
 * themselves, in private, and puts these ranks where all can read them; then it adds up everybody's ranks for its part of the
 * range, for ranks among parts of the list add up to ranks among all of it.
 *
 * What an iteration costs: one barrier, and from every other site the ranks of one's own part of the range, on pages as large
 * as that. The ranks go to several places in turn, so that nobody overwrites what a slower site still reads, without a second
 * barrier; and a site takes all its places back from their readers at once, every few iterations. The others' ranks are
 * asked for before the barrier: a site that is still counting holds its place and answers when it lets go.
 */
import type { SharedArray, Site } from "isles";
import type { KernelAnswer, KernelArgs, Part } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  addRanks,
  changeKeys,
  checkIs,
  countKeys,
  IS_ITERATIONS,
  IS_PARTS,
  IS_PROBLEMS,
  type IsProblem,
  noteProbes,
  npbKeys,
  probeKeys,
  ranksOf,
} from "../kernels/is.ts";
import { pageSizeFor } from "./page-size.ts";

/** Keys counted between two looks at the mail: some tens of microseconds. */
const POLL_KEYS = 32_768;

/** Places for a site's ranks. Two would do; each time round costs a round trip in which the others give up their copies. */
const PLACES = 5;

/** Elements between the probed ranks of one site and the next: 50 ranks at most. */
const FOUND_STRIDE = 64;

export function is(site: Site, args: KernelArgs = {}): KernelAnswer {
  const size = args.size ?? "S";
  const problem = problemOf("is", IS_PROBLEMS, size);
  const shared = sharedArrays(site, size, problem);
  const probes = probeKeys(problem);
  const [part, range] = [partOf(site, problem.keys), partOf(site, problem.maxKey)];
  const steps = stepsOf(site, "is", args);
  return runKernel(site, "is", args, {
    reset: () => {
      using keys = shared.keys.write(part.start, part.end);
      npbKeys(problem, part.start, keys.view);
    },
    compute: () => rankAll(site, problem, shared, { part, range, probes, steps }),
    check: () => {
      using keys = shared.keys.read();
      using ranks = shared.ranks.read();
      using found = shared.found.read();
      return checkIs(problem, {
        keys: keys.view,
        ranks: ranks.view,
        found: foundByAny(site.count, problem, found.view),
      });
    },
  });
}

interface Shared {
  /** The list. */
  readonly keys: SharedArray<Int32Array>;
  /** Each site's ranks of its own keys, for the whole range, in several places; those of a site lie together. */
  readonly among: SharedArray<Int32Array>;
  /** The ranks among all keys. */
  readonly ranks: SharedArray<Int32Array>;
  /** The ranks of NPB's probes after each iteration: of each site, those in its part of the range, on a page of its own. */
  readonly found: SharedArray<Int32Array>;
}

function sharedArrays(site: Site, size: string, { keys, maxKey }: IsProblem): Shared {
  const bytesOfPart = (length: number) => Math.min(65_536, (length / IS_PARTS) * Int32Array.BYTES_PER_ELEMENT);
  const pageSize = Math.max(256, bytesOfPart(maxKey));
  const { memory } = site;
  return {
    keys: memory.int32(`is ${size} keys`, keys, { pageSize: Math.max(256, bytesOfPart(keys)) }),
    among: memory.int32(`is ${size} ranks among`, PLACES * site.count * maxKey, {
      pageSize: pageSizeFor((maxKey / site.count) * Int32Array.BYTES_PER_ELEMENT),
    }),
    ranks: memory.int32(`is ${size} ranks`, maxKey, { pageSize }),
    found: memory.int32(`is ${size} found`, site.count * FOUND_STRIDE, { pageSize: FOUND_STRIDE * 4 }),
  };
}

/** A site's part of something, in whole pages. */
function partOf(site: Site, length: number): Part {
  const { start, end } = site.share(IS_PARTS);
  return { start: (start * length) / IS_PARTS, end: (end * length) / IS_PARTS };
}

interface Own {
  readonly part: Part;
  readonly range: Part;
  readonly probes: Int32Array;
  readonly steps: (done: number, total: number) => void;
}

function rankAll(site: Site, problem: IsProblem, { keys, among, ranks, found }: Shared, own: Own): void {
  const { part, range, probes, steps } = own;
  const counts = new Int32Array(problem.maxKey);
  const sums = new Int32Array(range.end - range.start);
  const foundHere = new Int32Array(IS_ITERATIONS * probes.length);
  const ownPlaces = { start: site.id * PLACES * problem.maxKey, end: (site.id + 1) * PLACES * problem.maxKey };
  for (let iteration = 1; iteration <= IS_ITERATIONS; iteration++) {
    const place = iteration % PLACES;
    const placeOf = (k: number) => (k * PLACES + place) * problem.maxKey;
    if (place === 1) among.write(ownPlaces.start, ownPlaces.end).release();
    {
      // Held while this site counts, so that who is ahead and asks waits for the ranks to come.
      using mine = among.write(placeOf(site.id), placeOf(site.id) + problem.maxKey);
      using list = keys.write(part.start, part.end);
      changeKeys(problem, iteration, part.start, list.view);
      counts.fill(0);
      for (let start = 0; start < list.view.length; start += POLL_KEYS) {
        countKeys(list.view, counts, start, Math.min(start + POLL_KEYS, list.view.length));
        site.poll();
      }
      ranksOf(counts, mine.view);
      sums.set(mine.view.subarray(range.start, range.end));
      for (let k = 0; k < site.count; k++)
        if (k !== site.id) among.prefetch(placeOf(k) + range.start, placeOf(k) + range.end);
    }
    site.barrier();
    for (let k = 0; k < site.count; k++) {
      if (k === site.id) continue;
      using theirs = among.read(placeOf(k) + range.start, placeOf(k) + range.end);
      addRanks(sums, theirs.view);
    }
    noteProbes(probes, iteration, range.start, sums, foundHere);
    steps(iteration, IS_ITERATIONS);
  }
  ranks.copyFrom(sums, range.start);
  found.copyFrom(foundHere, site.id * FOUND_STRIDE);
}

/** Each rank from the site that found it; the others have 0 there. */
function foundByAny(sites: number, { probes }: IsProblem, found: Int32Array): Int32Array {
  const all = found.slice(0, IS_ITERATIONS * probes.length);
  for (let k = 1; k < sites; k++) addRanks(all, found.subarray(k * FOUND_STRIDE, k * FOUND_STRIDE + all.length));
  return all;
}
