import { availableParallelism } from "node:os";
import { UsageError } from "@isles/base";
import type { Bench, BenchContext, Finding } from "../bench.ts";
import { median, quantile } from "../figures.ts";
import { geometricMean, isSound, type KernelRun } from "../macro/kernel-run.ts";
import { allKernels, isOfRow9, ROW_9 } from "../macro/kernels.ts";
import { measure, type Plan } from "../macro/rounds.ts";
import type { Measurement, Target } from "../result.ts";

/** Sites of the row's targets. */
const SITES = 2;
const EACH: Target = { atLeast: 0.9 };
const MEAN: Target = { atLeast: 0.95 };
/** Where there is a target, and elsewhere. */
const ROUNDS = { target: 7, other: 3 };
/** Seconds that every variant runs before the rounds count; with less, short kernels are still being compiled while they are timed. */
const WARM_UP_S = { target: 2.5, other: 1 };
/**
 * Short runs are repeated until the serial loop's would take this long, in seconds; the median counts. The first of them still pays
 * for what went before it: the sleep of the workers, and the garbage of the preparation, which is collected in whatever run comes next.
 */
const ROUND_S = { target: 1.4, other: 0.2 };

/** Row 9: kernels on Isles against hand-written threads, message passing and one thread alone. */
export const kernels: Bench = {
  row: "9",
  title: "parallel kernels against the serial loop, SharedArrayBuffer threads, and messages by Piscina and Comlink",
  hasKernels: true,
  checkKernels: (names) => checkNames(names, allKernels()),
  async *run(context) {
    const there = allKernels();
    const chosen = context.kernels ?? there.filter(isOfRow9);
    const ratios: number[] = [];
    let isMeant = true;
    let failed: string | undefined;
    for (const kernel of chosen) {
      for await (const found of findingsOf(kernel, context, EACH)) {
        yield found;
        if (!("target" in found)) continue;
        ratios.push(found.ratio);
        isMeant &&= found.target !== null;
        if (found.failed !== undefined) failed = `${kernel}: ${found.failed}`;
      }
    }
    if (ratios.length > 1) yield meanOf(ratios, isMeant ? MEAN : null, failed);
  },
};

/** What else there is, by the same rules; the collection's targets are those of row 9 alone. */
export const otherKernels: Bench = {
  row: "kernels",
  title: "the collection's other kernels, in the same variants",
  extra: true,
  hasKernels: true,
  checkKernels: (names) => checkNames(names, allKernels()),
  async *run(context) {
    const there = allKernels();
    const chosen = context.kernels ?? there.filter((kernel) => !isOfRow9(kernel));
    for (const kernel of chosen) yield* findingsOf(kernel, context, null);
  },
};

/** What each variant did, and then the ratio that row 9 is about, if there is one. */
async function* findingsOf(
  kernel: string,
  { options, progress }: BenchContext,
  target: Target | null,
): AsyncGenerator<Finding> {
  const { size, sites, variants, quick } = options;
  const roundsOf = (workers: number) => (quick ? 1 : workers === SITES ? ROUNDS.target : ROUNDS.other);
  const effortOf = (effort: { target: number; other: number }) => (workers: number) =>
    quick ? 0 : workers === SITES ? effort.target : effort.other;
  const plan: Plan = {
    size,
    counts: sites,
    variants,
    roundsOf,
    warmUpSecondsOf: effortOf(WARM_UP_S),
    roundSecondsOf: effortOf(ROUND_S),
    progress,
  };
  const measurements: Measurement[] = [];
  let unsound: KernelRun | undefined;
  for await (const run of measure(kernel, plan)) {
    yield run;
    if (!isSound(run) && (run.variant === "threads" || run.variant === "isles")) unsound ??= run;
    const measurement = againstThreads(run, target, unsound);
    if (measurement !== undefined) measurements.push(measurement);
  }
  yield* measurements;
}

function checkNames(chosen: readonly string[], there: readonly string[]): void {
  const unknown = chosen.find((kernel) => !there.includes(kernel));
  if (unknown === undefined) return;
  throw new UsageError("BAD_OPTION", `--only: no kernel "${unknown}"; there are ${there.join(", ") || "none"}`);
}

/** Undefined for other variants than Isles, for other numbers of sites, and without threads to compare with. */
function againstThreads(
  run: KernelRun,
  target: Target | null,
  unsound: KernelRun | undefined,
): Measurement | undefined {
  if (run.variant !== "isles" || run.workers !== SITES || run.ratio === null) return undefined;
  const ms = run.seconds.map((seconds) => seconds * 1000);
  const threads = ms.slice(0, run.ratios.length).map((time, round) => time * run.ratios[round]!);
  const why = unsound?.failed ?? `wrong result: ${unsound?.verdict?.found}`;
  return {
    name: `${run.kernel} ${run.size}, ${SITES} sites (speed)`,
    value: median(ms),
    unit: "ms",
    yardstick: { name: `${SITES} SharedArrayBuffer threads`, value: median(threads) },
    ratio: run.ratio,
    ratios: run.ratios,
    higherIsBetter: true,
    target: hasTargets(run) ? target : null,
    p50: median(ms),
    p99: quantile(ms, 0.99),
    ...(unsound !== undefined && { failed: `${unsound.variant} by ${unsound.workers}: ${why}` }),
  };
}

/** The target speaks of problems of some size, and of sites that have a core each. */
function hasTargets({ size }: KernelRun): boolean {
  return size !== "tiny" && availableParallelism() >= SITES;
}

function meanOf(ratios: readonly number[], target: Target | null, failed: string | undefined): Measurement {
  const isWhole = ratios.length === ROW_9.length;
  const ratio = geometricMean(ratios);
  return {
    name: `geometric mean over ${isWhole ? "the" : "these"} ${ratios.length} kernels (speed)`,
    value: ratio,
    unit: "×",
    yardstick: { name: `${SITES} SharedArrayBuffer threads`, value: 1 },
    ratio,
    ratios: [ratio],
    higherIsBetter: true,
    target: isWhole ? target : null,
    p50: median(ratios),
    p99: quantile(ratios, 0.99),
    ...(failed !== undefined && { failed }),
  };
}
