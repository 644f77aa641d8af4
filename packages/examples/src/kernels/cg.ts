/** NPB CG as a kernel of the collection: its sizes, its serial run, its check. The arithmetic is in conjugate-gradient.ts. */
import { closeTo } from "../kernel/compare.ts";
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { CG_CLASSES, CG_EPSILON, type CgProblem } from "./cg-classes.ts";
import { makeMatrix } from "./cg-matrix.ts";
import { type CgSolution, solveSerially } from "./conjugate-gradient.ts";

/** A problem class, and how many outer iterations of it. */
export interface CgRun {
  readonly problem: CgProblem;
  readonly iterations: number;
}

const whole = (problem: CgProblem): CgRun => ({ problem, iterations: problem.iterations });

export const CG_PROBLEMS: Readonly<Partial<Record<SizeName, CgRun>>> = {
  tiny: { problem: CG_CLASSES.S, iterations: 1 },
  S: whole(CG_CLASSES.S),
  W: whole(CG_CLASSES.W),
  A: whole(CG_CLASSES.A),
};

/**
 * How far the vector may be from the serial run's, relative to its largest element: 25 iterations of a badly conditioned system
 * carry the last digits of a sum, which depend on its order, far forward.
 */
const VECTOR_TOLERANCE = 1e-8;

/** All of it by one thread, matrix included. */
export function cgSerially({ problem, iterations }: CgRun): CgSolution {
  return solveSerially(problem, makeMatrix(problem), iterations);
}

const serialSolutions = new WeakMap<CgRun, CgSolution>();

/** Zeta against the published one (of fewer iterations: the serial run's), and the vector that it is the zeta of against the serial run's. */
export function checkCg(run: CgRun, { zeta, x }: Pick<CgSolution, "zeta" | "x">): Verdict {
  let serial = serialSolutions.get(run);
  if (serial === undefined) {
    serial = cgSerially(run);
    serialSolutions.set(run, serial);
  }
  const isWhole = run.iterations === run.problem.iterations;
  const expected = isWhole ? run.problem.zeta : serial.zeta;
  const against = `${isWhole ? "NPB's" : "the serial"} zeta, relative ${CG_EPSILON}, and the serial run's vector`;
  if (!(Math.abs(zeta - expected) <= CG_EPSILON * expected))
    return { ok: false, against, found: `zeta ${zeta} instead of ${expected}` };
  const vector = closeTo(x, serial.x, VECTOR_TOLERANCE);
  return { ok: vector.ok, against, found: vector.ok ? `zeta ${zeta}` : `in the vector, ${vector.found}` };
}
