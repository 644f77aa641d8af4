import type { SharedArray } from "isles";
import type { PagesCluster } from "../clusters.ts";

type Pages = SharedArray<Float64Array>;
const PER_PAGE = 512;

/** Makes an array of 4 KiB pages whose home is `home`. */
export function pagesAt(cluster: PagesCluster, home: number, pages: number, name = `pages of ${home}`): Promise<Pages> {
  return cluster.memory.async.float64(name, pages * PER_PAGE, { home });
}

/** One round of read misses at `reader`. `owner` has written every page since the last round; null: nobody has. */
export async function loadRound(
  cluster: PagesCluster,
  array: Pages,
  { owner, reader }: { owner: number | null; reader: number },
) {
  if (owner !== null) await cluster.runAll("own", { array, site: owner });
  return (await cluster.runAll("loads", { array, site: reader }))[reader]!;
}

/** Like `loadRound`, but the launcher has read every page since: the home copy is good, no site owns any page. */
export async function cleanLoadRound(
  cluster: PagesCluster,
  array: Pages,
  { owner, reader }: { owner: number; reader: number },
) {
  await cluster.runAll("own", { array, site: owner });
  (await array.async.read()).release();
  return (await cluster.runAll("loads", { array, site: reader }))[reader]!;
}

/** One round of upgrades at `writer`, every other site being a sharer of every page. */
export async function upgradeRound(cluster: PagesCluster, array: Pages, writer: number) {
  await cluster.runAll("share", { array });
  return (await cluster.runAll("stores", { array, site: writer }))[writer]!;
}

/** One round of write misses at `writer`; `owner` has written every page since the last. */
export async function storeRound(
  cluster: PagesCluster,
  array: Pages,
  { owner, writer }: { owner: number; writer: number },
) {
  await cluster.runAll("own", { array, site: owner });
  return (await cluster.runAll("stores", { array, site: writer }))[writer]!;
}
