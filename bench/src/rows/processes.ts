import type { Bench, BenchContext } from "../bench.ts";
import { clusterOf, type ProcessesCluster } from "../clusters.ts";
import { type GeneratorName, generators } from "../raw/generators.ts";
import { type Measurement, type Target, timed } from "../result.ts";
import { InTurn } from "./in-turn.ts";
import { type Journey, journey } from "./journey.ts";

/** Yields of each generator, for some 50 ms a round. */
const STEPS: Record<GeneratorName, number> = {
  counts: 4e6,
  walks: 2e4,
  nests: 1e6,
  iterates: 2e6,
  guards: 4e6,
};
const QUICK = 1 / 50;

const WORDS: Record<GeneratorName, string> = {
  counts: "a counter",
  walks: "a loop that yields in one turn of a thousand",
  nests: "a counter behind two yield*",
  iterates: "for…of over an array",
  guards: "try/finally around the yield",
};

/** The target of row 11, in microseconds. */
const FREEZE_US = 1_000;

/** Row 11: what running as a process costs, and how long a move stops it. */
export const processes: Bench = {
  row: "11",
  title:
    "processes: a step of one on a site against the native generator there, and a small one moved between two threads",
  async *run(context) {
    for (const name of Object.keys(generators) as GeneratorName[]) yield runningCost(context, name);
    yield* freezeTime(context);
  },
};

/** In clusters of their own: another generator in the same isolate would change what the optimiser knows. */
async function runningCost(context: BenchContext, name: GeneratorName): Promise<Measurement> {
  const steps = Math.ceil(STEPS[name] * (context.options.quick ? QUICK : 1));
  await using subject = await clusterOf("processes", 1);
  await using yardstick = await clusterOf("generators", 1);
  const each = (microseconds: number): [number] => [(microseconds * 1000) / steps];
  const rounds = await InTurn.run(context, WORDS[name], {
    native: async () => each(await yardstick.run("drive", { name, steps }, { site: 0 })),
    process: async () => {
      const process = await subject.spawn(name, [steps], { site: 0 });
      return each((await process.result) as number);
    },
  });
  const target: Target = { atMost: 1 };
  const comparison = { yardstick: "native generator, called in a loop", unit: "ns", target };
  return timed(`a step of ${WORDS[name]}`, rounds.against("process", "native"), comparison);
}

async function* freezeTime(context: BenchContext): AsyncGenerator<Measurement> {
  const moves = Math.ceil(context.operations / 10);
  await using cluster = await clusterOf("processes", 2);
  const journeys = await smallJourneys(context, cluster, moves);
  const yardstick = journeys.map(() => FREEZE_US);
  const freezes = { subject: journeys.map((one) => one.freezes), yardstick };
  yield timed("freeze: last step at the source to first step at the destination", freezes, {
    yardstick: "1 ms",
    target: { atMost: 1 },
  });
  const calls = { subject: journeys.map((one) => one.calls), yardstick };
  yield timed("the launcher's await handle.migrate(site)", calls, { yardstick: "1 ms" });
}

async function smallJourneys(context: BenchContext, cluster: ProcessesCluster, moves: number): Promise<Journey[]> {
  const journeys: Journey[] = [];
  for (let round = 1 - context.warmUp; round <= context.rounds; round++) {
    context.progress(`moves: round ${round} of ${context.rounds}`);
    const one = await journey(cluster, moves, { kind: "bytes", size: 64 });
    if (round > 0) journeys.push(one);
  }
  return journeys;
}
