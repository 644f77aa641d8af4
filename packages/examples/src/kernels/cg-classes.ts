/** The problem classes of NPB CG and their published answers (NPB 3.x `CG`, `npbparams.h` and its verification). */

/** One class: an n × n matrix, `nonzer` nonzeros in each generating vector. */
export interface CgProblem {
  readonly name: CgClassName;
  readonly n: number;
  readonly nonzer: number;
  /** Outer iterations (inverse power method). */
  readonly iterations: number;
  /** Shift of the main diagonal. */
  readonly shift: number;
  /** The published eigenvalue estimate. */
  readonly zeta: number;
}

export type CgClassName = "S" | "W" | "A";

export const CG_CLASSES: Readonly<Record<CgClassName, CgProblem>> = {
  S: { name: "S", n: 1400, nonzer: 7, iterations: 15, shift: 10, zeta: 8.5971775078648 },
  W: { name: "W", n: 7000, nonzer: 8, iterations: 15, shift: 12, zeta: 10.362595087124 },
  A: { name: "A", n: 14000, nonzer: 11, iterations: 15, shift: 20, zeta: 17.130235054029 },
};

/** Inner (conjugate gradient) iterations of each outer one. */
export const CG_INNER_ITERATIONS = 25;

/** NPB's bound on the relative error of zeta. */
export const CG_EPSILON = 1e-10;

/** NPB's verification test. A NaN does not pass. */
export function zetaIsVerified(problem: CgProblem, zeta: number): boolean {
  return Math.abs(zeta - problem.zeta) / problem.zeta <= CG_EPSILON;
}

/** An upper bound on the nonzeros of the matrix: n outer products of vectors with at most nonzer + 1 entries. */
export function maxNonzeros({ n, nonzer }: CgProblem): number {
  return n * (nonzer + 1) * (nonzer + 1);
}
