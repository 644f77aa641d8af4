import { Prng } from "@isles/testkit";
import { type AnyStub, byReference, type RemoteStream, type SharedArray, type Site, type Stub } from "isles";

/** A random program of calls, callbacks, references, streams, spans and locks: every result is known beforehand. */

export interface WeatherRun {
  readonly seed: number;
  /** Steps of each site. */
  readonly steps: number;
  /** Unique for each run of a cluster. */
  readonly name: string;
}

export interface WeatherResult {
  readonly wrong: string[];
  /** What this site has added to each element of the shared array, through itself or others. */
  readonly added: number;
}

interface Weather {
  echo(value: { n: number; text: string }): { n: number; text: string };
  same(array: SharedArray<Int32Array>): SharedArray<Int32Array>;
  /** Adds 1 to every element under a write span, and returns through `hops` more sites. */
  bump(name: string, hops: readonly number[]): number;
  bumpLocked(name: string): void;
  apply(callback: AnyStub<(n: number) => number>, n: number): number;
  applyAsync(callback: Stub<(n: number) => number>, n: number): Promise<number>;
  fail(message: string): never;
  count(from: number, to: number): Generator<number>;
  countAsync(from: number, to: number): AsyncGenerator<number>;
  sum(values: AsyncIterable<number>): Promise<number>;
  box(value: number): Box;
  hand(box: AnyStub<Box>, by: number): number;
}

interface Box {
  add(by: number): number;
  read(): number;
}

const LENGTH = 150;
const PAGE = 256;

export function serve(site: Site): void {
  const on = (id: number) => site.rpc.blocking<Weather>(id, "weather");
  const weather: Weather = {
    echo: (value) => value,
    same: (array) => array,
    bump(name, hops) {
      const array = site.memory.int32(name, LENGTH, { pageSize: PAGE });
      using span = array.write();
      const [next, ...rest] = hops;
      for (let i = 0; i < LENGTH; i++) span.view[i]!++;
      // In the middle of its span: others may write to the same elements, which is why nothing is kept of them here.
      return next === undefined ? 1 : 1 + on(next).bump(name, rest);
    },
    bumpLocked(name) {
      const array = site.memory.int32(name, LENGTH, { pageSize: PAGE });
      using _held = site.lock(`${name} ${site.id}`).acquire();
      array.set(LENGTH - 1, array.get(LENGTH - 1));
      weather.bump(name, []);
    },
    apply: (callback, n) => site.rpc.blocking(callback)(n),
    applyAsync: async (callback, n) => callback(n),
    fail(message) {
      throw new RangeError(message);
    },
    *count(from, to) {
      for (let n = from; n < to; n++) yield n;
    },
    async *countAsync(from, to) {
      for (let n = from; n < to; n++) {
        if (n % 3 === 0) await undefined;
        yield n;
      }
    },
    async sum(values) {
      let sum = 0;
      for await (const value of values) sum += value;
      return sum;
    },
    box(value) {
      let held = value;
      return byReference({ add: (by: number) => (held += by), read: () => held });
    },
    hand: (box, by) => site.rpc.blocking(box).add(by),
  };
  site.rpc.expose("weather", weather);
}

const sumOf = (from: number, to: number): number => ((to - 1 + from) * (to - from)) / 2;

/** Blocking steps only. A site that blocks answers synchronous methods, so no step needs another site's event loop. */
export function blocking(site: Site, { seed, steps, name }: WeatherRun): WeatherResult {
  const prng = new Prng(seed).fork(site.id);
  const wrong: string[] = [];
  let added = 0;
  const array = site.memory.int32(name, LENGTH, { pageSize: PAGE });
  const check = (step: number, what: string, seen: unknown, expected: unknown): void => {
    if (seen !== expected) wrong.push(`site ${site.id} step ${step} ${what}: ${String(seen)}, not ${String(expected)}`);
  };
  site.barrier();
  for (let step = 0; step < steps; step++) {
    const at = prng.below(site.count);
    const other = site.rpc.blocking<Weather>(at, "weather");
    // What comes home is the thing itself, and no stub that could block.
    const elsewhere = (id: number): number => (id + 1 + prng.below(site.count - 1)) % site.count;
    const n = prng.below(1_000);
    const what = prng.pick(["echo", "bump", "lock", "apply", "fail", "count", "box", "hand", "span", "array"]);
    if (what === "echo") check(step, what, other.echo({ n, text: `${n}` }).n, n);
    else if (what === "bump") {
      const hops = Array.from({ length: prng.below(4) }, () => prng.below(site.count));
      check(step, what, other.bump(name, hops), 1 + hops.length);
      added += 1 + hops.length;
    } else if (what === "lock" && at !== site.id) {
      using _held = site.lock(`${name}, own ${site.id}`).acquire();
      other.bump(name, []);
      added++;
    } else if (what === "apply") {
      check(
        step,
        what,
        site.rpc.blocking<Weather>(elsewhere(site.id), "weather").apply((m) => m + n, 5),
        n + 5,
      );
    } else if (what === "fail") {
      try {
        other.fail(`no ${n}`);
        check(step, what, "returned", "thrown");
      } catch (error) {
        check(step, what, (error as Error).message, `no ${n}`);
      }
    } else if (what === "count") {
      const stop = n + prng.below(60);
      let sum = 0;
      for (const value of other.count(n, n + 40)) {
        if (value === stop) break;
        sum += value;
      }
      check(step, what, sum, sumOf(n, Math.min(stop, n + 40)));
    } else if (what === "box") {
      const owner = elsewhere(site.id);
      using box = site.rpc.blocking<Weather>(owner, "weather").box(n) as unknown as Disposable & Box;
      check(step, what, box.add(3), n + 3);
    } else if (what === "hand") {
      const owner = elsewhere(site.id);
      using box = site.rpc.blocking<Weather>(owner, "weather").box(n) as unknown as Disposable & Box;
      const third = site.rpc.blocking<Weather>(elsewhere(owner), "weather");
      check(step, what, third.hand(box as unknown as AnyStub<Box>, 9), n + 9);
      check(step, what, box.read(), n + 9);
    } else if (what === "span") {
      const part = prng.below(LENGTH - 20);
      using span = array.write(part, part + 20);
      const before = span.view[0]!;
      check(step, "span, before", span.view.length, 20);
      other.bump(name, [prng.below(site.count)]);
      added += 2;
      if (span.view[0]! < before + 2) wrong.push(`site ${site.id} step ${step}: the span did not see what was added`);
    } else if (what === "array") {
      check(step, what, other.same(array).length, LENGTH);
    }
    if (prng.chance(0.1)) site.poll();
  }
  site.barrier();
  return { wrong, added };
}

/** The same with promises, many steps at once. */
export async function promises(site: Site, { seed, steps, name }: WeatherRun): Promise<WeatherResult> {
  const prng = new Prng(seed).fork(100 + site.id);
  const wrong: string[] = [];
  let added = 0;
  const check = (step: number, what: string, seen: unknown, expected: unknown): void => {
    if (seen !== expected) wrong.push(`site ${site.id} step ${step} ${what}: ${String(seen)}, not ${String(expected)}`);
  };
  const one = async (step: number): Promise<void> => {
    const at = prng.below(site.count);
    const other = site.rpc.stub<Weather>(at, "weather");
    const third = site.rpc.stub<Weather>((at + 1 + prng.below(site.count - 1)) % site.count, "weather");
    const n = prng.below(1_000);
    const what = prng.pick(["echo", "bump", "apply", "fail", "count", "leave", "sum", "pipe", "box", "hand"]);
    if (what === "echo") check(step, what, (await other.echo({ n, text: "é".repeat(n) })).n, n);
    else if (what === "bump") {
      added++;
      check(step, what, await other.bump(name, []), 1);
    } else if (what === "apply") check(step, what, await other.applyAsync(async (m) => m + n, 5), n + 5);
    else if (what === "fail")
      check(step, what, await other.fail(`no ${n}`).catch((error: Error) => error.message), `no ${n}`);
    else if (what === "count" || what === "leave") {
      const stop = what === "leave" ? n + 7 : Infinity;
      let sum = 0;
      for await (const value of n % 2 === 0 ? other.count(n, n + 40) : other.countAsync(n, n + 40)) {
        if (value === stop) break;
        sum += value;
      }
      check(step, what, sum, sumOf(n, Math.min(stop, n + 40)));
    } else if (what === "sum") check(step, what, await other.sum(local(n, n + 50)), sumOf(n, n + 50));
    else if (what === "pipe") {
      const stream: RemoteStream<number> = await other.countAsync(n, n + 30);
      check(step, what, await third.sum(stream), sumOf(n, n + 30));
    } else if (what === "box") {
      // Pipelined: the calls leave before the box is there.
      const box = other.box(n) as unknown as Promise<unknown> & { add(by: number): Promise<number> };
      check(step, what, (await Promise.all([box.add(1), box.add(2)]))[1], n + 3);
    } else {
      const box = (await other.box(n)) as unknown as Stub<Box>;
      check(step, what, await third.hand(box, 4), n + 4);
      if (at !== site.id) box[Symbol.dispose](); // what comes home is the thing itself, and no stub
    }
  };
  await site.async.barrier();
  for (let step = 0; step < steps; ) {
    const batch = 1 + prng.below(20);
    await Promise.all(Array.from({ length: batch }, (_, i) => one(step + i)));
    step += batch;
  }
  await site.async.barrier();
  return { wrong, added };
}

async function* local(from: number, to: number): AsyncGenerator<number> {
  for (let n = from; n < to; n++) yield n;
}

export function least(site: Site, name: string): number[] {
  using span = site.memory.int32(name, LENGTH, { pageSize: PAGE }).read();
  return [Math.min(...span.view), Math.max(...span.view)];
}
