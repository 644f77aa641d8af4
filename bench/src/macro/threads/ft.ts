/**
 * NPB FT by hand. Each thread keeps its planes of the spectrum; on their way back, and on the way there those of space, they are
 * transformed in place in arrays that all threads see, and the owners of the planes across pick out their rows. Two such arrays
 * in turn, so that there is one barrier a step.
 */
import {
  addChecksum,
  checkFT,
  copyRow,
  decay,
  evolve,
  FT_PROBLEMS,
  type FtProblem,
  type KernelAnswer,
  type KernelArgs,
  keep,
  prepareFt,
  problemOf,
  runKernel,
  scaled,
  startPlane,
  transformOfSpace,
  transformOfSpectrum,
  transformToSpace,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

export function heapBytes(args: KernelArgs): number {
  const { nx, ny, nz, steps } = problemOf("ft", FT_PROBLEMS, args.size);
  return 2 * nx * ny * nz * 16 + MAX_THREADS * steps * 16;
}

/** Room for the sums of so many. */
const MAX_THREADS = 1024;

export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const problem = problemOf("ft", FT_PROBLEMS, args.size);
  const { nx, ny, nz, steps } = problem;
  const [y, z] = [team.share(ny), team.share(nz)];
  const width = 2 * nx;
  const shared = [team.float64(nz * ny * width), team.float64(nz * ny * width)];
  const sums = team.float64(team.count * 2 * steps);
  const forward = prepareFt(problem, 1);
  const back = prepareFt(problem, -1, forward.work);
  const spectrum = new Float64Array((y.end - y.start) * nz * width);
  const plane = new Float64Array(ny * width);
  return runKernel(team, "ft", args, {
    reset() {
      spectrum.fill(0);
      sums.fill(0, team.id * 2 * steps, (team.id + 1) * 2 * steps);
    },
    compute() {
      const factors = decay(problem, y);
      const space = shared[0];
      for (let k = z.start; k < z.end; k++) {
        const own = space.subarray(k * ny * width, (k + 1) * ny * width);
        startPlane(problem, k, own);
        keep(transformOfSpace(forward, own), own);
      }
      team.barrier();
      for (let j = y.start; j < y.end; j++) {
        const own = spectrum.subarray((j - y.start) * nz * width, (j - y.start + 1) * nz * width);
        for (let k = 0; k < nz; k++) copyRow(space, (k * ny + j) * width, own, k * width, width);
        keep(transformOfSpectrum(forward, own), own);
      }
      for (let step = 0; step < steps; step++) {
        const turned = shared[step % 2 === 0 ? 1 : 0];
        for (let j = y.start; j < y.end; j++) {
          const own = turned.subarray(j * nz * width, (j + 1) * nz * width);
          evolve(spectrum, (j - y.start) * nz * width, factors, own);
          keep(transformOfSpectrum(back, own), own);
        }
        team.barrier();
        for (let k = z.start; k < z.end; k++) {
          for (let j = 0; j < ny; j++) copyRow(turned, (j * nz + k) * width, plane, j * width, width);
          addChecksum(problem, k, transformToSpace(back, plane), sums, (team.id * steps + step) * 2);
        }
      }
    },
    check: () => checkFT(problem, addedUp(problem, sums, team.count)),
  });
}

function addedUp(problem: FtProblem, sums: Float64Array, count: number): Float64Array {
  const total = new Float64Array(2 * problem.steps);
  for (let k = 0; k < total.length; k++) for (let of = 0; of < count; of++) total[k] += sums[of * total.length + k];
  return scaled(problem, total);
}
