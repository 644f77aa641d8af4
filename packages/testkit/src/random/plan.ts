import type { AsyncMemory, HomePolicy, Memory, SharedArray } from "isles";
import { Prng } from "../prng.ts";

/** A random program, wholly determined by these numbers. */
export interface RandomRun {
  readonly seed: number;
  readonly sites: number;
  /** Operations of each site. */
  readonly operations: number;
  /** Use the asynchronous twins on sites too. */
  readonly async: boolean;
}

export type RandomArray = SharedArray<Int32Array> | SharedArray<Float64Array>;

/** One element that the program uses. The last one is only used under the lock. */
export interface Location {
  readonly array: number;
  readonly index: number;
}

interface ArrayPlan {
  readonly name: string;
  readonly type: "int32" | "float64";
  readonly length: number;
  readonly pageSize: number;
  readonly home: HomePolicy;
}

export interface RandomPlan {
  readonly run: RandomRun;
  readonly arrays: readonly ArrayPlan[];
  readonly locations: readonly Location[];
  /** The location that the lock guards; its number. */
  readonly guarded: number;
  readonly lock: string;
}

const PAGE_SIZES = [256, 512, 1_024, 4_096, 65_536];
const LOCATIONS = 4;

/** Few locations on few pages, so that everybody meets everywhere. Every site and the launcher make the same plan. */
export function planRandom(run: RandomRun): RandomPlan {
  const prng = new Prng(run.seed);
  const homes: HomePolicy[] = ["block", "cyclic", "first-touch", "launcher", prng.below(run.sites)];
  const arrays = Array.from({ length: 1 + prng.below(3) }, (_, k): ArrayPlan => {
    const type = prng.pick(["int32", "float64"] as const);
    const pageSize = prng.pick(PAGE_SIZES);
    const perPage = pageSize / (type === "int32" ? 4 : 8);
    const length = perPage * (1 + prng.below(4)) - prng.below(perPage - 4);
    return { name: `random ${run.seed} ${k}`, type, length, pageSize, home: prng.pick(homes) };
  });
  const taken = new Set<string>();
  const locations: Location[] = [];
  while (locations.length < LOCATIONS) {
    const array = prng.below(arrays.length);
    // Often at the beginning, so that locations share pages.
    const index = prng.below(prng.chance(0.5) ? 4 : arrays[array]!.length);
    if (taken.has(`${array} ${index}`)) continue;
    taken.add(`${array} ${index}`);
    locations.push({ array, index });
  }
  return { run, arrays, locations, guarded: LOCATIONS - 1, lock: `random ${run.seed}` };
}

export function openArrays(plan: RandomPlan, memory: Memory): RandomArray[] {
  return plan.arrays.map(({ type, name, length, pageSize, home }) =>
    memory[type](name, length, { pageSize, home, homeMigration: true }),
  );
}

export function openArraysAsync(plan: RandomPlan, memory: AsyncMemory): Promise<RandomArray[]> {
  return Promise.all(
    plan.arrays.map(({ type, name, length, pageSize, home }): Promise<RandomArray> => {
      return memory[type](name, length, { pageSize, home, homeMigration: true });
    }),
  );
}
