import { problemOf } from "../kernel/run-kernel.ts";
import { MG_PROBLEMS } from "../kernels/mg.ts";
import { drawField } from "../picture/field-picture.ts";
import { mgSolution } from "../programs/mg.program.ts";
import type { Example } from "./example.ts";

/** Pixels across the picture. */
const PIXELS = 512;

export const mgExample: Example = {
  name: "mg",
  title: "NPB MG: the potential of twenty charges by multigrid",
  about:
    "V-cycles for Poisson's equation on a periodic cube. Sites own planes of the finer grids and fetch one from each neighbour before each\n" +
    "operation; on grids of 16³ and less everybody does all the work. A barrier an operation. Checked against NPB's norm, and every point\n" +
    "is the serial run's. Bailey et al., The NAS Parallel Benchmarks, RNR-94-007; sizes S and W are its classes.",
  sizes: { tiny: "16³ points, 2 cycles", S: "32³ points, 4 cycles", W: "128³ points, 4 cycles" },
  async picture(cluster, size) {
    const { n } = problemOf("mg", MG_PROBLEMS, size);
    const solution = await mgSolution(cluster.memory, n).fetch();
    return { extension: "png", content: drawField(PIXELS, seenAlongZ(n, solution)) };
  },
};

/** The sum over all planes of n × n points within their edges, drawn as large as the picture. */
function seenAlongZ(n: number, solution: Float64Array): Float64Array {
  const width = n + 2;
  const sums = new Float64Array(width * width);
  for (let k = 0; k < solution.length; k++) sums[k % sums.length] += solution[k];
  const cell = (pixel: number) => 1 + Math.floor((pixel * n) / PIXELS);
  return Float64Array.from(
    { length: PIXELS * PIXELS },
    (_, i) => sums[cell(Math.floor(i / PIXELS)) * width + cell(i % PIXELS)],
  );
}
