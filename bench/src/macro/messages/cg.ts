import {
  CG_INNER_ITERATIONS,
  CG_PROBLEMS,
  cgVectors,
  checkCg,
  descend,
  dot,
  type KernelAnswer,
  type KernelArgs,
  makeMatrix,
  problemOf,
  runDriven,
  scale,
  turn,
} from "@isles/examples";
import { type Crew, callAll, partOf } from "../crew.ts";

/** NPB CG: the workers keep their rows of the matrix; the driver keeps the vectors, sends p, and gets the parts of A p. */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const size = problemOf("cg", CG_PROBLEMS, args.size);
  const { problem, iterations } = size;
  const { rowstr, colidx, a } = makeMatrix(problem);
  const parts = Array.from({ length: crew.workers }, (_, worker) => partOf(problem.n, worker, crew.workers));
  await callAll(crew, "keep", (worker) => {
    const { start, end } = parts[worker];
    const [first, last] = [rowstr[start], rowstr[end]];
    return [{ rowstr: rowstr.slice(start, end + 1), colidx: colidx.slice(first, last), a: a.slice(first, last) }];
  });
  const { x, z, p, r } = cgVectors(problem.n);
  const q = new Float64Array(problem.n);
  const product = async (v: Float64Array) => {
    const pieces = await callAll<Float64Array>(crew, "product", () => [v]);
    for (const [worker, piece] of pieces.entries()) q.set(piece, parts[worker].start);
  };
  let zeta = Number.NaN;
  const iterateOnce = async () => {
    z.fill(0);
    r.set(x);
    p.set(x);
    let rho = dot(r, r);
    for (let inner = 0; inner < CG_INNER_ITERATIONS; inner++) {
      await product(p);
      const alpha = rho / dot(p, q);
      const before = rho;
      rho = descend(alpha, p, q, z, r);
      turn(rho / before, r, p);
    }
    await product(z);
    zeta = problem.shift + 1 / dot(x, z);
    scale(1 / Math.sqrt(dot(z, z)), z, x);
  };
  return runDriven(crew.workers, "cg", args, {
    reset: async () => {
      x.fill(1);
    },
    compute: async () => {
      for (let iteration = 1; iteration <= iterations; iteration++) await iterateOnce();
    },
    check: async () => checkCg(size, { zeta, x }),
  });
}
