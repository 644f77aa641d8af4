import {
  BARNES_PROBLEMS,
  type Bodies,
  barnesSerially,
  barnesStart,
  checkBarnes,
  type KernelAnswer,
  type KernelArgs,
  problemOf,
  runKernel,
  type Team,
} from "@isles/examples";

export function run(team: Team, args: KernelArgs): KernelAnswer {
  const problem = problemOf("barnes", BARNES_PROBLEMS, args.size);
  const start = barnesStart(problem);
  const bodies: Bodies = { positions: start.positions.slice(), velocities: start.velocities.slice() };
  return runKernel(team, "barnes", args, {
    reset() {
      bodies.positions.set(start.positions);
      bodies.velocities.set(start.velocities);
    },
    compute: () => barnesSerially(problem, bodies),
    check: () => checkBarnes(problem, bodies),
  });
}
