import {
  checkMG,
  type KernelAnswer,
  type KernelArgs,
  MG_PROBLEMS,
  planeLength,
  problemOf,
  runDriven,
  sharedSides,
} from "@isles/examples";
import { type Crew, callAll } from "../crew.ts";

/** Two planes: a worker's outermost, or those of its neighbours that lie next to its own. */
export type Pair = [below: Float64Array<ArrayBuffer>, above: Float64Array<ArrayBuffer>];

/**
 * NPB MG: the workers keep their planes. Each operation needs of the neighbours the planes that the one before has just written:
 * each returns its outermost planes, and the driver passes them on with the next, all moved. It gathers the coarse residual.
 */
export async function run(crew: Crew, args: KernelArgs): Promise<KernelAnswer> {
  const { workers } = crew;
  const { size = "S" } = args;
  const problem = problemOf("mg", MG_PROBLEMS, size);
  const { n, cycles } = problem;
  const sides = sharedSides(n);
  const coarse = sides[sides.length - 1]! / 2;
  await callAll(crew, "begin", (worker) => [size, worker, workers]);

  /** What the last operation has returned. */
  let edges: Pair[] = [];
  /** An operation that needs the neighbours' planes of what the last one wrote. */
  const call = async <T>(name: string, level: number): Promise<T[]> => {
    const around = edges.map(
      (_, worker): Pair => [edges[(worker + workers - 1) % workers]![1], edges[(worker + 1) % workers]![0]],
    );
    edges = [];
    return callAll<T>(
      crew,
      name,
      (worker) => [around[worker] ?? [], level],
      (worker) => (around[worker] ?? []).map((plane) => plane.buffer),
    );
  };
  const step = async (name: string, level: number) => {
    edges = await call<Pair>(name, level);
  };
  const cycle = async () => {
    for (let level = 1; level < sides.length; level++) await step("restrict", level);
    const whole = joined(await call<Float64Array>("restrictLast", sides.length - 1), coarse);
    await callAll(crew, "cycleCoarse", () => [whole]);
    for (let level = sides.length - 1; level >= 0; level--) {
      await step("prolong", level);
      await step("residual", level);
      await step("smooth", level);
    }
  };
  let norm = Number.NaN;
  return runDriven(workers, "mg", args, {
    async reset() {
      await callAll(crew, "reset", () => []);
      edges = [];
    },
    async compute() {
      await step("residual", 0);
      for (let k = 0; k < cycles; k++) {
        await cycle();
        await step("residual", 0);
      }
      const sums = await callAll<number>(crew, "sumOfSquares", () => []);
      norm = Math.sqrt(sums.reduce((all, sum) => all + sum, 0) / n ** 3);
    },
    async check() {
      const u = joined(await callAll<Float64Array>(crew, "part", () => ["u"]), n);
      const r = joined(await callAll<Float64Array>(crew, "part", () => ["r"]), n);
      return checkMG(problem, { norm, u, r });
    },
  });
}

/** The workers' planes of a grid of n³, one after the other. */
function joined(parts: readonly Float64Array[], n: number): Float64Array {
  const all = new Float64Array(n * planeLength(n));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
