import { problemOf } from "../kernel/run-kernel.ts";
import { MANDELBROT_PROBLEMS } from "../kernels/mandelbrot.ts";
import { drawField } from "../picture/field-picture.ts";
import { mandelbrotPixels } from "../programs/mandelbrot.program.ts";
import type { Example } from "./example.ts";

export const mandelbrotExample: Example = {
  name: "mandelbrot",
  title: "The Mandelbrot set, rows taken from a shared counter",
  about:
    "Escape times of z² + c. Sites schedule themselves: each takes the next four rows by a fetch-and-add on a shared counter, and writes them\n" +
    "into the shared picture. No barrier.",
  sizes: { tiny: "96 × 96, 100 steps", S: "512 × 512, 400 steps", W: "1024 × 1024, 1000 steps" },
  async picture(cluster, size) {
    const problem = problemOf("mandelbrot", MANDELBROT_PROBLEMS, size);
    const { n, limit } = problem;
    using pixels = await mandelbrotPixels(cluster.memory, problem).async.read();
    // Inside is dark. Steps grow beyond all bounds near the set, so their logarithm is drawn.
    const levels = Float64Array.from(pixels.view, (steps) => (steps === limit ? 0 : Math.log(steps)));
    return { extension: "png", content: drawField(n, levels) };
  },
};
