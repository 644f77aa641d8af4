import type { Cluster } from "isles";
import type { SizeName } from "../kernel/contract.ts";
import { problemOf } from "../kernel/run-kernel.ts";
import { KMEANS_PROBLEMS, POINT_NUMBERS } from "../kernels/kmeans.ts";
import { loadPlaces } from "../kernels/places.ts";
import { drawClusters } from "../picture/map-picture.ts";
import { KMEANS_CENTRES, KMEANS_NEAREST } from "../programs/kmeans.program.ts";
import type { Example, Picture } from "./example.ts";

export const kmeansExample: Example = {
  name: "kmeans",
  title: "k-means: where to put depots for all post offices of the United States",
  about:
    "Lloyd's algorithm over the 42,049 ZIP codes' places (from the package vega-datasets). Each site assigns its share of the places to the nearest\n" +
    "centre; their sums travel, one page a site, and everybody moves the centres. One barrier an iteration. Checked bit for bit against one thread.\n" +
    "The picture's small maps: Alaska, Hawaii, Puerto Rico with the Virgin Islands, the Pacific.",
  sizes: {
    tiny: "3,376 airfields, 12 clusters",
    S: "42,049 post offices, 48 clusters",
    W: "42,049 post offices, 256 clusters",
  },
  picture,
};

async function picture(cluster: Cluster, size: SizeName): Promise<Picture> {
  const { file, points, clusters } = problemOf("kmeans", KMEANS_PROBLEMS, size);
  using nearest = await cluster.memory.uint16(KMEANS_NEAREST, points).async.read();
  using centres = await cluster.memory.float64(KMEANS_CENTRES, POINT_NUMBERS * clusters).async.read();
  return { extension: "png", content: drawClusters(loadPlaces(file), nearest.view, centres.view) };
}
