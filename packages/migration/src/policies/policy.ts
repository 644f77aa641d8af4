/**
 * Why a process is where it is: the textbook's five reasons for process migration, and two more. `load`: load balancing, the
 * default. `speedup`: spread over the sites for the sake of a short total time. `hardware`, `software`: where what the process says it
 * prefers is. `data`: where the data is that it reads. `every-yield`: on to the next site whenever it yields, for tests and demonstrations. `none`: where
 * it was put.
 */
export const POLICIES = ["load", "speedup", "hardware", "software", "data", "every-yield", "none"] as const;
export type PolicyName = (typeof POLICIES)[number];

/** What a process prefers to have where it runs, and what a site has. */
export interface Traits {
  readonly hardware?: readonly string[];
  readonly software?: readonly string[];
}

/** A process as policies see it. */
export interface ProcessView {
  readonly id: number;
  readonly policy: PolicyName;
  /** It runs or could: it does not wait for anything but its turn. */
  readonly isRunnable: boolean;
  /** That it has run so far, in milliseconds. */
  readonly cpuMs: number;
  /** Since it came to this site, in milliseconds. */
  readonly sinceMoveMs: number;
}

/** A site as policies see it. */
export interface SiteView {
  readonly site: number;
  /** Functions that run there or wait to. */
  readonly queue: number;
  readonly processes: readonly ProcessView[];
}

/** A move that a policy wants. */
export interface PolicyMove {
  readonly process: number;
  readonly from: number;
  readonly to: number;
  /** In words, with the figures that decided. */
  readonly reason: string;
}

/** What there is to do at a site. */
export function loadOf({ queue, processes }: SiteView): number {
  let load = queue;
  for (const process of processes) if (process.isRunnable) load++;
  return load;
}
