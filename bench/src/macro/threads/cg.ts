import {
  CG_INNER_ITERATIONS,
  CG_PROBLEMS,
  checkCg,
  descend,
  dot,
  type KernelAnswer,
  type KernelArgs,
  makeMatrix,
  maxNonzeros,
  multiply,
  type Part,
  problemOf,
  runKernel,
  type SparseRows,
  scale,
  squaredDistance,
  turn,
} from "@isles/examples";
import type { ThreadTeam } from "../team.ts";

/** The matrix, p, z and x. */
export function heapBytes(args: KernelArgs): number {
  const { problem } = problemOf("cg", CG_PROBLEMS, args.size);
  return maxNonzeros(problem) * 12 + (problem.n + 1) * 4 + 3 * problem.n * 8;
}

/**
 * NPB CG as OpenMP's version has it: every thread owns some rows and its part of all vectors; p is shared. Three barriers in an
 * inner iteration, two of them in the sums that it needs.
 */
export function run(team: ThreadTeam, args: KernelArgs): KernelAnswer {
  const size = problemOf("cg", CG_PROBLEMS, args.size);
  const { problem, iterations } = size;
  const { n } = problem;
  const part = team.share(n);
  const matrix = shareMatrix(team, args);
  const shared = { p: team.float64(n), z: team.float64(n), x: team.float64(n) };
  const own = (vector: Float64Array) => vector.subarray(part.start, part.end);
  const system: System = {
    rows: rowsOf(matrix, part),
    p: shared.p,
    z: shared.z,
    ownP: own(shared.p),
    ownZ: own(shared.z),
    ownX: own(shared.x),
    q: new Float64Array(part.end - part.start),
    r: new Float64Array(part.end - part.start),
  };
  let zeta = Number.NaN;
  return runKernel(team, "cg", args, {
    reset: () => system.ownX.fill(1),
    compute: () => {
      for (let iteration = 1; iteration <= iterations; iteration++) zeta = iterateOnce(team, system, problem.shift);
    },
    check: () => checkCg(size, { zeta, x: Float64Array.from(shared.x) }),
  });
}

interface System {
  readonly rows: SparseRows;
  readonly p: Float64Array;
  readonly z: Float64Array;
  /** This thread's parts. */
  readonly ownP: Float64Array;
  readonly ownZ: Float64Array;
  readonly ownX: Float64Array;
  readonly q: Float64Array;
  readonly r: Float64Array;
}

const add = (a: number, b: number) => a + b;

/** One outer iteration; returns zeta. */
function iterateOnce(team: ThreadTeam, { rows, p, z, ownP, ownZ, ownX, q, r }: System, shift: number): number {
  ownZ.fill(0);
  r.set(ownX);
  ownP.set(ownX);
  let rho = team.reduce("r.r", dot(r, r), add); // and everybody's part of p is there
  for (let inner = 0; inner < CG_INNER_ITERATIONS; inner++) {
    multiply(rows, p, q);
    const alpha = rho / team.reduce("p.q", dot(ownP, q), add);
    const before = rho;
    rho = team.reduce("r.r", descend(alpha, ownP, q, ownZ, r), add);
    if (inner === CG_INNER_ITERATIONS - 1) break; // that was the barrier for z
    turn(rho / before, r, ownP);
    team.barrier();
  }
  multiply(rows, z, q);
  const xz = team.reduce("x.z", dot(ownX, ownZ), add);
  const zz = team.reduce("z.z", dot(ownZ, ownZ), add);
  team.reduce("r.r", squaredDistance(ownX, q), add);
  scale(1 / Math.sqrt(zz), ownZ, ownX);
  return shift + 1 / xz;
}

function shareMatrix(team: ThreadTeam, args: KernelArgs): SparseRows {
  const { problem } = problemOf("cg", CG_PROBLEMS, args.size);
  const matrix = {
    rowstr: team.int32(problem.n + 1),
    colidx: team.int32(maxNonzeros(problem)),
    a: team.float64(maxNonzeros(problem)),
  };
  if (team.id === 0) {
    const { rowstr, colidx, a } = makeMatrix(problem);
    matrix.rowstr.set(rowstr);
    matrix.colidx.set(colidx);
    matrix.a.set(a);
  }
  team.barrier();
  return matrix;
}

function rowsOf({ rowstr, colidx, a }: SparseRows, { start, end }: Part): SparseRows {
  const [first, last] = [rowstr[start], rowstr[end]];
  return { rowstr: rowstr.subarray(start, end + 1), colidx: colidx.subarray(first, last), a: a.subarray(first, last) };
}
