/**
 * k-means on shared memory; the arithmetic is in ../kernels/kmeans.ts.
 *
 * Site 0 writes the points once; every site keeps a read span of its share of them. In each iteration a site finds the nearest centre
 * of its points, adds them up for each cluster, and writes these sums as its row of a shared array. After a barrier everybody reads
 * all rows, adds them up, and so moves the centres, which it has for itself, to the same places.
 *
 * Synchronisation: one barrier an iteration. There are two arrays of rows in turn, so no row is overwritten that may still be
 * read. A row is made of whole pages, so no page has two writers. Each site writes its clusters out once, in the end.
 */
import type { Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  addSums,
  assignNearest,
  checkKmeans,
  firstCentres,
  KMEANS_PROBLEMS,
  type KmeansProblem,
  kmeansPoints,
  moveCentres,
  POINT_NUMBERS,
  SUM_NUMBERS,
} from "../kernels/kmeans.ts";
import { pageSizeFor } from "./page-size.ts";

/** Distances computed between two looks at the mail: some tenth of a millisecond. */
const POLL_DISTANCES = 65_536;

/** Where the picture finds the results. */
export const KMEANS_CENTRES = "kmeans centres";
export const KMEANS_NEAREST = "kmeans nearest";

export function kmeans(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("kmeans", KMEANS_PROBLEMS, args.size);
  const { points, begin, centres, nearest, rows, rowNumbers } = shareData(site, problem);
  const mine = site.share(problem.points);
  const count = mine.end - mine.start;
  using own = points.read(mine.start * POINT_NUMBERS, mine.end * POINT_NUMBERS); // nobody writes them any more
  const ownCentres = new Float64Array(begin.length);
  const ownNearest = new Uint16Array(count);
  const sums = new Float64Array(SUM_NUMBERS * problem.clusters);
  const total = new Float64Array(sums.length);
  const step = stepsOf(site, "kmeans", args);
  return runKernel(site, "kmeans", args, {
    reset() {
      using first = begin.read();
      ownCentres.set(first.view);
      nearest.fill(problem.clusters, mine.start, mine.end); // the last run's result is not taken for this one's
    },
    compute() {
      const part = Math.ceil(POLL_DISTANCES / problem.clusters);
      for (let iteration = 0; iteration < problem.iterations; iteration++) {
        sums.fill(0);
        for (let start = 0; start < count; start += part) {
          assignNearest(own.view, start, Math.min(start + part, count), ownCentres, ownNearest, sums);
          site.poll();
        }
        const shared = rows[iteration % 2];
        shared.copyFrom(sums, site.id * rowNumbers);
        site.barrier(); // all rows of this iteration are there, and all of the last one have been read
        {
          using all = shared.read();
          addSums(all.view, rowNumbers, total);
        }
        step(iteration + 1, problem.iterations);
        if (!moveCentres(total, ownCentres)) break; // everybody has the same centres, and leaves
      }
      nearest.copyFrom(ownNearest, mine.start);
      if (site.id === 0) centres.copyFrom(ownCentres);
    },
    check() {
      using found = site.memory.acquire({ centres: centres.reading(), nearest: nearest.reading() });
      return checkKmeans(problem, { centres: found.centres.view, nearest: found.nearest.view });
    },
  });
}

/** The shared arrays, with the points in them. */
function shareData(site: Site, problem: KmeansProblem) {
  const { memory, id, count } = site;
  const centreNumbers = POINT_NUMBERS * problem.clusters;
  const sumBytes = SUM_NUMBERS * problem.clusters * Float64Array.BYTES_PER_ELEMENT;
  const pageSize = pageSizeFor(sumBytes);
  const rowNumbers = (Math.ceil(sumBytes / pageSize) * pageSize) / Float64Array.BYTES_PER_ELEMENT;
  const rowPages = { pageSize, home: "block" } as const;
  const shared = {
    points: memory.float64("kmeans points", POINT_NUMBERS * problem.points),
    begin: memory.float64("kmeans first centres", centreNumbers),
    centres: memory.float64(KMEANS_CENTRES, centreNumbers),
    nearest: memory.uint16(KMEANS_NEAREST, problem.points),
    rows: [
      memory.float64("kmeans sums 0", rowNumbers * count, rowPages),
      memory.float64("kmeans sums 1", rowNumbers * count, rowPages),
    ] as const,
    rowNumbers,
  };
  if (id === 0) {
    const points = kmeansPoints(problem);
    shared.points.copyFrom(points);
    shared.begin.copyFrom(firstCentres(points, problem.clusters));
  }
  site.barrier(); // the points are there
  return shared;
}
