/**
 * What every kernel of the collection has in common, however its workers share their work: the sites of a cluster, threads
 * over a SharedArrayBuffer, workers that pass messages, or one thread alone. The same arithmetic (../kernels), the same
 * sizes, the same checks, the same places where the clock starts and stops.
 */
import type { Times } from "isles";

export type { Times };

/** "tiny" is for tests (some milliseconds), "S" a second or less by one thread, "W" a few seconds at most, "A" longer. */
export const SIZES = ["tiny", "S", "W", "A"] as const;
export type SizeName = (typeof SIZES)[number];

/** What any kernel can be asked; everything has a default, so that `isles run` needs no `--args`. */
export interface KernelArgs {
  /** Default "S". */
  readonly size?: SizeName;
  /** Untimed runs before the timed ones, for the optimiser and for pages to find their place. Default 0. */
  readonly warmUps?: number;
  /** Timed runs, each from the same start. Default 1. */
  readonly repeats?: number;
  /** Check the result of every timed run against `against`; default true. Without it the verdict is no verdict. */
  readonly check?: boolean;
  /**
   * At the end, start once more and check that the check is not satisfied before the work is done: it would be looking at what an
   * earlier run has left. No result is there afterwards. Default false.
   */
  readonly checkStart?: boolean;
  /** Count the steps where the launcher can see it. Default false. */
  readonly progress?: boolean;
}

/** What a check found. */
export interface Verdict {
  readonly ok: boolean;
  /** What the result was compared with, and how closely: "the published zeta, relative 1e-10"; "the serial run, bit for bit". */
  readonly against: string;
  /** What was found, in a few words with figures. */
  readonly found: string;
}

/** What each worker of a kernel reports. */
export interface KernelAnswer {
  readonly kernel: string;
  readonly size: SizeName;
  /** How many shared the work. */
  readonly workers: number;
  /** Of each timed run, from barrier to barrier, in seconds. */
  readonly seconds: readonly number[];
  /** Worker 0's, of the worst timed run; undefined at the others, and if no check was asked for. */
  readonly verdict: Verdict | undefined;
  /** Where this worker's time went in each timed run, if it can say so. */
  readonly times?: readonly Times[];
}

/** Part of something: `start` included, `end` not. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** Workers in step with each other, seen from one of them. A `Site` is one, and so is a thread of the benchmark's. */
export interface Team {
  /** 0 … count-1. */
  readonly id: number;
  readonly count: number;
  /** This worker's part of so many things: parts differ by one at most and are in the order of the workers. */
  share(length: number): Part;
  barrier(): void;
  /** Everybody's values, combined; everybody gets the result. */
  reduce(name: string, value: number, combine: (a: number, b: number) => number): number;
  times?(): Times;
}
