import type { SharedArray } from "isles";
import type { Bench, BenchContext } from "../bench.ts";
import { clusterOf, type ProcessesCluster } from "../clusters.ts";
import { median } from "../figures.ts";
import { type Ballast, rests } from "../programs/processes.program.ts";
import { type Measurement, type Rounds, timed } from "../result.ts";
import { InTurn } from "./in-turn.ts";
import { journey } from "./journey.ts";

const KIB = 1024;
const SIZES: Record<Ballast["kind"], readonly number[]> = {
  bytes: [KIB, 16 * KIB, 256 * KIB, 1024 * KIB, 16 * 1024 * KIB],
  objects: [KIB, 16 * KIB, 256 * KIB, 1024 * KIB],
};
const QUICK_SIZE = 16 * KIB;
const ARRAY_BYTES = 64 * 1024 * KIB;
const QUICK_ARRAY_BYTES = 1024 * KIB;

/** What migration costs by how much migrates: processes, their checkpoints, and ranges of shared arrays. */
export const migration: Bench = {
  row: "migration",
  title: "moves, checkpoints and bulk data migration by size",
  extra: true,
  async *run(context) {
    for (const kind of ["bytes", "objects"] as const) {
      const sizes = context.options.quick ? [QUICK_SIZE] : SIZES[kind];
      for (const size of sizes) yield* byImageSize(context, { kind, size });
    }
    yield* bulkData(context);
  },
};

/** A process that carries so much: it is moved, saved and made again. */
async function* byImageSize(context: BenchContext, ballast: Ballast): AsyncGenerator<Measurement> {
  await using cluster = await clusterOf("processes", 2);
  const what = `${words(ballast.size)} of ${ballast.kind}`;
  const moves = ballast.size > 256 * KIB ? 4 : Math.min(20, context.operations);
  const handle = await cluster.spawn(rests, [ballast], { site: 0 });
  while ((await handle.info()).waitingFor === undefined) context.progress(`${what}: being made`);
  const bytes = await handle.checkpoint();
  const rounds = await InTurn.run(context, what, {
    clone: async () => [await cluster.run("copies", ballast, { site: 0 })],
    freeze: async () => (await journey(cluster, moves, ballast)).freezes,
    checkpoint: async () => {
      const start = performance.now();
      await handle.checkpoint();
      return [(performance.now() - start) * 1000];
    },
    restore: () => restored(cluster, bytes),
  });
  const comparison = { yardstick: "structuredClone of as much in one thread" };
  const length = bytes.byteLength;
  const constant: Rounds = { subject: [[length]], yardstick: [ballast.size] };
  yield timed(`bytes of the image of a process with ${what}`, constant, { yardstick: "what it carries", unit: "B" });
  yield timed(`freeze of a process with ${what}`, rounds.against("freeze", "clone"), comparison);
  yield timed(`its checkpoint`, rounds.against("checkpoint", "clone"), comparison);
  yield timed(`restored on another site`, rounds.against("restore", "clone"), comparison);
}

async function restored(cluster: ProcessesCluster, bytes: Uint8Array): Promise<[number]> {
  const start = performance.now();
  const handle = await cluster.restore(bytes, { site: 1 });
  const time = (performance.now() - start) * 1000;
  await handle.send("go on");
  await handle.result;
  return [time];
}

/** A range that one site has written goes to the other. */
async function* bulkData(context: BenchContext): AsyncGenerator<Measurement> {
  await using cluster = await clusterOf("bulk", 2);
  const size = context.options.quick ? QUICK_ARRAY_BYTES : ARRAY_BYTES;
  const length = size / Float64Array.BYTES_PER_ELEMENT;
  const array: SharedArray<Float64Array> = await cluster.memory.async.float64("bulk", length, { homeMigration: false });
  const from0 = { site: 0 };
  const taken = () => cluster.run("take", { array }, from0);
  const rounds = await InTurn.run({ ...context, warmUp: Math.min(context.warmUp, 2) }, words(size), {
    copy: async () => [await cluster.run("copy", length, from0)],
    move: async () => {
      await taken();
      return [await cluster.run("move", { array, to: 1 }, from0)];
    },
    replicate: async () => {
      await taken();
      return [await cluster.run("replicate", { array, to: 1 }, from0)];
    },
    fault: async () => {
      const value = await taken();
      return [await cluster.run("fault", { array, value }, { site: 1 })];
    },
  });
  const copied = { yardstick: "TypedArray.set of as much in one thread" };
  yield timed(`moveTo of ${words(size)}`, rounds.against("move", "copy"), copied);
  yield timed(`replicateTo of ${words(size)}`, rounds.against("replicate", "copy"), copied);
  yield timed(`faulting in ${words(size)} a page at a time`, rounds.against("fault", "copy"), copied);
  const { subject } = rounds.against("fault", "copy");
  const fault = { subject: rounds.against("move", "copy").subject, yardstick: subject.map((times) => median(times)) };
  yield timed(`moveTo of ${words(size)}`, fault, { yardstick: "faulting it in a page at a time" });
}

function words(bytes: number): string {
  return bytes >= KIB * KIB ? `${bytes / KIB / KIB} MiB` : `${bytes / KIB} KiB`;
}
