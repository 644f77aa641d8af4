import type { Bench, BenchContext } from "../bench.ts";
import { clusterOf, type SyncCluster } from "../clusters.ts";
import { pooled } from "../figures.ts";
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
    yield* handOff(context, raw, cluster, name);
  },
};

async function* handOff(
  context: BenchContext,
  raw: RawThreads,
  cluster: SyncCluster,
  name: string,
): AsyncIterable<Measurement> {
  const count = context.operations;
  let messages = 0;
  const rounds = await alternate(context, "contended lock", raw, rtt, async () => {
    const before = await serviceMessages(cluster);
    const times = pooled(await cluster.runAll("contend", { name, count }));
    messages = sum(await serviceMessages(cluster)) - sum(before);
    return times;
  });
  yield timed("contended lock, alternating: one hand-off", rounds, { yardstick: "RTT" });
  // Asked, Next, Grant, Passed when the holder gives the lock to the next waiter itself; Asked, Released, Grant when it
  // goes back to the home first. The counting itself and the two barriers take a dozen messages.
  const perHold = messages / (2 * count);
  const direct = Math.min(1, Math.max(0, perHold - 3));
  yield {
    name: "contended lock: messages from holder to waiter",
    value: 2 - direct,
    unit: "messages",
    yardstick: { name: "one message", value: 1 },
    ratio: 2 - direct,
    target: { atMost: 1.02 },
    p50: direct >= 0.5 ? 1 : 2,
    p99: direct >= 0.99 ? 1 : 2,
  };
}

/** A lock whose home is `site`: found from who sends messages when another site takes it. */
export async function lockAt(cluster: SyncCluster, site: number): Promise<string> {
  for (let n = 0; n < 64; n++) {
    const name = `lock ${n}`;
    const before = await serviceMessages(cluster);
    for (let i = 0; i < 8; i++) await cluster.run("touchLock", { name }, { site: 1 - site });
    const after = await serviceMessages(cluster);
    if (after[site]! - before[site]! >= 8) return name;
  }
  throw new Error(`no lock found whose home is site ${site}`);
}

async function serviceMessages(cluster: SyncCluster): Promise<number[]> {
  return (await cluster.stats()).sites.map((site) => site.serviceMessages);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
