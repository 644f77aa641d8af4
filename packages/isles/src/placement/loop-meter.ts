import type { EventLoopUtilization } from "node:perf_hooks";

/** Over a shorter time than this, in milliseconds, how busy a loop was says nothing about how busy it is. */
const WINDOW_MIN_MS = 50;
/** A reading serves for this long, in milliseconds: it costs more than a decision. */
const FRESH_MS = 5;
/** What was longer ago than this, in milliseconds, does not count. */
const WINDOW_MAX_MS = 500;

/** Reads a thread's event loop: its use so far, or since an earlier reading. */
export type ReadLoop = (site: number, since?: EventLoopUtilization) => EventLoopUtilization | undefined;

/** How busy the sites' event loops are, read from outside: no message, and a thread that never polls is read as well. */
export class LoopMeter {
  readonly #read: ReadLoop;
  readonly #now: () => number;
  readonly #from: (EventLoopUtilization | undefined)[] = [];
  readonly #since: number[] = [];
  readonly #last: number[] = [];
  readonly #readAt: number[] = [];

  constructor(sites: number, read: ReadLoop, now: () => number) {
    this.#read = read;
    this.#now = now;
    for (let site = 0; site < sites; site++) this.restart(site);
  }

  /** What the loop has done so far does not count: a function has ended, say. Costs nothing. */
  restart(site: number): void {
    this.#from[site] = undefined;
    this.#last[site] = 0;
  }

  /** Share of the time, since it was first asked for after the restart but of half a second at most, in which the loop was busy. */
  use(site: number): number {
    const now = this.#now();
    const from = this.#from[site];
    if (from === undefined) {
      this.#begin(site, now);
      return this.#last[site]!;
    }
    const elapsed = now - this.#since[site]!;
    if (elapsed < WINDOW_MIN_MS || now - this.#readAt[site]! < FRESH_MS) return this.#last[site]!;
    this.#last[site] = this.#read(site, from)?.utilization ?? 0;
    this.#readAt[site] = now;
    if (elapsed > WINDOW_MAX_MS) this.#begin(site, now);
    return this.#last[site]!;
  }

  #begin(site: number, now: number): void {
    this.#from[site] = this.#read(site);
    this.#since[site] = now;
    this.#readAt[site] = now;
  }
}
