import { problemOf } from "../kernel/run-kernel.ts";
import { cellsOf, LIFE_PROBLEMS } from "../kernels/life.ts";
import { drawField } from "../picture/field-picture.ts";
import { lifeWorlds } from "../programs/life.program.ts";
import type { Example } from "./example.ts";

export const lifeExample: Example = {
  name: "life",
  title: "Conway's game of life on a torus",
  about:
    "A byte a cell, random at the start. Each site has a band of rows of two worlds; a generation reads one, with a row of each neighbour, and\n" +
    "writes the other. Rows are as small as 256 bytes, and so are pages. One barrier a generation.",
  sizes: { tiny: "100 × 100, 21 generations", S: "512 × 512, 200 generations", W: "1024 × 1024, 500 generations" },
  async picture(cluster, size) {
    const problem = problemOf("life", LIFE_PROBLEMS, size);
    const { worlds, stride } = lifeWorlds(cluster.memory, problem);
    using world = await worlds[problem.generations & 1].async.read();
    return { extension: "png", content: drawField(problem.n, cellsOf(problem.n, stride, world.view)) };
  },
};
