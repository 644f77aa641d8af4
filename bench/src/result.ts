import { median, pooled, quantile } from "./figures.ts";
import type { Machine } from "./machine.ts";

/** What the ratio is measured against. */
export interface Yardstick {
  readonly name: string;
  /** In the result's unit. */
  readonly value: number;
}

/** One measured thing of a row of TARGETS.md. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly yardstick: Yardstick;
  /** Value to yardstick (or the other way round for speeds): the median over rounds of the rounds' own ratios. */
  readonly ratio: number;
  /** What the ratio must reach; null for what is only reported. */
  readonly target: Target | null;
  readonly p50: number;
  readonly p99: number;
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
  const { name, value, unit, yardstick, ratio, target, p50, p99 } = measurement;
  return {
    row,
    name,
    value,
    unit,
    yardstick,
    ratio,
    target: target === null ? null : "atMost" in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`,
    met: target === null ? null : "atMost" in target ? ratio <= target.atMost : ratio >= target.atLeast,
    p50,
    p99,
    machine,
    date: new Date().toISOString(),
  };
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
    target,
    p50,
    p99: quantile(all, 0.99),
  };
}

/** A measurement of speeds: the ratio is the yardstick's time to the subject's. */
export function speed(name: string, rounds: Rounds, comparison: Comparison): Measurement {
  const { ratio, ...rest } = timed(name, rounds, comparison);
  return { ...rest, ratio: 1 / ratio };
}
