/** One result of the demo: a job at a number of sites. */
import type { Traffic } from "../report/traffic.ts";

export interface Row {
  readonly job: string;
  readonly sites: number;
  readonly verified: boolean;
  /** What the result was compared with, in a word or two. */
  readonly against: string;
  readonly ms: number;
  /** Time of the same kernel on plain typed arrays, by one thread. */
  readonly serialMs: number;
  readonly traffic: Traffic;
}

/** How many times as fast as plain typed arrays. */
export function speedOf({ ms, serialMs }: Row): number {
  return serialMs / ms;
}

/** The row for machines. */
export function rowAsJson(row: Row): string {
  const { traffic, ...rest } = row;
  return JSON.stringify({ ...rest, speed: speedOf(row), ...traffic });
}

/** The words after a finished task. */
export function noteOn(row: Row): string {
  const verdict = row.verified ? "verified" : "WRONG";
  return `${verdict} (${row.against}), ${seconds(row.ms)}, ${speedOf(row).toFixed(2)} × plain arrays`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

export function siteCount(sites: number): string {
  return sites === 1 ? "1 site" : `${sites} sites`;
}

/** The run whose time is in the middle. */
export function medianRun<T extends { readonly ms: number }>(runs: readonly T[]): T {
  return runs.toSorted((a, b) => a.ms - b.ms)[runs.length >> 1];
}
