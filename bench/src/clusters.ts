import { type Cluster, launch } from "isles";
import type * as Affinity from "./programs/affinity.program.ts";
import type * as Bulk from "./programs/bulk.program.ts";
import type * as Generators from "./programs/generators.program.ts";
import type * as Loops from "./programs/loops.program.ts";
import type * as Memory from "./programs/memory.program.ts";
import type * as Pages from "./programs/pages.program.ts";
import type * as Processes from "./programs/processes.program.ts";
import type * as Rpc from "./programs/rpc.program.ts";
import type * as Sync from "./programs/sync.program.ts";

interface Programs {
  pages: typeof Pages;
  sync: typeof Sync;
  loops: typeof Loops;
  memory: typeof Memory;
  rpc: typeof Rpc;
  generators: typeof Generators;
  processes: typeof Processes;
  bulk: typeof Bulk;
  affinity: typeof Affinity;
}

export type ProcessesCluster = Cluster<typeof Processes>;
export type PagesCluster = Cluster<typeof Pages>;
export type RpcCluster = Cluster<typeof Rpc>;
export type SyncCluster = Cluster<typeof Sync>;

/** A cluster that runs one of the bench's programs. */
export function clusterOf<K extends keyof Programs>(program: K, sites: number): Promise<Cluster<Programs[K]>> {
  return launch<Programs[K]>({ program: new URL(`./programs/${program}.program.js`, import.meta.url), sites });
}
