import type { SharedArray, Site } from "isles";
import { busyWait } from "../busy-wait.ts";
import { Prng } from "../prng.ts";
import type { LitmusOp, LitmusTest } from "./parse.ts";

/** Where the variables lie: each on a page of its own with a home of its own, all on one page, or homed at the launcher. */
export type LitmusLayout = "own-pages" | "one-page" | "launcher";

export interface LitmusRun {
  readonly test: LitmusTest;
  readonly layout: LitmusLayout;
  /** The test is run `rounds` × `instances` times; the instances of a round lie side by side, on pages of their own. */
  readonly rounds: number;
  readonly instances: number;
  readonly seed: number;
  /** Homes may move, named ones too. */
  readonly homeMigration?: boolean;
  /** Of the variables. Default: sequential, under which no operation needs to synchronise. */
  readonly consistency?: "sequential" | "release";
  /** What an operation does that synchronises: it is atomic (default), or it is done under the lock of its variable. */
  readonly manner?: "atomic" | "lock";
  /** Sites prefetch all they will load before they begin: the copies may then be on their way while others store. */
  readonly prefetch?: boolean;
}

/** By register or variable: its value in each run of the test, as far as this site knows it (else 0). */
export type LitmusValues = Record<string, Uint8Array>;

const PAGE_BYTES = 256;
const STRIDE = PAGE_BYTES / Int32Array.BYTES_PER_ELEMENT;

interface Place {
  readonly array: SharedArray<Int32Array>;
  readonly offset: number;
}

/** One site's part. The roles go round, so that every site plays every one, near and far from the homes. */
export function runLitmus(site: Site, run: LitmusRun): LitmusValues {
  const { test, rounds, instances } = run;
  const prng = new Prng(run.seed).fork(site.id);
  const common = new Prng(run.seed).fork(site.count); // draws the same on every site
  const places = layOut(site, run);
  const names = [...test.registers, ...test.finals];
  const values: LitmusValues = Object.fromEntries(names.map((name) => [name, new Uint8Array(rounds * instances)]));
  for (let round = 0; round < rounds; round++) {
    const role = (site.id + round) % site.count;
    const ops = test.sites[role] ?? [];
    const inStep = round % 2 === 0; // in the other rounds the sites run free, and drift
    for (let instance = 0; instance < instances; instance++) {
      if (inStep) site.barrier("instance");
      if (run.prefetch) prefetchLoads(ops, places, instance);
      for (const op of ops) {
        busyWait(prng);
        const seen = play(site, run, op, places, instance);
        if (op.kind === "load") values[op.register]![round * instances + instance] = seen;
      }
    }
    site.barrier("round");
    // Whoever resets the variables owns their pages at first, so it is another site each time.
    if (site.id === common.below(site.count)) finish(test, places, instances, values, round * instances);
    site.barrier("reset");
  }
  return values;
}

function layOut(
  site: Site,
  { test, layout, instances, homeMigration = false, consistency = "sequential" }: LitmusRun,
): ReadonlyMap<string, Place> {
  const { memory, count } = site;
  return new Map(
    test.variables.map((variable, index): [string, Place] => {
      const length = instances * STRIDE;
      const common = { pageSize: PAGE_BYTES, homeMigration, consistency };
      if (layout === "one-page") {
        return [
          variable,
          { array: memory.int32(`litmus ${consistency}`, length, { ...common, home: "cyclic" }), offset: index },
        ];
      }
      const home = layout === "launcher" ? "launcher" : index % count;
      return [
        variable,
        { array: memory.int32(`litmus ${variable} ${layout} ${consistency}`, length, { ...common, home }), offset: 0 },
      ];
    }),
  );
}

function prefetchLoads(ops: readonly LitmusOp[], places: ReadonlyMap<string, Place>, instance: number): void {
  for (const op of ops) {
    if (op.kind === "store") continue;
    const { array, offset } = places.get(op.variable)!;
    array.prefetch(instance * STRIDE + offset, instance * STRIDE + offset + 1);
  }
}

/** One operation; what was loaded, or stored. */
function play(
  site: Site,
  { manner = "atomic" }: LitmusRun,
  op: LitmusOp,
  places: ReadonlyMap<string, Place>,
  instance: number,
): number {
  const { array, offset } = places.get(op.variable)!;
  const index = instance * STRIDE + offset;
  if (op.synced && manner === "atomic") return op.kind === "store" ? array.store(index, op.value) : array.load(index);
  const held = op.synced ? site.lock(op.variable).acquire() : undefined;
  if (op.kind === "store") array.set(index, op.value);
  const value = op.kind === "store" ? op.value : array.get(index);
  held?.release();
  return value;
}

function finish(
  test: LitmusTest,
  places: ReadonlyMap<string, Place>,
  instances: number,
  values: LitmusValues,
  from: number,
): void {
  for (const variable of test.variables) {
    const { array, offset } = places.get(variable)!;
    for (let instance = 0; instance < instances; instance++) {
      const index = instance * STRIDE + offset;
      const final = array.get(index);
      if (test.finals.includes(variable)) values[variable]![from + instance] = final;
      array.set(index, 0);
    }
  }
}
