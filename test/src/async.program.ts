import { Prng } from "@isles/testkit";
import type { Site } from "isles";

export interface AsyncRun {
  readonly seed: number;
  readonly rounds: number;
  readonly length: number;
}

/** Blocking additions on some sites, asynchronous ones on others, several at once; every one must count. */
export async function mixed(site: Site, { seed, rounds, length }: AsyncRun): Promise<number> {
  const prng = new Prng(seed).fork(site.id);
  const array = site.memory.int32(`mixed ${seed}`, length, { pageSize: 256, home: "cyclic" });
  let added = 0;
  for (let round = 0; round < rounds; round++) {
    if (site.id % 2 === 0) {
      array.add(prng.below(length), 1);
      added++;
      continue;
    }
    const places = Array.from({ length: 1 + prng.below(4) }, () => prng.below(length));
    await Promise.all(places.map((i) => array.async.add(i, 1)));
    added += places.length;
    if (prng.chance(0.2)) {
      const start = prng.below(length);
      using span = await array.async.write(start, length);
      span.view[0]!++;
      added++;
      if (prng.chance(0.5)) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await site.async.barrier();
  return added;
}

/** Locks and collectives as promises, several callers on one site. */
export async function asyncSync(site: Site, { seed, rounds }: AsyncRun): Promise<{ count: number; added: number }> {
  const counter = site.memory.int32(`async sync ${seed}`, 1);
  const lock = site.lock(`async sync ${seed}`);
  const caller = async (): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const held = await lock.async.acquire();
      const value = await counter.async.get(0);
      await new Promise((resolve) => setImmediate(resolve));
      await counter.async.set(0, value + 1);
      held.release();
    }
  };
  await Promise.all([caller(), caller(), caller()]);
  const added = await site.async.reduce("added", 3 * rounds, (a, b) => a + b);
  await site.async.barrier();
  return { count: await counter.async.get(0), added };
}

/** Elements that the launcher counts up while the sites do. */
export function withLauncher(site: Site, { seed, rounds, length }: AsyncRun): void {
  const prng = new Prng(seed).fork(site.id);
  const array = site.memory.float64(`launcher ${seed}`, length, { pageSize: 256 });
  for (let round = 0; round < rounds; round++) {
    if (prng.chance(0.7)) array.add(prng.below(length), 1);
    else {
      using span = array.write(0, 1 + prng.below(length));
      span.view[span.view.length - 1]!++;
    }
  }
}

/** Waits in a loop of awaited hits until another site says so: must not shut the mail out. */
export async function awaitFlag(site: Site): Promise<number> {
  const flag = site.memory.int32("flag", 1);
  await flag.async.get(0);
  await site.async.barrier();
  if (site.id === 0) {
    const start = performance.now();
    while (performance.now() - start < 20) site.poll();
    flag.set(0, 1);
  }
  let looks = 0;
  while ((await flag.async.get(0)) === 0) looks++;
  return looks;
}
