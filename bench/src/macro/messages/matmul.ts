import {
  checkMatmul,
  fillFactors,
  type KernelAnswer,
  type KernelArgs,
  MATMUL_PROBLEMS,
  MATMUL_ROWS,
  problemOf,
  runDriven,
} from "@isles/examples";
import { type Crew, partOf } from "../crew.ts";

/** A matrix product: the driver sends each worker its band of A and all of B, and gets its band of C. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const problem = problemOf("matmul", MATMUL_PROBLEMS, args.size);
  const { n } = problem;
  const [a, b, c] = [new Float64Array(n * n), new Float64Array(n * n), new Float64Array(n * n)];
  const bands = Array.from({ length: workers }, (_, worker) => {
    const { start, end } = partOf(n / MATMUL_ROWS, worker, workers);
    return { start: start * MATMUL_ROWS * n, end: end * MATMUL_ROWS * n };
  });
  return runDriven(workers, "matmul", args, {
    async reset() {
      fillFactors(problem, a, b, 0, n);
      c.fill(0);
    },
    async compute() {
      await Promise.all(
        bands.map(async ({ start, end }, worker) => {
          const band = a.slice(start, end); // a clone of a part would clone all that it is a part of
          c.set(await crew.call<Float64Array>(worker, "multiply", [band, b, n], [band.buffer]), start);
        }),
      );
    },
    check: async () => checkMatmul(problem, c),
  });
}
