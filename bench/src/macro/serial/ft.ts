/** NPB FT by one thread on plain typed arrays. */
import {
  checkFT,
  FT_PROBLEMS,
  ftSerially,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("ft", FT_PROBLEMS, args.size);
  let checksums: Float64Array = new Float64Array();
  return runKernel(team, "ft", args, {
    reset() {
      checksums = new Float64Array();
    },
    compute() {
      checksums = ftSerially(problem);
    },
    check: () => checkFT(problem, checksums),
  });
}
