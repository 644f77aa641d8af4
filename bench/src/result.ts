import { median, pooled, quantile } from "./figures.ts";
import type { Machine } from "./machine.ts";
import type { KernelRun } from "./macro/kernel-run.ts";

/** What the ratio is measured against. */
export interface Yardstick {
  readonly name: string;
  /** In the result's unit. */
  readonly value: number;
}

/** One measured thing of a row of the targets. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly yardstick: Yardstick;
  /** Value to yardstick (or the other way round for speeds): the median over rounds of the rounds' own ratios. */
  readonly ratio: number;
  /** Of each round: how far they lie apart is the noise. */
  readonly ratios: readonly number[];
  /** Whether a larger ratio is a better one, as with speeds. */
  readonly higherIsBetter: boolean;
  /** What the ratio must reach; null for what is only reported. */
  readonly target: Target | null;
  readonly p50: number;
  readonly p99: number;
  /** Why the figures count for nothing, if they do: a result that was wrong, a variant that failed. The target is missed then. */
  readonly failed?: string;
}

export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** A measurement as it is printed. */
export interface Result extends Omit<Measurement, "target"> {
  readonly row: string;
  /** The bound, "<= 1.3" or ">= 0.97"; null for what is only reported. */
  readonly target: string | null;
  readonly met: boolean | null;
  readonly machine: Machine;
  readonly date: string;
}

export function resultOf(row: string, measurement: Measurement, machine: Machine): Result {
  const { target, ...rest } = measurement;
  const { ratio, failed } = rest;
  return {
    row,
    ...rest,
    target: target === null ? null : "atMost" in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`,
    met: target === null ? null : failed === undefined && reaches(ratio, target),
    machine,
    date: new Date().toISOString(),
  };
}

/** What one variant of a kernel did, as it is printed. */
export interface KernelResult extends KernelRun {
  readonly row: string;
  readonly machine: Machine;
  readonly date: string;
}

/** A line of `--json`. */
export type AnyResult = Result | KernelResult;

export function kernelResultOf(row: string, run: KernelRun, machine: Machine): KernelResult {
  return { row, ...run, machine, date: new Date().toISOString() };
}

export function isKernelResult(result: AnyResult): result is KernelResult {
  return "kernel" in result;
}

function reaches(ratio: number, target: Target): boolean {
  return "atMost" in target ? ratio <= target.atMost : ratio >= target.atLeast;
}

/** Samples of one subject, and in the same rounds its yardstick's value. */
export interface Rounds {
  /** Microseconds (or what the unit says), per round. */
  readonly subject: readonly ArrayLike<number>[];
  /** One value per round. */
  readonly yardstick: readonly number[];
}

/** What the rounds are compared with, and how. */
export interface Comparison {
  /** Its name. */
  readonly yardstick: string;
  readonly unit?: string;
  readonly target?: Target | null;
}

/** A measurement of times: the ratio pairs each round with its own yardstick, so that what disturbs both cancels out. */
export function timed(
  name: string,
  rounds: Rounds,
  { yardstick, unit = "µs", target = null }: Comparison,
): Measurement {
  const all = pooled(rounds.subject);
  const ratios = rounds.subject.map((samples, round) => median(samples) / rounds.yardstick[round]!);
  const p50 = median(all);
  return {
    name,
    value: p50,
    unit,
    yardstick: { name: yardstick, value: median(rounds.yardstick) },
    ratio: median(ratios),
    ratios,
    higherIsBetter: false,
    target,
    p50,
    p99: quantile(all, 0.99),
  };
}

/** A measurement of speeds: the ratio is the yardstick's time to the subject's. */
export function speed(name: string, rounds: Rounds, comparison: Comparison): Measurement {
  const { ratio, ratios, ...rest } = timed(name, rounds, comparison);
  return { ...rest, ratio: 1 / ratio, ratios: ratios.map((one) => 1 / one), higherIsBetter: true };
}
