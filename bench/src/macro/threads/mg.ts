/**
 * NPB MG by hand: all grids of the finer levels are seen by all threads, each of which works on its own planes. A barrier follows
 * each operation. On the coarser levels every thread does all the work for itself, from its own copy of the residual there.
 */
import {
  chargedPlanes,
  checkMG,
  cycleBelow,
  type KernelAnswer,
  type KernelArgs,
  MG_PROBLEMS,
  type MgLevel,
  makeGrid,
  makeLevels,
  placeCharges,
  planeLength,
  problemOf,
  prolongAll,
  residualOf,
  restrictAll,
  rowsFor,
  runKernel,
  sharedSides,
  smoothAll,
  squares,
  type WholeGrid,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

export function heapBytes(args: KernelArgs): number {
  const { n } = problemOf("mg", MG_PROBLEMS, args.size);
  const sides = sharedSides(n);
  const gridBytes = (side: number) => side * planeLength(side) * 8;
  const coarse = gridBytes(sides[sides.length - 1] / 2);
  return sides.reduce((sum, side) => sum + 2 * gridBytes(side), gridBytes(n) + coarse);
}

export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("mg", MG_PROBLEMS, args.size);
  const { n, cycles } = problem;
  const rows = rowsFor(n);
  const grid = (side: number): WholeGrid => makeGrid(side, team.float64(side * planeLength(side)));
  const v = grid(n);
  const own = team.share(n);
  v.values.set(chargedPlanes(n, placeCharges(problem), own), own.start * planeLength(n));
  const sides = sharedSides(n);
  const shared: MgLevel[] = sides.map((side) => ({ u: grid(side), r: grid(side) }));
  const top = sides[sides.length - 1] / 2;
  const gathered = grid(top);
  const below = makeLevels(top);
  const [finest] = shared;
  let norm = Number.NaN;

  function residual(level: MgLevel): void {
    const { start, end } = team.share(level.u.n);
    residualOf(level.u, level === finest ? v : level.r, level.r, rows, start, end);
    team.barrier();
  }

  function restrict(fine: WholeGrid, coarse: WholeGrid): void {
    const { start, end } = team.share(coarse.n);
    restrictAll(fine, coarse, rows, start, end);
    team.barrier();
  }

  function cycle(): void {
    for (let k = 1; k < shared.length; k++) restrict(shared[k - 1].r, shared[k].r);
    restrict(shared[shared.length - 1].r, gathered);
    below[below.length - 1].r.values.set(gathered.values);
    cycleBelow(below, rows);
    for (let k = shared.length - 1; k >= 0; k--) {
      const { u, r } = shared[k];
      const { start, end } = team.share(u.n);
      if (k > 0) u.values.fill(0, start * planeLength(u.n), end * planeLength(u.n));
      prolongAll(k === shared.length - 1 ? below[below.length - 1].u : shared[k + 1].u, u, start, end);
      team.barrier();
      residual(shared[k]);
      smoothAll(r, u, rows, start, end);
      team.barrier();
    }
  }

  return runKernel(team, "mg", args, {
    reset: () => finest.u.values.fill(0, own.start * planeLength(n), own.end * planeLength(n)),
    compute() {
      residual(finest);
      for (let k = 0; k < cycles; k++) {
        cycle();
        residual(finest);
      }
      let sum = 0;
      for (let z = own.start; z < own.end; z++) sum += squares(n, finest.r.planes[z]);
      norm = Math.sqrt(team.reduce("norm", sum, (a, b) => a + b) / n ** 3);
    },
    check: () => checkMG(problem, { norm, u: finest.u.values, r: finest.r.values }),
  });
}
