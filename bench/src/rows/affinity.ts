import type { SharedArray } from "isles";
import type { Bench, BenchContext } from "../bench.ts";
import { clusterOf } from "../clusters.ts";
import { timeEachAwaited } from "../programs/timing.ts";
import { AffinityRivals } from "../raw/affinity.ts";
import { BLOCK_LENGTH } from "../raw/affinity-work.ts";
import { type Measurement, timed } from "../result.ts";
import { InTurn } from "./in-turn.ts";

const SITES = 2;
/** Of 1 MiB each. */
const BLOCKS = 64;
const QUICK_BLOCKS = 4;
/** Times that each block is worked on in a measured round. */
const PASSES = 4;

type Task = (block: number) => Promise<number>;

/**
 * Tasks that each change one block of a partitioned data set, given out in shuffled order by the main thread: near to the data
 * by Isles, and by a Piscina user's means. Each way keeps its own blocks, which must come out the same.
 */
export const affinity: Bench = {
  row: "affinity",
  title: `tasks on ${BLOCKS} blocks of 1 MiB, each block ${PASSES} times, in shuffled order, ${SITES} sites`,
  extra: true,
  async *run(context) {
    const blocks = context.options.quick ? QUICK_BLOCKS : BLOCKS;
    await using cluster = await clusterOf("affinity", SITES);
    await using rivals = new AffinityRivals(SITES, blocks);
    const data = await cluster.memory.async.float64("data", blocks * BLOCK_LENGTH);
    await cluster.runAll("fill", { data });
    const parts: SharedArray<Float64Array>[] = [];
    for (let block = 0; block < blocks; block++)
      parts.push(data.subarray(block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH));
    const ways: Record<"near" | "cloned" | "moved" | "kept", Task> = {
      near: (block) => cluster.run("update", parts[block]!, { near: parts[block]! }),
      cloned: (block) => rivals.cloned(block),
      moved: (block) => rivals.moved(block),
      kept: (block) => rivals.kept(block),
    };
    yield* tasks(context, "all at once", ways, blocks, allAtOnce);
    yield* tasks(context, "one at a time", ways, blocks, oneAtATime);
    yield* overheads(context, {
      near: () => cluster.run("nothing", undefined, { near: parts[0]! }),
      byHand: () => cluster.run("nothing", undefined, { site: 0 }),
      plain: () => rivals.nothing() as Promise<number>,
      affine: () => rivals.nothingNear(0) as Promise<number>,
    });
  },
};

async function* tasks(
  context: BenchContext,
  what: string,
  ways: Record<"near" | "cloned" | "moved" | "kept", Task>,
  blocks: number,
  give: (pass: readonly number[], task: Task) => Promise<number[]>,
): AsyncGenerator<Measurement> {
  const sums = new Map<string, number[]>();
  const round = (name: keyof typeof ways) => async () => {
    const passes = Array.from({ length: PASSES }, () => shuffled(blocks));
    let results: number[] = [];
    const start = performance.now();
    for (const pass of passes) results = await give(pass, ways[name]);
    const us = ((performance.now() - start) * 1000) / (PASSES * blocks);
    sums.set(name, byBlock(passes.at(-1)!, results));
    return [us];
  };
  const names = Object.keys(ways) as (keyof typeof ways)[];
  const subjects = Object.fromEntries(names.map((name) => [name, round(name)])) as Record<
    keyof typeof ways,
    () => Promise<number[]>
  >;
  const warmUp = Math.min(context.warmUp, 3);
  const rounds = await InTurn.run({ ...context, warmUp }, `tasks, ${what}`, subjects);
  check(sums);
  const name = `near its data: a task, those of a pass ${what}`;
  yield timed(name, rounds.against("near", "cloned"), { yardstick: "Piscina, block copied there and back" });
  yield timed(name, rounds.against("near", "moved"), { yardstick: "Piscina, block moved there and back" });
  yield timed(name, rounds.against("near", "kept"), { yardstick: "Piscina, affinity balancer by hand" });
}

async function* overheads(
  context: BenchContext,
  ways: Record<"near" | "byHand" | "plain" | "affine", Task>,
): AsyncGenerator<Measurement> {
  const count = Math.max(16, Math.floor(context.operations / 4));
  const each = (task: Task) => () => timeEachAwaited(count, () => task(0));
  const rounds = await InTurn.run(context, "tasks that do nothing", {
    near: each(ways.near),
    byHand: each(ways.byHand),
    plain: each(ways.plain),
    affine: each(ways.affine),
  });
  yield timed("run near data, doing nothing", rounds.against("near", "affine"), {
    yardstick: "Piscina, affinity balancer by hand",
  });
  yield timed("run near data, doing nothing", rounds.against("near", "byHand"), { yardstick: "run on a site by hand" });
  yield timed("run on a site by hand, doing nothing", rounds.against("byHand", "plain"), { yardstick: "Piscina" });
}

function allAtOnce(pass: readonly number[], task: Task): Promise<number[]> {
  return Promise.all(pass.map(task));
}

async function oneAtATime(pass: readonly number[], task: Task): Promise<number[]> {
  const results: number[] = [];
  for (const block of pass) results.push(await task(block));
  return results;
}

/** Every block once: a pass. Passes do not overlap, since a block cannot be moved to two workers at once. */
function shuffled(blocks: number): number[] {
  const pass = Array.from({ length: blocks }, (_, block) => block);
  for (let i = blocks - 1; i > 0; i--) {
    const j = random(i + 1);
    [pass[i], pass[j]] = [pass[j]!, pass[i]!];
  }
  return pass;
}

let state = 12_345;

/** A whole number below `bound`; the same ones in every run of the bench. */
function random(bound: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
}

/** The results of a pass in the order of the blocks. */
function byBlock(pass: readonly number[], results: readonly number[]): number[] {
  const sums = new Array<number>(pass.length);
  for (const [i, block] of pass.entries()) sums[block] = results[i]!;
  return sums;
}

/** All ways have done the same arithmetic on the same data the same number of times. */
function check(sums: ReadonlyMap<string, readonly number[]>): void {
  const [[first, expected], ...others] = [...sums] as [[string, readonly number[]], ...[string, readonly number[]][]];
  for (const [name, found] of others) {
    const block = found.findIndex((sum, i) => sum !== expected[i]);
    if (block >= 0)
      throw new Error(`block ${block} is ${found[block]} after ${name}, but ${expected[block]} after ${first}`);
  }
}
