import type { Cluster, Site } from "isles";
import { outcomeKey } from "./outcomes.ts";
import type { LitmusRun, LitmusValues } from "./site.ts";

/** What the program of a cluster that runs litmus tests exports. */
export type LitmusProgram = { litmus(site: Site, run: LitmusRun): LitmusValues };

/** Runs a litmus test on the cluster's sites; how often each outcome was seen. */
export async function observeLitmus(cluster: Cluster<LitmusProgram>, run: LitmusRun): Promise<Map<string, number>> {
  const { test, rounds, instances } = run;
  if (test.sites.length > cluster.sites) throw new Error(`${test.name} needs ${test.sites.length} sites`);
  const bySite = await cluster.runAll("litmus", run);
  const seen = new Map<string, number>();
  for (let at = 0; at < rounds * instances; at++) {
    // Every register is known to the one site that played its role in this round, and 0 at the others.
    const key = outcomeKey(test, (name) => bySite.reduce((sum, values) => sum + values[name]![at]!, 0));
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return seen;
}
