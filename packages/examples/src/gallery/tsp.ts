import { problemOf } from "../kernel/run-kernel.ts";
import { TSP_BEST, TSP_PROBLEMS } from "../kernels/tsp.ts";
import { type TspInstance, tspInstance } from "../kernels/tsp-instances.ts";
import { drawBars } from "../picture/bars.ts";
import { drawTour } from "../picture/tour.ts";
import type { Example } from "./example.ts";

export const tspExample: Example = {
  name: "tsp",
  title: "The travelling salesman: a shared queue and a shared bound",
  about:
    "Branch and bound as TreadMarks shares it out (1996): sites take partial tours from a queue behind a lock, put continuations back, and wait\n" +
    "on a condition when it is empty; the best length so far is the bound of all. Instances and their optima are TSPLIB's.",
  sizes: { tiny: "burma14, optimum 3323", S: "gr17, optimum 2085", W: "ulysses16, optimum 6859" },
  picture: async (cluster, size) => {
    const instance = tspInstance(problemOf("tsp", TSP_PROBLEMS, size).instance);
    const best = await cluster.memory.async.int32(TSP_BEST, 1 + instance.cities, { pageSize: 256 });
    using span = await best.async.read();
    return { extension: "svg", content: draw(instance, span.view[0]!, [...span.view.subarray(1)]) };
  },
};

function draw({ name, places, cities, distances }: TspInstance, length: number, tour: readonly number[]): string {
  const title = `${name}: a tour of ${length}`;
  if (places !== undefined) {
    // Degrees and minutes as they are written are near enough for a drawing.
    return drawTour(
      title,
      tour.map((city) => ({ label: String(city + 1), x: places[city]![1], y: places[city]![0] })),
    );
  }
  const legs = tour.map((city, k) => {
    const next = tour[(k + 1) % cities]!;
    return { label: `city ${city + 1} to ${next + 1}`, value: distances[city * cities + next]! };
  });
  return drawBars(title, legs, String);
}
