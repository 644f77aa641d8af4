/** What got slower or faster since an earlier run. Ratios to yardsticks are compared, never times: those depend on the machine. */
import { median, robustDeviation } from "./figures.ts";
import { BUSY } from "./machine.ts";
import { isSound } from "./macro/kernel-run.ts";
import { type AnyResult, isKernelResult } from "./result.ts";

/** A change smaller than this is none, whatever the rounds say: two runs of the same code differ by so much. */
const LEAST_CHANGE = 0.1;
/** Half the width of the noise band, in robust standard deviations of one round. */
const DEVIATIONS = 2;
/** Fewer rounds say nothing about noise. */
const LEAST_ROUNDS = 3;
/** Units of what is counted and not timed: one round is enough. */
const COUNTED = ["B"];

export type Change = "slower" | "faster" | "same" | "broken" | "mended" | "unknown";

/** One thing measured in both runs. */
export interface Compared {
  readonly name: string;
  /** Median ratios. NaN for a run that gave none. */
  readonly before: number;
  readonly after: number;
  /** How much better it has become: 1.1 is a tenth; NaN if that cannot be said. */
  readonly gain: number;
  /** The noise: a gain between 1 / (1 + band) and 1 + band is none. */
  readonly band: number;
  readonly change: Change;
  /** Other processes had a good part of the machine in one of the two runs: the rounds do not show all of that noise. */
  readonly isDoubtful: boolean;
}

export interface Differences {
  readonly compared: readonly Compared[];
  /** Measured in only one of the two runs. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** How the machines differ, in words; undefined if they do not. */
  readonly otherMachine: string | undefined;
}

/** A result's ratios, which way is better, and what it is called; undefined for what has no ratio. */
interface Comparable {
  readonly name: string;
  readonly ratios: readonly number[];
  readonly higherIsBetter: boolean;
  readonly isCounted: boolean;
  readonly isSound: boolean;
  readonly wasBusy: boolean;
}

/**
 * Compares two runs. The noise of one is the spread of its rounds: a change counts if the medians lie further apart than
 * {@link DEVIATIONS} deviations of a round, those of both runs added up as variances, and than {@link LEAST_CHANGE}.
 */
export function compareRuns(before: readonly AnyResult[], after: readonly AnyResult[]): Differences {
  const old = byName(before);
  const fresh = byName(after);
  const compared = [...fresh].flatMap(([name, now]) => {
    const then = old.get(name);
    return then === undefined ? [] : [compareOne(then, now)];
  });
  return {
    compared,
    onlyBefore: [...old.keys()].filter((name) => !fresh.has(name)),
    onlyAfter: [...fresh.keys()].filter((name) => !old.has(name)),
    otherMachine: otherMachine(before[0], after[0]),
  };
}

function compareOne(then: Comparable, now: Comparable): Compared {
  const before = median(then.ratios);
  const after = median(now.ratios);
  const gain = now.higherIsBetter ? after / before : before / after;
  const band = bandOf(then, now);
  const change = changeOf(then, now, gain, band);
  return { name: now.name, before, after, gain, band, change, isDoubtful: then.wasBusy || now.wasBusy };
}

function changeOf(then: Comparable, now: Comparable, gain: number, band: number): Change {
  if (!now.isSound) return then.isSound ? "broken" : "unknown";
  if (!then.isSound) return "mended";
  const hasEnough = (one: Comparable) => one.isCounted || one.ratios.length >= LEAST_ROUNDS;
  if (!hasEnough(then) || !hasEnough(now) || !(gain > 0)) return "unknown";
  if (gain > 1 + band) return "faster";
  return gain < 1 / (1 + band) ? "slower" : "same";
}

/** Of logarithms, so that twice and half are equally far. */
function bandOf(then: Comparable, now: Comparable): number {
  const deviation = (one: Comparable) => robustDeviation(one.ratios.map(Math.log));
  const noise = Math.exp(DEVIATIONS * Math.hypot(deviation(then), deviation(now))) - 1;
  return Number.isNaN(noise) ? LEAST_CHANGE : Math.max(LEAST_CHANGE, noise);
}

function byName(results: readonly AnyResult[]): Map<string, Comparable> {
  const all = new Map<string, Comparable>();
  for (const result of results) {
    const one = comparableOf(result);
    if (one !== undefined) all.set(one.name, one);
  }
  return all;
}

function comparableOf(result: AnyResult): Comparable | undefined {
  const { row, ratios, machine } = result;
  const wasBusy = machine.othersBusy > BUSY;
  if (!isKernelResult(result)) {
    const { name, yardstick, higherIsBetter, failed, unit } = result;
    const isCounted = COUNTED.includes(unit);
    return {
      name: `${row}. ${name} vs ${yardstick.name}`,
      ratios,
      higherIsBetter,
      isCounted,
      isSound: failed === undefined,
      wasBusy,
    };
  }
  const { kernel, size, variant, workers } = result;
  if (ratios.length === 0 && isSound(result)) return undefined; // the yardsticks themselves
  const name = `${row}. ${kernel} ${size}, ${variant} by ${workers} vs threads`;
  return { name, ratios, higherIsBetter: true, isCounted: false, isSound: isSound(result), wasBusy };
}

function otherMachine(before: AnyResult | undefined, after: AnyResult | undefined): string | undefined {
  if (before === undefined || after === undefined) return undefined;
  const words = ({ machine }: AnyResult) =>
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node.split(".")[0]}`;
  const [then, now] = [words(before), words(after)];
  return then === now ? undefined : `${then}; this one is ${now}`;
}

/** What a run that must not be slower is held to: nothing that a busy machine may have done. */
export function gotWorse({ compared }: Differences): boolean {
  return compared.some(({ change, isDoubtful }) => change === "broken" || (change === "slower" && !isDoubtful));
}

/** The lines for a terminal: what changed, and a count of what did not. */
export function differenceLines(
  { compared, onlyBefore, onlyAfter, otherMachine }: Differences,
  file: string,
): string[] {
  const lines = [`compared with ${file}`];
  if (otherMachine !== undefined)
    lines.push(`  it comes from another machine, ${otherMachine}: even ratios need not agree`);
  const order: readonly Change[] = ["broken", "slower", "faster", "mended"];
  for (const change of order) {
    for (const one of compared.filter((found) => found.change === change)) lines.push(`  ${changeLine(one)}`);
  }
  const count = (change: Change) => compared.filter((one) => one.change === change).length;
  lines.push(`  ${count("same")} within their noise, ${count("slower")} slower, ${count("faster")} faster`);
  if (count("unknown") > 0) lines.push(`  ${count("unknown")} had too few rounds to judge`);
  if (onlyBefore.length > 0) lines.push(`  ${onlyBefore.length} only in ${file}`);
  if (onlyAfter.length > 0) lines.push(`  ${onlyAfter.length} only in this run`);
  return lines;
}

function changeLine({ name, before, after, gain, band, change, isDoubtful }: Compared): string {
  if (change === "broken" || change === "mended") return `${change.toUpperCase()}  ${name}`;
  const percent = (factor: number) => `${Math.abs((factor - 1) * 100).toFixed(0)} %`;
  const words = change === "slower" ? percent(1 / gain) : percent(gain);
  const figures = `ratio ${before.toPrecision(3)} → ${after.toPrecision(3)} (noise ${percent(1 + band)})`;
  return `${change.toUpperCase()} by ${words}  ${name}: ${figures}${isDoubtful ? ", doubtful: the machine was busy" : ""}`;
}
