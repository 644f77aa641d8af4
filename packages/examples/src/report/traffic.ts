/**
 * What sharing cost: the runtime's own counters, summed over the sites and the launcher (whose looks at the progress count
 * too). The one place that knows their names.
 */

export interface Traffic {
  /** Accesses that had to wait for a page, or for the right to write it. */
  readonly misses: number;
  /** Messages of the coherence protocol, and of barriers and reductions. */
  readonly messages: number;
  /** Bytes of pages. */
  readonly bytes: number;
  /** Time that sites spent waiting for pages and for each other. */
  readonly blockedMs: number;
}

/** The part of a cluster that counts. */
export interface Counting {
  stats(): Promise<{ readonly sites: readonly SiteCounters[] }>;
}

/** What is used of one site's counters. */
export interface SiteCounters {
  readonly readMisses: number;
  readonly writeMisses: number;
  readonly upgrades: number;
  readonly messages: number;
  readonly serviceMessages: number;
  readonly bytes: number;
  readonly blockedMs: number;
  readonly syncMs: number;
}

/** Runs some work and tells what it cost. */
export async function metered<T>(cluster: Counting, work: () => Promise<T>): Promise<{ result: T; traffic: Traffic }> {
  const before = await trafficOf(cluster);
  const result = await work();
  const after = await trafficOf(cluster);
  return {
    result,
    traffic: {
      misses: after.misses - before.misses,
      messages: after.messages - before.messages,
      bytes: after.bytes - before.bytes,
      blockedMs: after.blockedMs - before.blockedMs,
    },
  };
}

async function trafficOf(cluster: Counting): Promise<Traffic> {
  const { sites } = await cluster.stats();
  const sum = (count: (site: SiteCounters) => number) => sites.reduce((total, site) => total + count(site), 0);
  return {
    misses: sum((site) => site.readMisses + site.writeMisses + site.upgrades),
    messages: sum((site) => site.messages + site.serviceMessages),
    bytes: sum((site) => site.bytes),
    blockedMs: sum((site) => site.blockedMs + site.syncMs),
  };
}
