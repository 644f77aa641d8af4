/** NPB CG at several numbers of sites. */
import { launch } from "isles";
import { CG_CLASSES, type CgClassName, type CgProblem, zetaIsVerified } from "../kernels/cg-classes.ts";
import { makeMatrix } from "../kernels/cg-matrix.ts";
import { solveSerially } from "../kernels/conjugate-gradient.ts";
import { CG_PROGRESS, type CgProgram, cgProgram } from "../programs/index.ts";
import { type Progress, watch } from "../report/progress.ts";
import { metered } from "../report/traffic.ts";
import { medianRun, noteOn, type Row, seconds, siteCount } from "./row.ts";

export interface CgJob {
  readonly className: CgClassName;
  readonly siteCounts: readonly number[];
  /** Timed runs, of which the median is shown; odd. */
  readonly repeats: number;
}

/** Yields a row for every number of sites. */
export async function* runCg({ className, siteCounts, repeats }: CgJob, progress: Progress): AsyncGenerator<Row> {
  const problem = CG_CLASSES[className];
  const serialMs = timeSerially(problem, repeats, progress);
  for (const sites of siteCounts) yield await runAt(problem, sites, repeats, serialMs, progress);
}

function timeSerially(problem: CgProblem, repeats: number, progress: Progress): number {
  using task = progress.start(`CG class ${problem.name}, plain arrays`, problem.iterations * repeats, "iterations");
  const matrix = makeMatrix(problem);
  // As NPB does: one untimed iteration.
  solveSerially(problem, matrix, 1);
  const runs = Array.from({ length: repeats }, (_, repeat) => {
    const start = performance.now();
    const { zeta } = solveSerially(problem, matrix, problem.iterations, (finished) =>
      task.update(repeat * problem.iterations + finished),
    );
    return { ms: performance.now() - start, zeta };
  });
  const ok = runs.every(({ zeta }) => zetaIsVerified(problem, zeta));
  const { ms } = medianRun(runs);
  task.finish(ok, `zeta ${runs[0].zeta}, ${seconds(ms)}`);
  // Everything else is measured against this run.
  if (!ok)
    throw new Error(`CG class ${problem.name}: the serial zeta ${runs[0].zeta} is not the published ${problem.zeta}`);
  return ms;
}

async function runAt(
  problem: CgProblem,
  sites: number,
  repeats: number,
  serialMs: number,
  progress: Progress,
): Promise<Row> {
  const className = problem.name;
  using task = progress.start(`CG class ${className}, ${siteCount(sites)}`, problem.iterations * repeats, "iterations");
  await using cluster = await launch<typeof CgProgram>({ program: cgProgram, sites });
  await cluster.runAll("prepare", { className });
  const counter = cluster.memory.int32(CG_PROGRESS, 1);
  const runs = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const done = repeat * problem.iterations;
    const { result, traffic } = await metered(cluster, () =>
      watch(cluster.runAll("solve", { className }), counter, (finished) => task.update(done + finished)),
    );
    runs.push({ ms: Math.max(...result.map(({ ms }) => ms)), answers: result, traffic });
  }
  const { ms, traffic } = medianRun(runs);
  // On every site and in every run.
  const verified = runs.every(({ answers }) => answers.every(({ zeta }) => zetaIsVerified(problem, zeta)));
  const row = { job: `CG ${className}`, sites, verified, against: `NPB's zeta`, ms, serialMs, traffic };
  task.finish(verified, noteOn(row));
  return row;
}
