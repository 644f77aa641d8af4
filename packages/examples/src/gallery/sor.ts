import { problemOf } from "../kernel/run-kernel.ts";
import { joinColours, SOR_PROBLEMS } from "../kernels/sor.ts";
import { drawField } from "../picture/field-picture.ts";
import { sorGrids } from "../programs/sor.program.ts";
import type { Example } from "./example.ts";

export const sorExample: Example = {
  name: "sor",
  title: "Red-black over-relaxation smooths a random field",
  about:
    "The SOR kernel of the Java Grande benchmarks: a 5-point stencil (SPLASH-2's ocean has it too) over a square of random numbers, the cells\n" +
    "of one colour of a chessboard after those of the other. Each site has a band of rows and fetches one row from each neighbour; one barrier a\n" +
    "half sweep. The sum at the end is JGF's published one, and every cell is the serial run's.",
  sizes: {
    tiny: "101 × 101, 12 iterations",
    S: "1000 × 1000, 100 iterations (JGF A)",
    W: "2000 × 2000, 100 iterations (JGF C)",
  },
  async picture(cluster, size) {
    const problem = problemOf("sor", SOR_PROBLEMS, size);
    const { colours, stride } = sorGrids(cluster.memory, problem);
    using red = await colours[0].async.read();
    using black = await colours[1].async.read();
    const grid = joinColours(problem.n, stride, [red.view, black.view]);
    // The border keeps its noise, and is felt for some cells.
    return { extension: "png", content: drawField(problem.n, grid, Math.floor(problem.n / 20)) };
  },
};
