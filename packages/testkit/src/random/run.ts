import type { Cluster, Site } from "isles";
import type { Step } from "../sc/trace.ts";
import { planRandom, type RandomRun } from "./plan.ts";
import { playRandomAsync } from "./play-async.ts";

/** What the program of a cluster that runs random programs exports. */
export type RandomProgram = { random(site: Site, run: RandomRun): Step[] | Promise<Step[]> };

/** Runs a random program on all sites and, asynchronously, on the launcher; what each did. */
export async function traceRandom(cluster: Cluster<RandomProgram>, run: RandomRun): Promise<Step[][]> {
  const [sites, launcher] = await Promise.all([
    cluster.runAll("random", run),
    playRandomAsync(cluster.memory, run.sites, run),
  ]);
  for (const { name } of planRandom(run).arrays) await cluster.memory.async.free(name);
  return [...sites, launcher];
}
