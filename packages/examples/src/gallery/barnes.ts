import type { Cluster } from "isles";
import type { SizeName } from "../kernel/contract.ts";
import { problemOf } from "../kernel/run-kernel.ts";
import { BARNES_PROBLEMS } from "../kernels/barnes.ts";
import { drawStars } from "../picture/stars-picture.ts";
import { barnesPositions } from "../programs/barnes.program.ts";
import type { Example, Picture } from "./example.ts";

export const barnesExample: Example = {
  name: "barnes",
  title: "Two clusters of stars attract each other (Barnes–Hut)",
  about:
    "SPLASH-2's n-body problem: two Plummer spheres, forces by a tree in which distant groups count as one body, leapfrog steps. Each site builds the\n" +
    "tree for itself from everybody's positions and moves a zone of bodies of equal cost. One barrier a step. Checked bit for bit against one thread.",
  sizes: {
    tiny: "512 bodies, 4 steps",
    S: "8,192 bodies, 8 steps",
    W: "32,768 bodies, 10 steps",
    A: "65,536 bodies, 40 steps",
  },
  picture,
};

async function picture(cluster: Cluster, size: SizeName): Promise<Picture> {
  const problem = problemOf("barnes", BARNES_PROBLEMS, size);
  using positions = await barnesPositions(cluster.memory, problem, problem.steps).async.read();
  return { extension: "png", content: drawStars(positions.view) };
}
