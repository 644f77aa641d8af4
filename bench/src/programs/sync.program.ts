/** Locks and barriers. */
import type { Site } from "isles";
import { NOTHING, timeEach } from "./timing.ts";

/** Acquires a free lock at `worker` and lets it go; only acquiring is timed. The others wait in a barrier. */
export function freeLock(
  site: Site,
  { name, count, worker }: { name: string; count: number; worker: number },
): Float64Array {
  const lock = site.lock(name);
  site.barrier();
  let times: Float64Array = NOTHING;
  if (site.id === worker) {
    times = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      const held = lock.acquire();
      times[i] = (performance.now() - start) * 1000;
      held.release();
    }
  }
  site.barrier();
  return times;
}

/** One lock once, with nobody else about: to see from the message counts where it lives. */
export function touchLock(site: Site, { name }: { name: string }): void {
  site.lock(name).acquire().release();
}

/**
 * Every site wants the same lock all the time, so that it passes from one to the next. Microseconds per hand-off as this
 * site sees them: from one hold to the next, divided by the number of sites.
 */
export function contend(site: Site, { name, count }: { name: string; count: number }): Float64Array {
  const lock = site.lock(name);
  site.barrier();
  const times = timeEach(count, () => lock.acquire().release());
  site.barrier();
  return times.map((time) => time / site.count);
}

/** All sites but the last contend, and hold the lock for a while without looking at their mail; the last one is its home. */
export function contendAndHold(
  site: Site,
  { name, count, holdMs }: { name: string; count: number; holdMs: number },
): void {
  const lock = site.lock(name);
  site.barrier();
  for (let i = 0; i < count && site.id < site.count - 1; i++) {
    using _held = lock.acquire();
    const end = performance.now() + holdMs;
    while (performance.now() < end);
  }
  site.barrier();
}

export function barriers(site: Site, { count }: { count: number }): Float64Array {
  site.barrier();
  const times = timeEach(count, () => site.barrier());
  return site.id === 0 ? times : NOTHING;
}
