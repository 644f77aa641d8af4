import type { Site } from "isles";

/** Everybody counts himself in and spins until all have, by atomics; one of the sites is the page's home. */
export function byAtomics(
  site: Site,
  { home, consistency }: { home: number; consistency: "sequential" | "release" },
): number {
  const name = `in ${home} ${consistency}`;
  const array = site.memory.int32(name, 2, { home, consistency });
  site.barrier();
  array.add(0, 1);
  while (array.load(0) < site.count);
  array.add(1, 1);
  while (array.compareExchange(1, -1, -1) < site.count);
  return array.load(1);
}

/** Generations in step, by nothing but spans over pages that are here already. */
export function bySpans(site: Site, { generations }: { generations: number }): number {
  const reached = site.memory.int32("reached", site.count);
  for (let generation = 1; generation <= generations; generation++) {
    reached.set(site.id, generation);
    for (let other = 0; other < site.count; other++) while (!hasReached(other, generation));
  }
  return reached.get(0);

  function hasReached(other: number, generation: number): boolean {
    using span = reached.read(other, other + 1);
    return span.view[0]! >= generation;
  }
}
