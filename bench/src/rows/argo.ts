import type { Bench } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import { median, pooled, quantile } from "../figures.ts";
import type { Measurement } from "../result.ts";
import { lockAt } from "./locks.ts";
import { pagesAt, storeRound } from "./page-rounds.ts";

/** ArgoDSM bb137c0, MPI in shared memory, on the machine that docs/MEASURED.md names, in µs. */
const argo = { writeMiss: 11.5, handOff: 21, barrier: 6.6, flagAndPage: 27 };

/** Row 15: what ArgoDSM, in C++, takes for the same. Its figures are published ones, not measured in this run. */
export const againstArgo: Bench = {
  row: "15",
  title: "against ArgoDSM's figures, 2 sites",
  async *run(context) {
    const count = context.operations;
    const repeat = async (what: string, once: () => Promise<ArrayLike<number>>): Promise<ArrayLike<number>[]> => {
      const rounds: ArrayLike<number>[] = [];
      for (let round = 1 - context.warmUp; round <= context.rounds; round++) {
        context.progress(`${what}: round ${round} of ${context.rounds}`);
        const samples = await once();
        if (round > 0) rounds.push(samples);
      }
      return rounds;
    };
    {
      await using cluster = await clusterOf("pages", 2);
      const array = await pagesAt(cluster, 1, Math.min(count, 512));
      const at = { owner: 1, writer: 0 };
      yield against("write miss", argo.writeMiss, await repeat("write miss", () => storeRound(cluster, array, at)));
      const flags = await Promise.all([0, 1].map((home) => cluster.memory.async.int32(`flag ${home}`, 1, { home })));
      const pages = await Promise.all([0, 1].map((home) => pagesAt(cluster, home, 1, `page ${home}`)));
      const trips = () =>
        cluster.runAll("flagAndPage", { flags, pages, count: Math.min(count, 250) }).then(([times]) => times!);
      yield against("flag and page, there and back", argo.flagAndPage, await repeat("flag and page", trips));
    }
    await using cluster = await clusterOf("sync", 2);
    const name = await lockAt(cluster, 1);
    const contend = () => cluster.runAll("contend", { name, count }).then((times) => pooled(times));
    yield against("lock hand-off, alternating", argo.handOff, await repeat("hand-off", contend));
    const barriers = () => cluster.runAll("barriers", { count }).then(([times]) => times!);
    yield against("barrier", argo.barrier, await repeat("barrier", barriers));
  },
};

function against(name: string, figure: number, rounds: readonly ArrayLike<number>[]): Measurement {
  const samples = pooled(rounds);
  const p50 = median(samples);
  return {
    name,
    value: p50,
    unit: "µs",
    yardstick: { name: "ArgoDSM", value: figure },
    ratio: p50 / figure,
    ratios: rounds.map((round) => median(round) / figure),
    higherIsBetter: false,
    target: { atMost: 1 },
    p50,
    p99: quantile(samples, 0.99),
  };
}
