import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { busyWait, Prng } from "@isles/testkit";
import type { Site } from "isles";

export interface UpdatesRun {
  readonly seed: number;
  readonly updates: number;
  readonly length: number;
  readonly pageSize: number;
  readonly home: "block" | "cyclic" | "first-touch" | "launcher";
}

/** GUPS: random atomic additions all over a table (HPCC RandomAccess); exclusive-or in a second one, each value twice. */
export function updates(site: Site, { seed, updates, length, pageSize, home }: UpdatesRun): void {
  const prng = new Prng(seed).fork(site.id);
  const table = site.memory.int32(`gups ${seed}`, length, { pageSize, home });
  const parity = site.memory.bigUint64(`parity ${seed}`, length, { pageSize, home });
  for (let n = 0; n < updates; n++) {
    table.add(prng.below(length), 1);
    const at = prng.below(length);
    const value = BigInt(prng.below(2 ** 31)) << 20n;
    parity.xor(at, value);
    if (prng.chance(0.1)) busyWait(prng);
    parity.xor(at, value);
  }
  site.barrier();
}

/** The sum of the first table and whether the second is zero, read with one span each. */
export function updatesSum(site: Site, { seed, length, pageSize, home }: UpdatesRun): { sum: number; isZero: boolean } {
  using table = site.memory.int32(`gups ${seed}`, length, { pageSize, home }).read();
  using parity = site.memory.bigUint64(`parity ${seed}`, length, { pageSize, home }).read();
  return { sum: table.view.reduce((sum, value) => sum + value, 0), isZero: parity.view.every((word) => word === 0n) };
}

/** Makes and frees the same name again and again; how many elements were not zero in the beginning. */
export function recreate(site: Site, { rounds, seed }: { rounds: number; seed: number }): number {
  const name = `again ${seed}`;
  let dirty = 0;
  for (let round = 0; round < rounds; round++) {
    const length = 100 + round;
    const array = site.memory.float64(name, length, {
      pageSize: 256,
      home: round % 2 === 0 ? "cyclic" : "first-touch",
    });
    const { start, end } = site.share(length);
    for (let i = start; i < end; i++) if (array.get(i) !== 0) dirty++;
    array.fill(round + 1, start, end);
    array.prefetch();
    site.barrier();
    for (let i = 0; i < length; i++) if (array.get(i) !== round + 1) dirty++;
    site.barrier();
    if (site.id === round % site.count) site.memory.free(name);
    site.barrier();
  }
  return dirty;
}

/** Uses an array while another site frees it: it works, or it is a ReleasedError; never anything else. */
export function freedUnderfoot(site: Site, { rounds, seed }: { rounds: number; seed: number }): string[] {
  const prng = new Prng(seed).fork(site.id);
  const found = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const array = site.memory.int32(`doomed ${round}`, 400, { pageSize: 256, home: "cyclic" });
    site.barrier();
    try {
      for (let n = 0; n < 30; n++) {
        if (site.id === 0 && n === 10) site.memory.free(`doomed ${round}`);
        if (prng.chance(0.3)) {
          using span = array.write(prng.below(200), 200 + prng.below(200));
          span.view.fill(n);
        } else if (prng.chance(0.2)) array.prefetch();
        else array.add(prng.below(400), 1);
      }
      found.add("no error");
    } catch (error) {
      found.add((error as Error).name);
    }
    site.barrier();
  }
  return [...found];
}

/** Every site writes its share and reads all of it back, element by element, in spans and after a prefetch. */
export function homes(site: Site, { home, pageSize }: Pick<UpdatesRun, "home" | "pageSize">): number {
  const length = 3_001;
  const array = site.memory.float64(`homes ${home} ${pageSize}`, length, { home, pageSize });
  let wrong = 0;
  for (let round = 1; round <= 4; round++) {
    const { start, end } = site.share(length);
    if (round % 2 === 0) array.prefetch(start, end);
    for (let i = start; i < end; i++) array.set(i, i * round);
    site.barrier();
    if (round % 2 === 1) array.prefetch();
    {
      using all = array.read();
      for (let i = 0; i < length; i++) if (all.view[i] !== i * round) wrong++;
    }
    for (let i = 0; i < length; i += 97) if (array.get(i) !== i * round) wrong++;
    site.barrier();
  }
  return wrong;
}

/** The ends of an array whose bytes or indices do not fit in 31 bits. */
export function huge(site: Site, { type, length }: { type: "int8" | "float64"; length: number }): number[] {
  const array = site.memory[type](`huge ${type}`, length, { pageSize: 65_536 });
  const places = [0, 1, 2 ** 28 - 1, 2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, length - 1].filter((i) => i < length);
  if (site.id === 0) for (const [k, i] of places.entries()) array.set(i, k + 1);
  site.barrier();
  const found = places.map((i) => array.get(i));
  site.barrier();
  if (site.id === 1) {
    using span = array.write(length - 3, length);
    span.view.fill(50);
    array.add(2 ** 28, 10);
    array.subarray(length - 10).set(9, 51);
  }
  site.barrier();
  using tail = array.read(length - 3, length);
  return [...found, ...tail.view, array.get(2 ** 28)];
}

const SWEPT_PAGES = 500;

/** Sites take turns at writing to every page of an array: each store is a page fault. Heap in use after each part, collected. */
export function sweeps(site: Site, { faults, parts }: { faults: number; parts: number }): number[] {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const perPage = 64;
  const array = site.memory.int32("swept", SWEPT_PAGES * perPage, { pageSize: 256 });
  const heaps: number[] = [];
  for (let part = 0; part < parts; part++) {
    for (let sweep = 0; sweep < faults / SWEPT_PAGES / parts; sweep++) {
      if (sweep % site.count === site.id) for (let page = 0; page < SWEPT_PAGES; page++) array.add(page * perPage, 1);
      site.barrier();
    }
    collect();
    heaps.push(process.memoryUsage().heapUsed);
  }
  return heaps;
}
