import { loadOf, type PolicyMove, type ProcessView, type SiteView } from "./policy.ts";

/** A move makes sense between sites whose loads differ by so much: by less, it only exchanges who waits. */
export const MIN_DIFFERENCE = 2;
/** It must have been so for this many looks in a row: hysteresis against moving for a moment's imbalance. */
export const LOOKS = 2;
/** A process stays where it came to for at least so long, in milliseconds. */
export const MIN_STAY_MS = 500;

export interface BalanceOptions {
  /** What a move takes, in milliseconds. */
  readonly moveMs: number;
}

/**
 * Load balancing by age (Harchol-Balter and Downey, 1997): the lifetimes of processes are such that one that has run for long will
 * run for as long again, so the oldest pays a move back best, and one pays it back at all if it has run for longer than the move
 * takes, divided by how many fewer it will share the other site with. With hysteresis, since two sites that take turns in being a
 * little fuller would throw a process to and fro.
 */
export class Balancer {
  #looks = 0;
  #from = -1;
  #to = -1;

  /** One look at the cluster; the move to make, if any. */
  look(sites: readonly SiteView[], { moveMs }: BalanceOptions): PolicyMove | undefined {
    if (sites.length < 2) return undefined;
    const most = sites.reduce((a, b) => (loadOf(b) > loadOf(a) ? b : a));
    const least = sites.reduce((a, b) => (loadOf(b) < loadOf(a) ? b : a));
    const difference = loadOf(most) - loadOf(least);
    if (difference < MIN_DIFFERENCE) {
      this.#looks = 0;
      return undefined;
    }
    const isSame = this.#from === most.site && this.#to === least.site;
    this.#from = most.site;
    this.#to = least.site;
    this.#looks = isSame ? this.#looks + 1 : 1;
    if (this.#looks < LOOKS) return undefined;
    const minAgeMs = moveMs / (difference - 1);
    const oldest = most.processes
      .filter((one) => mayMove(one) && one.cpuMs >= minAgeMs)
      .reduce<ProcessView | undefined>((a, b) => (a === undefined || b.cpuMs > a.cpuMs ? b : a), undefined);
    if (oldest === undefined) return undefined;
    this.#looks = 0;
    return {
      process: oldest.id,
      from: most.site,
      to: least.site,
      reason:
        `load: site ${most.site} has ${loadOf(most)} to run and site ${least.site} has ${loadOf(least)}, and this is the oldest there ` +
        `that may move: it has run for ${oldest.cpuMs.toFixed(1)} ms, and ${minAgeMs.toFixed(1)} ms pay for a move of ${moveMs.toFixed(1)} ms`,
    };
  }
}

function mayMove({ policy, isRunnable, sinceMoveMs }: ProcessView): boolean {
  return policy === "load" && isRunnable && sinceMoveMs >= MIN_STAY_MS;
}

/**
 * Computation speedup: a site with nothing to do takes from the one where most wait for their turn, at once, whatever their age. The one that came
 * last goes: it has done least there. (Receiver-initiated, as work stealing: Blumofe and Leiserson, 1999.)
 */
export function spread(sites: readonly SiteView[]): PolicyMove | undefined {
  const idle = sites.find((site) => loadOf(site) === 0);
  if (idle === undefined) return undefined;
  const full = sites.reduce((a, b) => (loadOf(b) > loadOf(a) ? b : a));
  if (loadOf(full) < MIN_DIFFERENCE) return undefined;
  const last = full.processes
    .filter(({ policy, isRunnable }) => policy === "speedup" && isRunnable)
    .reduce<ProcessView | undefined>((a, b) => (a === undefined || b.sinceMoveMs < a.sinceMoveMs ? b : a), undefined);
  if (last === undefined) return undefined;
  return {
    process: last.id,
    from: full.site,
    to: idle.site,
    reason: `speedup: site ${idle.site} has nothing to do, and site ${full.site} has ${loadOf(full)} to run`,
  };
}
