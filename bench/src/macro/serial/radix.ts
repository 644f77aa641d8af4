import {
  checkRadix,
  type KernelAnswer,
  type KernelArgs,
  makeRadixKeys,
  problemOf,
  RADIX_PROBLEMS,
  radixSerially,
  runKernel,
  type Team,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("radix", RADIX_PROBLEMS, args.size);
  const input = new Uint32Array(problem.keys);
  const keys = new Uint32Array(problem.keys);
  const other = new Uint32Array(problem.keys);
  makeRadixKeys(problem, 0, input);
  let sorted: Uint32Array = keys;
  return runKernel(team, "radix", args, {
    reset() {
      keys.set(input);
      other.fill(0);
    },
    compute() {
      sorted = radixSerially(problem, keys, other);
    },
    check: () => checkRadix(problem, sorted),
  });
}
