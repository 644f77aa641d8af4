import type { Bench } from "../bench.ts";
import { clusterOf, type PagesCluster } from "../clusters.ts";
import { median } from "../figures.ts";
import { RawThreads } from "../raw/raw-threads.ts";
import { timed } from "../result.ts";
import { pagesAt } from "./page-rounds.ts";
import { alternate, t0, type Yardstick } from "./yardsticks.ts";

/** Elements of a 4 KiB page. */
const PER_PAGE = 512;

/** What many pages at once cost, each against the single miss; and false sharing under both kinds of consistency. */
export const manyPages: Bench = {
  row: "pages",
  title: "many pages at once, 2 sites; false sharing under both kinds of consistency",
  extra: true,
  async *run(context) {
    await using raw = new RawThreads(2);
    await using cluster = await clusterOf("pages", 2);
    const pages = Math.min(context.operations, 512);
    const array = await pagesAt(cluster, 1, pages);
    const rounds = [
      ["a sweep by get, per page", () => cluster.runAll("sweep", { array, site: 0 })],
      ["one read span over all pages, per page", () => cluster.runAll("span", { array, site: 0, write: false })],
      ["one write span over all pages, per page", () => cluster.runAll("span", { array, site: 0, write: true })],
    ] as const;
    for (const [name, work] of rounds) {
      const found = await alternate(context, name, raw, t0, async () => {
        await cluster.runAll("own", { array, site: 1 });
        return (await work())[0]!;
      });
      yield timed(name, found, { yardstick: "T0" });
    }
    for (const count of [1, 16]) yield* falseSharing(context, raw, cluster, count);
  },
};

async function* falseSharing(
  context: Parameters<Bench["run"]>[0],
  raw: RawThreads,
  cluster: PagesCluster,
  count: number,
): ReturnType<Bench["run"]> {
  const steps = Math.max(4, Math.floor(context.operations / 10));
  const open = (consistency: "sequential" | "release") =>
    cluster.memory.async.float64(`mixed ${count} ${consistency}`, count * PER_PAGE, { consistency });
  const [sequential, release] = [await open("sequential"), await open("release")];
  const step = async (array: typeof sequential) => (await cluster.runAll("mixedWriters", { array, steps }))[0]!;
  const yardstick: Yardstick = { name: "sequential consistency", measure: async () => median(await step(sequential)) };
  const name = `false sharing, ${count} page${count === 1 ? "" : "s"}, a step under release consistency`;
  const found = await alternate(context, name, raw, yardstick, () => step(release));
  yield timed(name, found, { yardstick: yardstick.name });
}
