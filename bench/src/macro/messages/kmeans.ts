import {
  addSums,
  checkKmeans,
  firstCentres,
  type KernelAnswer,
  type KernelArgs,
  KMEANS_PROBLEMS,
  kmeansPoints,
  moveCentres,
  POINT_NUMBERS,
  problemOf,
  runDriven,
  SUM_NUMBERS,
} from "@isles/examples";
import { type Crew, callAll, partOf } from "../crew.ts";

/** k-means: the workers keep their points; the driver sends the centres, adds up the sums that come back, and moves the centres. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const problem = problemOf("kmeans", KMEANS_PROBLEMS, args.size);
  const { clusters, iterations } = problem;
  const parts = Array.from({ length: workers }, (_, worker) => partOf(problem.points, worker, workers));
  const points = kmeansPoints(problem);
  const first = firstCentres(points, clusters);
  const centres = first.slice();
  const length = SUM_NUMBERS * clusters;
  const rows = new Float64Array(workers * length);
  const total = new Float64Array(length);
  await callAll(crew, "begin", (worker) => [
    points.slice(POINT_NUMBERS * parts[worker].start, POINT_NUMBERS * parts[worker].end),
  ]);
  return runDriven(workers, "kmeans", args, {
    async reset() {
      centres.set(first);
      await callAll(crew, "reset", () => [clusters]);
    },
    async compute() {
      for (let iteration = 0; iteration < iterations; iteration++) {
        const sums = await callAll<Float64Array>(crew, "assign", () => [centres]);
        for (const [worker, row] of sums.entries()) rows.set(row, worker * length);
        addSums(rows, length, total);
        if (!moveCentres(total, centres)) break;
      }
    },
    async check() {
      const nearest = new Uint16Array(problem.points);
      const bands = await callAll<Uint16Array>(crew, "clusters", () => []);
      for (const [worker, band] of bands.entries()) nearest.set(band, parts[worker].start);
      return checkKmeans(problem, { centres, nearest });
    },
  });
}
