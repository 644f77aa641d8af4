import {
  checkMandelbrot,
  escapeTimes,
  type KernelAnswer,
  type KernelArgs,
  MANDELBROT_PROBLEMS,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

/** The Mandelbrot set by one thread. */
export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("mandelbrot", MANDELBROT_PROBLEMS, args.size);
  const pixels = new Uint16Array(problem.n ** 2);
  return runKernel(team, "mandelbrot", args, {
    reset: () => pixels.fill(0),
    compute: () => escapeTimes(problem, pixels, 0, 0, pixels.length),
    check: () => checkMandelbrot(problem, pixels),
  });
}
