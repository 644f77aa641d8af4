import { busyWait, Prng } from "@isles/testkit";
import type { Site } from "isles";

export interface SyncRun {
  readonly seed: number;
  readonly rounds: number;
}

/** A counter and its shadow, changed by plain accesses: only mutual exclusion keeps them right. */
function counterOf(site: Site, name: string) {
  const pair = site.memory.int32(name, 128, { pageSize: 256 });
  return {
    add(prng: Prng): boolean {
      const value = pair.get(0);
      const agree = value === pair.get(64);
      pair.set(0, value + 1);
      busyWait(prng, 2_048);
      pair.set(64, value + 1);
      return agree;
    },
    check: (): boolean => pair.get(0) === pair.get(64),
    value: (): number => pair.get(0),
  };
}

/** Exclusive and shared holds, waits that give up, and tries, all mixed. Returns the counter, which must be exact. */
export function locks(site: Site, { seed, rounds }: SyncRun): { count: number; added: number; broken: number } {
  const prng = new Prng(seed).fork(site.id);
  const counter = counterOf(site, `locks ${seed}`);
  const lock = site.lock(`locks ${seed}`);
  let broken = 0;
  let added = 0;
  const addHolding = (): void => {
    if (!counter.add(prng)) broken++;
    added++;
  };
  for (let round = 0; round < rounds; round++) {
    const draw = prng.below(8);
    if (draw < 4) {
      using _held = lock.acquire();
      addHolding();
    } else if (draw < 6) {
      using _held = lock.acquire({ mode: "shared" });
      if (!counter.check()) broken++;
    } else if (draw === 6) {
      using held = lock.tryAcquire();
      if (held !== null) addHolding();
    } else {
      try {
        using _held = lock.acquire({ timeoutMs: prng.below(3) });
        addHolding();
      } catch (error) {
        if ((error as Error).name !== "TimeoutError") throw error;
      }
    }
  }
  site.barrier();
  return { count: counter.value(), added, broken };
}

/** At most `permits` sites inside, ever; the most seen and the sum of entries. */
export function semaphores(site: Site, { seed, rounds }: SyncRun): { most: number; entries: number } {
  const prng = new Prng(seed).fork(site.id);
  const permits = Math.max(1, site.count - 1);
  const semaphore = site.semaphore(`semaphore ${seed}`, permits);
  const inside = site.memory.int32(`inside ${seed}`, 2);
  let most = 0;
  for (let round = 0; round < rounds; round++) {
    const n = prng.chance(0.2) ? permits : 1;
    using _permit = semaphore.acquire(n);
    most = Math.max(most, inside.add(0, n) + n);
    inside.add(1, 1);
    busyWait(prng, 2_048);
    inside.sub(0, n);
  }
  site.barrier();
  return { most, entries: inside.get(1) };
}

/** A bounded buffer of one lock and its condition; sums what goes in and comes out. */
export function conditions(site: Site, { seed, rounds }: SyncRun): { put: number; taken: number } {
  const prng = new Prng(seed).fork(site.id);
  const capacity = 3;
  const buffer = site.memory.int32(`buffer ${seed}`, capacity + 2); // then: how many are in, how many were taken
  const lock = site.lock(`buffer ${seed}`);
  const changed = site.condition(lock);
  const total = rounds * Math.floor(site.count / 2);
  const isProducer = site.id < Math.floor(site.count / 2);
  let put = 0;
  let taken = 0;
  if (isProducer) {
    for (let round = 0; round < rounds; round++) {
      using _held = lock.acquire();
      while (buffer.get(capacity) === capacity) changed.wait();
      const value = 1 + prng.below(1_000);
      buffer.set(buffer.get(capacity), value);
      buffer.add(capacity, 1);
      put += value;
      changed.notifyAll();
    }
    return { put, taken };
  }
  for (;;) {
    using _held = lock.acquire();
    while (buffer.get(capacity) === 0 && buffer.get(capacity + 1) < total) {
      if (prng.chance(0.1)) changed.wait(1);
      else changed.wait();
    }
    if (buffer.get(capacity) === 0) return { put, taken };
    taken += buffer.get(buffer.get(capacity) - 1);
    buffer.sub(capacity, 1);
    if (buffer.add(capacity + 1, 1) + 1 === total) changed.notifyAll();
    else changed.notify(prng.below(2) + 1);
    changed.notifyAll();
  }
}

/** Barriers, latches, reductions and broadcasts in lockstep, each result checked; how many were wrong. */
export function collectives(site: Site, { seed, rounds }: SyncRun): number {
  const prng = new Prng(seed).fork(site.id);
  const { id, count } = site;
  const steps = site.memory.int32(`steps ${seed}`, count);
  let wrong = 0;
  for (let round = 0; round < rounds; round++) {
    busyWait(prng);
    steps.set(id, round);
    site.barrier(round % 2 === 0 ? "even" : undefined);
    for (let k = 0; k < count; k++) if (steps.get(k) < round) wrong++;
    if (site.reduce("sum", id + round, (a, b) => a + b) !== (count * (count - 1)) / 2 + count * round) wrong++;
    const letters = site.reduce("letters", String(id % 10), (a, b) => a + b);
    if (letters !== Array.from({ length: count }, (_, k) => k % 10).join("")) wrong++;
    const root = round % count;
    if (site.broadcast("said", root, id === root ? { round } : undefined).round !== round) wrong++;
    const latch = site.latch(`latch ${round}`, count);
    latch.countDown();
    if (!latch.wait()) wrong++;
  }
  return wrong;
}

/** Words passed round the ring of sites with wait and notify; how often the wait was told each answer. */
export function ring(site: Site, { seed, rounds }: SyncRun): Record<string, number> {
  const { id, count } = site;
  const words = site.memory.int32(`ring ${seed}`, count, { home: "cyclic", pageSize: 256 });
  const answers: Record<string, number> = { ok: 0, "not-equal": 0, "timed-out": 0 };
  if (id === 0) words.set(0, 1);
  for (let round = 1; round <= rounds; round++) {
    for (;;) {
      const value = words.load(id);
      if (value === round) break;
      const timeout = (round + id) % 3 === 0 ? 1 : undefined;
      const answer = words.wait(id, value, timeout);
      answers[answer] = answers[answer]! + 1;
    }
    const next = (id + 1) % count;
    words.store(next, next === 0 ? round + 1 : round);
    words.notify(next);
  }
  return answers;
}
