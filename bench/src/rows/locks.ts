import type { Bench, BenchContext } from "../bench.ts";
import { clusterOf, type SyncCluster } from "../clusters.ts";
import { median, pooled, quantile } from "../figures.ts";
import { RawThreads } from "../raw/raw-threads.ts";
import { type Measurement, timed } from "../result.ts";
import { alternate, rtt } from "./yardsticks.ts";

/** Row 4: a free lock whose home is the other site, and a lock that both sites always want. */
export const locks: Bench = {
  row: "4",
  title: "locks, 2 sites",
  async *run(context) {
    await using raw = new RawThreads(2);
    await using cluster = await clusterOf("sync", 2);
    const name = await lockAt(cluster, 1);
    const count = context.operations;
    const free = await alternate(context, "free lock", raw, rtt, async () => {
      return (await cluster.runAll("freeLock", { name, count, worker: 0 }))[0]!;
    });
    yield timed("acquire a free lock of the other site", free, { yardstick: "RTT", target: { atMost: 1.3 } });
    const contended = await alternate(context, "contended lock", raw, rtt, async () => {
      return pooled(await cluster.runAll("contend", { name, count }));
    });
    yield timed("contended lock, alternating: one hand-off", contended, { yardstick: "RTT" });
    yield await messagesOnPath(context);
  },
};

/**
 * Two sites contend for a lock whose home is a third. A site sends two messages per hold (asked, released) if its lock goes
 * back to the home and on from there, which is two messages between the holders; it sends three (asked, granted, passed) if
 * it gives the lock to the next holder itself, which is one.
 */
async function messagesOnPath(context: BenchContext): Promise<Measurement> {
  await using cluster = await clusterOf("sync", 3);
  const name = await lockAt(cluster, 2);
  const count = Math.min(context.operations, 150);
  const paths: number[] = [];
  for (let round = 1 - context.warmUp; round <= context.rounds; round++) {
    context.progress(`hand-offs through a third site: round ${round} of ${context.rounds}`);
    const before = await serviceMessages(cluster);
    await cluster.runAll("contendAndHold", { name, count, holdMs: 0.4 });
    const after = await serviceMessages(cluster);
    // Not of the lock: two barriers, and at site 0, their root, the releases of two barriers of three sites.
    const overhead = 2 * 2 + 2 * 3;
    const sent = after[0]! - before[0]! + after[1]! - before[1]! - overhead;
    if (round > 0) paths.push(2 - (sent / (2 * count) - 2));
  }
  const path = median(paths);
  return {
    name: "contended lock: messages from holder to waiter (home elsewhere)",
    value: path,
    unit: "messages",
    yardstick: { name: "one message", value: 1 },
    ratio: path,
    ratios: paths,
    higherIsBetter: false,
    target: { atMost: 1.02 },
    p50: path,
    p99: quantile(paths, 0.99),
  };
}

/** A lock whose home is `site`: found from who sends messages when another site takes it. */
export async function lockAt(cluster: SyncCluster, site: number): Promise<string> {
  for (let n = 0; n < 64; n++) {
    const name = `lock ${n}`;
    const before = await serviceMessages(cluster);
    for (let i = 0; i < 8; i++) await cluster.run("touchLock", { name }, { site: (site + 1) % cluster.sites });
    const after = await serviceMessages(cluster);
    if (after[site]! - before[site]! >= 8) return name;
  }
  throw new Error(`no lock found whose home is site ${site}`);
}

async function serviceMessages(cluster: SyncCluster): Promise<number[]> {
  return (await cluster.stats()).sites.map((site) => site.serviceMessages);
}
