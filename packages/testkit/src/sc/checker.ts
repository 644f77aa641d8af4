import { formatStep, type Step, type Trace } from "./trace.ts";

export interface Verdict {
  /** "unknown": the search was given up at its limit. */
  readonly answer: "consistent" | "inconsistent" | "unknown";
  /** States looked at. */
  readonly states: number;
  /** For an inconsistent trace: where the search that came furthest got stuck. */
  readonly stuck: string;
}

/** States after which the search gives up. Traces of 4 sites × 100 steps take some thousands at most. */
const MAX_STATES = 2_000_000;

/**
 * Decides whether a trace is sequentially consistent (Lamport 1979): whether some order of all steps keeps each site's own
 * order and makes every read return the last value written before it. It knows nothing of pages, messages or protocols.
 *
 * A depth-first search over frontiers (how far each site has come, and what memory holds), each visited once. The general
 * problem is NP-complete (Gibbons and Korach 1997); two exact rules keep it small: a step that changes nothing and is
 * possible now can always be taken now; and a value that is still to be read, and will not be written again, must not be
 * overwritten.
 */
export function checkSequentialConsistency(trace: Trace): Verdict {
  return new Search(trace).run();
}

class Search {
  readonly #trace: Trace;
  readonly #next: number[];
  readonly #memory = new Map<number, number>();
  /** Reads and writes of a value at a location, "location:value", that have not been taken. */
  readonly #readsLeft = new Map<string, number>();
  readonly #writesLeft = new Map<string, number>();
  readonly #visited = new Set<string>();
  #furthest = -1;
  #stuck = "";

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#next = trace.map(() => 0);
    for (const { location, read, written } of trace.flat(2)) {
      this.#memory.set(location, 0);
      if (read !== undefined) count(this.#readsLeft, `${location}:${read}`, 1);
      if (written !== undefined) count(this.#writesLeft, `${location}:${written}`, 1);
    }
  }

  run(): Verdict {
    const found = this.#search();
    const states = this.#visited.size;
    if (found) return { answer: "consistent", states, stuck: "" };
    return { answer: states >= MAX_STATES ? "unknown" : "inconsistent", states, stuck: this.#stuck };
  }

  /** From the present frontier to the end of all sites, if there is a way. Leaves the frontier as it was otherwise. */
  #search(): boolean {
    const observed = this.#takeReads();
    if (this.#next.every((at, site) => at === this.#trace[site]!.length)) return true;
    const state = this.#fingerprint();
    if (!this.#visited.has(state) && this.#visited.size < MAX_STATES) {
      this.#visited.add(state);
      this.#noteStuck();
      for (let site = 0; site < this.#next.length; site++) {
        const step = this.#trace[site]![this.#next[site]!];
        if (step === undefined || !this.#isPossible(step) || !this.#keepsValues(step)) continue;
        const before = this.#take(site, step);
        if (this.#search()) return true;
        this.#undo(site, step, before);
      }
    }
    for (let site = 0; site < observed.length; site++) {
      for (let n = observed[site]!; n > 0; n--) this.#undo(site, this.#trace[site]![this.#next[site]! - 1]!, []);
    }
    return false;
  }

  /** Takes every step that changes nothing and is possible; how many, by site. */
  #takeReads(): number[] {
    return this.#trace.map((steps, site) => {
      let taken = 0;
      for (;;) {
        const step = steps[this.#next[site]!];
        if (step === undefined || step.some(({ written }) => written !== undefined) || !this.#isPossible(step))
          return taken;
        this.#take(site, step);
        taken++;
      }
    });
  }

  #isPossible(step: Step): boolean {
    for (const [at, { location, read }] of step.entries()) {
      if (read === undefined) continue;
      const earlier = step.slice(0, at).findLast((other) => other.location === location && other.written !== undefined);
      if ((earlier?.written ?? this.#memory.get(location)) !== read) return false;
    }
    return true;
  }

  /** Does the step overwrite no value that somebody else has yet to see and nobody will write again? */
  #keepsValues(step: Step): boolean {
    for (const { location, written } of step) {
      if (written === undefined) continue;
      const value = this.#memory.get(location)!;
      const key = `${location}:${value}`;
      const own = step.filter((access) => access.location === location && access.read === value).length;
      if (written !== value && (this.#readsLeft.get(key) ?? 0) > own && (this.#writesLeft.get(key) ?? 0) === 0)
        return false;
    }
    return true;
  }

  /** Performs a step; the values it overwrote, in order. */
  #take(site: number, step: Step): number[] {
    const overwritten: number[] = [];
    for (const { location, read, written } of step) {
      if (read !== undefined) count(this.#readsLeft, `${location}:${read}`, -1);
      if (written === undefined) continue;
      count(this.#writesLeft, `${location}:${written}`, -1);
      overwritten.push(this.#memory.get(location)!);
      this.#memory.set(location, written);
    }
    this.#next[site]!++;
    return overwritten;
  }

  #undo(site: number, step: Step, overwritten: number[]): void {
    this.#next[site]!--;
    for (let at = step.length - 1; at >= 0; at--) {
      const { location, read, written } = step[at]!;
      if (read !== undefined) count(this.#readsLeft, `${location}:${read}`, 1);
      if (written === undefined) continue;
      count(this.#writesLeft, `${location}:${written}`, 1);
      this.#memory.set(location, overwritten.pop()!);
    }
  }

  #fingerprint(): string {
    return `${this.#next.join(",")};${[...this.#memory.values()].join(",")}`;
  }

  #noteStuck(): void {
    const taken = this.#next.reduce((sum, at) => sum + at, 0);
    if (taken <= this.#furthest) return;
    this.#furthest = taken;
    const memory = [...this.#memory].map(([location, value]) => `[${location}]=${value}`).join(" ");
    const sites = this.#next.map((at, site) => {
      const step = this.#trace[site]![at];
      return `site ${site} before its step ${at}${step === undefined ? " (its end)" : `, ${formatStep(step)}`}`;
    });
    this.#stuck = `memory ${memory}; ${sites.join("; ")}`;
  }
}

function count(table: Map<string, number>, key: string, change: number): void {
  table.set(key, (table.get(key) ?? 0) + change);
}
