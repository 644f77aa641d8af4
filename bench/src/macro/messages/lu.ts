import {
  checkLu,
  joinBlocks,
  type KernelAnswer,
  type KernelArgs,
  LU_PROBLEMS,
  LuLayout,
  problemOf,
  runDriven,
} from "@isles/examples";
import { type Crew, callAll } from "../crew.ts";
import type { OwnBlocks, Panels } from "./lu.worker.ts";

/** Blocked LU: the workers keep their blocks; the driver passes on the diagonal block and the panels of each step. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("lu", LU_PROBLEMS, size);
  const layout = new LuLayout(problem, workers);
  const { blocks, down, across } = layout;
  await callAll(crew, "begin", (worker) => [size, worker, workers]);
  return runDriven(workers, "lu", args, {
    async reset() {
      await callAll(crew, "reset", () => []);
    },
    async compute() {
      let diagonal = await crew.call<Float64Array>(layout.owner(0, 0), "factor", [0]);
      for (let k = 0; k < blocks - 1; k++) {
        const panels = await callAll<Panels>(crew, "solvePanels", () => [diagonal, k]);
        const results = await callAll<Float64Array | undefined>(crew, "update", (worker) => [
          // From the worker in its row that has the pivot's column, and the one in its column that has the pivot's row.
          panels[worker - (worker % across) + (k % across)]!.left,
          panels[(k % down) * across + (worker % across)]!.top,
          k,
        ]);
        diagonal = results[layout.owner(k + 1, k + 1)]!;
      }
    },
    async check() {
      const values = new Float64Array(layout.length);
      for (const { elements, places } of await callAll<OwnBlocks>(crew, "ownBlocks", () => [])) {
        for (const [b, at] of places.entries())
          values.set(elements.subarray(b * layout.area, (b + 1) * layout.area), at);
      }
      return checkLu(problem, joinBlocks(problem, layout, values));
    },
  });
}
