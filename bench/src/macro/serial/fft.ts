/** SPLASH-2's FFT by one thread on plain typed arrays. */
import {
  checkFFT,
  FFT_PROBLEMS,
  fftSerially,
  type KernelAnswer,
  type KernelArgs,
  makeSignal,
  prepareRows,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("fft", FFT_PROBLEMS, args.size);
  const { side } = problem;
  const own = prepareRows(problem, { start: 0, end: side });
  const signal = new Float64Array(2 * side * side);
  const spectrum = new Float64Array(2 * side * side);
  return runKernel(team, "fft", args, {
    reset: () => {
      makeSignal(0, side * side, signal, 0);
      spectrum.fill(Number.NaN);
    },
    compute: () => fftSerially(problem, own, signal, spectrum),
    check: () => checkFFT(problem, spectrum),
  });
}
