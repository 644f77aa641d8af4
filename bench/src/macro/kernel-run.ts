import type { KernelAnswer, SizeName, Times, Verdict } from "@isles/examples";
import { median } from "../figures.ts";
import type { Variant } from "./kernels.ts";

/** Where one worker's time went in a timed run, in milliseconds: the waits of {@link Times}, and what is left for computing. */
export interface Breakdown extends Times {
  readonly computeMs: number;
}

/** What one variant of a kernel did with so many workers. */
export interface KernelRun {
  readonly kernel: string;
  readonly size: SizeName;
  readonly variant: Variant;
  readonly workers: number;
  /** The very first run of these workers, in seconds, when the optimiser knew nothing yet; null if there was none. */
  readonly firstSeconds: number | null;
  /** Of each counted round: the slowest worker's, from barrier to barrier. */
  readonly seconds: readonly number[];
  /** Speed compared with hand-written threads in the same rounds, by as many workers: their time to this one's. Empty without them. */
  readonly ratios: readonly number[];
  /** Their median; null without any. */
  readonly ratio: number | null;
  /** The serial run's median to this one's; null if there was no serial run. */
  readonly speedup: number | null;
  /** Of the first run whose result was wrong, else of the last one; null if there was no run. */
  readonly verdict: Verdict | null;
  /** Why there are no further figures, if that is so. */
  readonly failed: string | null;
  /** By worker, means over the counted rounds; null if the variant cannot say. */
  readonly breakdown: readonly Breakdown[] | null;
}

/** What a round of one contestant gave. */
export interface KernelRound {
  readonly seconds: number;
  readonly verdict: Verdict;
  readonly breakdown: readonly Breakdown[] | null;
}

/** From all workers' answers. Throws Error if nobody checked. */
export function roundOf(answers: readonly KernelAnswer[]): KernelRound {
  const verdict = answers.find((answer) => answer.verdict !== undefined)?.verdict;
  if (verdict === undefined) throw new Error("no worker has checked the result");
  const runs = answers[0]!.seconds.map((_, run) => Math.max(...answers.map((answer) => answer.seconds[run]!)));
  const breakdown = answers.every(({ times }) => times !== undefined) ? answers.map(meanBreakdown) : null;
  return { seconds: median(runs), verdict, breakdown };
}

function meanBreakdown({ seconds, times }: KernelAnswer): Breakdown {
  return meanOf(times!.map((waits, run) => withCompute(waits, seconds[run]! * 1000)));
}

function withCompute(waits: Times, ms: number): Breakdown {
  const waited = Object.values(waits as unknown as Record<string, number>).reduce((sum, one) => sum + one, 0);
  return { ...waits, computeMs: Math.max(0, ms - waited) };
}

/** The means of several breakdowns. */
export function meanOf(breakdowns: readonly Breakdown[]): Breakdown {
  const keys = Object.keys(breakdowns[0]!) as (keyof Breakdown)[];
  const mean = (key: keyof Breakdown) => breakdowns.reduce((sum, one) => sum + one[key], 0) / breakdowns.length;
  return Object.fromEntries(keys.map((key) => [key, mean(key)])) as unknown as Breakdown;
}

/** What of a contestant is known when its rounds are over. */
export interface Rounds {
  readonly kernel: string;
  readonly size: SizeName;
  readonly variant: Variant;
  readonly workers: number;
  readonly firstSeconds: number | null;
  /** By number of the round; a contestant can have taken part in fewer. */
  readonly rounds: readonly KernelRound[];
  readonly failed: string | null;
}

/** Puts them in relation to the threads of the same rounds and to the serial run's median, in seconds. */
export function kernelRunOf(own: Rounds, threads: Rounds | undefined, serial: number | undefined): KernelRun {
  const { rounds, ...rest } = own;
  const seconds = rounds.map((round) => round.seconds);
  const others = own.variant === "serial" ? [] : (threads?.rounds ?? []);
  const ratios = seconds.slice(0, others.length).map((time, round) => others[round]!.seconds / time);
  const wrong = rounds.find(({ verdict }) => !verdict.ok);
  return {
    ...rest,
    seconds,
    ratios,
    ratio: ratios.length > 0 ? median(ratios) : null,
    speedup: serial !== undefined && seconds.length > 0 ? serial / median(seconds) : null,
    verdict: (wrong ?? rounds.at(-1))?.verdict ?? null,
    breakdown: meanOfWorkers(rounds),
  };
}

function meanOfWorkers(rounds: readonly KernelRound[]): Breakdown[] | null {
  const all = rounds.flatMap(({ breakdown }) => (breakdown === null ? [] : [breakdown]));
  if (all.length === 0) return null;
  return all[0]!.map((_, worker) => meanOf(all.map((one) => one[worker]!)));
}

/** Whether the figures count: the workers came to an end and the result was right in every run. */
export function isSound({ failed, verdict }: KernelRun): boolean {
  return failed === null && verdict?.ok === true;
}

/** Figures with a mean in the sense of ratios. */
export function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}
