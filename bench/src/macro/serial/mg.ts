/** NPB MG by one thread on plain typed arrays. */
import {
  chargedPlanes,
  checkMG,
  type KernelAnswer,
  type KernelArgs,
  MG_PROBLEMS,
  type MgResult,
  makeGrid,
  makeLevels,
  mgSerially,
  placeCharges,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("mg", MG_PROBLEMS, args.size);
  const { n } = problem;
  const v = makeGrid(n, chargedPlanes(n, placeCharges(problem), { start: 0, end: n }));
  const levels = makeLevels(n);
  let result: MgResult = { norm: Number.NaN, u: new Float64Array(), r: new Float64Array() };
  return runKernel(team, "mg", args, {
    reset: () => levels[levels.length - 1].u.values.fill(0),
    compute() {
      result = mgSerially(problem, levels, v);
    },
    check: () => checkMG(problem, result),
  });
}
