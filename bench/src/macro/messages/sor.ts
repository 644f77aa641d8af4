import {
  type Colours,
  checkSor,
  joinColours,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runDriven,
  SOR_PROBLEMS,
} from "@isles/examples";
import { type Crew, callAll, partOf } from "../crew.ts";
import type { Edges } from "./sor.worker.ts";

/** Red-black SOR: the workers keep their bands of rows; in each half sweep the driver passes their edges on to the neighbours. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("sor", SOR_PROBLEMS, size);
  const { n, iterations } = problem;
  const stride = (n + 1) >> 1;
  const parts = Array.from({ length: workers }, (_, worker) => partOf(n, worker, workers));
  await callAll(crew, "begin", (worker) => [size, parts[worker].start, parts[worker].end]);
  return runDriven(workers, "sor", args, {
    async reset() {
      await callAll(crew, "reset", () => []);
    },
    async compute() {
      let edges: (Edges | undefined)[] = [];
      for (let half = 0; half < 2 * iterations; half++) {
        const before = edges;
        const around = (worker: number): Edges => ({
          top: before[worker - 1]?.bottom,
          bottom: before[worker + 1]?.top,
        });
        edges = await callAll<Edges>(
          crew,
          "halfSweep",
          (worker) => [around(worker), half & 1],
          (worker) => buffersOfEdges(around(worker)),
        );
      }
    },
    async check() {
      const colours: Colours = [new Float64Array(n * stride), new Float64Array(n * stride)];
      const bands = await callAll<Colours>(crew, "band", () => []);
      for (const [worker, band] of bands.entries())
        for (const colour of [0, 1]) colours[colour].set(band[colour], parts[worker].start * stride);
      return checkSor(problem, joinColours(n, stride, colours));
    },
  });
}

function buffersOfEdges({ top, bottom }: Edges): ArrayBuffer[] {
  return [top, bottom].flatMap((row) => (row === undefined ? [] : [row.buffer]));
}
