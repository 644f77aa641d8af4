import type { Site } from "isles";

/**
 * MP with a prefetch, in the order that makes the prefetched copy stale: site 2 asks for x, whose owner, site 1, is slow to
 * reach it; meanwhile site 0 stores x and then y. What site 2 returns is x after it has seen y.
 */
export function stalePrefetch(site: Site, { async = false }: { async?: boolean } = {}): number | Promise<number> {
  const x = site.memory.int32("x", 1, { home: 0 });
  const y = site.memory.int32("y", 1, { home: 0 });
  if (site.id === 1) x.set(0, 7);
  site.barrier();
  if (site.id === 0) {
    const start = performance.now();
    while (performance.now() - start < 20) site.poll();
    x.set(0, 1);
    y.set(0, 1);
  }
  if (site.id !== 2) return 0;
  if (async) return afterLoadUnderWay();
  x.prefetch();
  while (y.get(0) !== 1);
  return x.get(0);

  async function afterLoadUnderWay(): Promise<number> {
    const early = x.async.get(0);
    while ((await y.async.get(0)) !== 1);
    const late = await x.async.get(0);
    await early;
    return late;
  }
}
