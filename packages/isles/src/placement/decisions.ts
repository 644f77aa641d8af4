import type { SiteLoad } from "./place.ts";

/** Decisions that are kept; older ones are forgotten. */
export const DECISIONS_KEPT = 256;

/** Where something was sent, and why: what `cluster.decisions` holds. */
export interface Decision {
  /** Milliseconds since the cluster was launched. */
  readonly at: number;
  /** What was placed: a function (`run`, `start`), a new process (`spawn`), or one that runs (`move`). */
  readonly what: "run" | "spawn" | "move";
  /** Of the function or process. */
  readonly name: string;
  readonly site: number;
  /** In words, with the figures that decided. */
  readonly reason: string;
  /** Where data decided: bytes of it at each site, owned, cached or there as the home's copy. */
  readonly bytes?: readonly number[];
  /** What each site had to do then. */
  readonly load?: readonly SiteLoad[];
}

/** The last decisions of a cluster, in a ring. */
export class Decisions implements Iterable<Decision> {
  readonly #kept: Decision[] = [];
  readonly #start = performance.now();
  readonly #trace: (what: string) => void;
  #recorded = 0;

  /** `trace` is told of each decision in words. */
  constructor(trace: (what: string) => void) {
    this.#trace = trace;
  }

  record(decision: Omit<Decision, "at">): void {
    const at = performance.now() - this.#start;
    this.#kept[this.#recorded++ % DECISIONS_KEPT] = { at, ...decision };
    const { what, name, site, reason } = decision;
    this.#trace(`${name} ${VERBS[what]} site ${site}: ${reason}`);
  }

  /** The oldest that is kept first. */
  *[Symbol.iterator](): Generator<Decision, undefined, undefined> {
    for (let i = Math.max(0, this.#recorded - DECISIONS_KEPT); i < this.#recorded; i++) {
      yield this.#kept[i % DECISIONS_KEPT]!;
    }
    return undefined;
  }
}

const VERBS = { run: "goes to", spawn: "is made on", move: "moves to" } as const;
