import type { Times } from "@isles/base";

/** What one endpoint did for one shared array, since it was made. */
export interface ArrayStats {
  /** Loads and read spans that had to fetch a page. */
  readMisses: number;
  /** Stores and write spans that had to fetch a page. */
  writeMisses: number;
  /** Stores and write spans that found the page readable and only asked for the right to write. */
  upgrades: number;
  /** Pages that came from their owner rather than from their home (three hops). */
  forwardedMisses: number;
  /** Copies given up because another site writes. */
  invalidations: number;
  /** Pages whose home moved to this endpoint, because it wrote them again and again. */
  homeMoves: number;
  /** Protocol messages sent, of all kinds. */
  messages: number;
  /** Bytes of pages sent. */
  bytes: number;
  /** Milliseconds that the program waited for pages. */
  blockedMs: number;
  /** The longest of these waits, and the page that it was for; -1 before the first. */
  longestWaitMs: number;
  longestWaitPage: number;
}

/** What one endpoint did altogether. Its times leave nothing out and count nothing twice; the sums above them do. */
export interface SiteStats extends ArrayStats, Times {
  site: number;
  /** Milliseconds that the program waited in locks, barriers and other synchronisation. */
  syncMs: number;
  /** Messages of locks, barriers and other services. */
  serviceMessages: number;
  /** What the site waits for at this moment: the way to find out why a program hangs. */
  waitingFor: string[];
}

export function emptyArrayStats(): ArrayStats {
  return {
    readMisses: 0,
    writeMisses: 0,
    upgrades: 0,
    forwardedMisses: 0,
    invalidations: 0,
    homeMoves: 0,
    messages: 0,
    bytes: 0,
    blockedMs: 0,
    longestWaitMs: 0,
    longestWaitPage: -1,
  };
}

/** Adds `more` to `sum`, field by field; of the longest waits the longer one stays. */
export function addStats(sum: ArrayStats, more: ArrayStats): void {
  const { longestWaitMs, longestWaitPage } = sum.longestWaitMs >= more.longestWaitMs ? sum : more;
  for (const key of Object.keys(emptyArrayStats()) as (keyof ArrayStats)[]) sum[key] += more[key];
  Object.assign(sum, { longestWaitMs, longestWaitPage });
}

/** Notes a wait for a page, in milliseconds. */
export function noteWait(stats: ArrayStats, page: number, ms: number): void {
  stats.blockedMs += ms;
  if (ms <= stats.longestWaitMs) return;
  stats.longestWaitMs = ms;
  stats.longestWaitPage = page;
}
