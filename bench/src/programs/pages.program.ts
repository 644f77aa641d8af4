/** Page faults: one site's thread takes them while the others serve. */
import type { SharedArray, Site } from "isles";
import { NOTHING, timeEach } from "./timing.ts";

type Pages = SharedArray<Float64Array>;

/** Elements of a 4 KiB page. */
const PER_PAGE = 512;

export interface On {
  readonly array: Pages;
  readonly site: number;
}

/** Makes one site the owner of every page. */
export function own(site: Site, { array, site: owner }: On): void {
  if (site.id !== owner) return;
  using pages = array.write();
  for (let i = 0; i < pages.view.length; i += PER_PAGE) pages.view[i] = site.id + i;
}

/** Gives every site a copy of every page. */
export function share(_site: Site, { array }: { array: Pages }): void {
  array.read().release();
}

/** One load per page at `site`, while the others wait in a barrier. */
export function loads(site: Site, { array, site: reader }: On): Float64Array {
  const order = inNoOrder(array.length / PER_PAGE);
  return alone(site, reader, () => timeEach(order.length, (i) => void array.get(order[i]! * PER_PAGE)));
}

/** One store per page at `site`: a write miss, or an upgrade where the site has a copy. */
export function stores(site: Site, { array, site: writer }: On): Float64Array {
  const order = inNoOrder(array.length / PER_PAGE);
  return alone(site, writer, () => timeEach(order.length, (i) => array.set(order[i]! * PER_PAGE, i)));
}

/** The pages in pairs turned round (1, 0, 3, 2 …): no two steps are equal, so none is asked for ahead and each access misses. */
function inNoOrder(pages: number): Uint32Array {
  return Uint32Array.from({ length: pages }, (_, i) => Math.min(i ^ 1, pages - 1));
}

/** One load per page at `site`, page after page; microseconds per page of the whole sweep. */
export function sweep(site: Site, { array, site: reader }: On): Float64Array {
  return alone(site, reader, () =>
    perPage(array, () => {
      for (let i = 0; i < array.length; i += PER_PAGE) array.get(i);
    }),
  );
}

/** All pages at `site` in one span; microseconds per page. */
export function span(site: Site, { array, site: reader, write }: On & { write: boolean }): Float64Array {
  return alone(site, reader, () => perPage(array, () => (write ? array.write() : array.read()).release()));
}

function perPage(array: Pages, work: () => void): Float64Array {
  return timeEach(1, work).map((time) => time / (array.length / PER_PAGE));
}

/**
 * False sharing: every site writes its own elements of every page, which lie between the others', then all meet and read everything.
 * Microseconds of each such step, at site 0.
 */
export function mixedWriters(site: Site, { array, steps }: { array: Pages; steps: number }): Float64Array {
  site.barrier();
  const times = timeEach(steps, (step) => {
    {
      using mine = array.write();
      for (let i = site.id; i < mine.view.length; i += site.count) mine.view[i] = step + i;
    }
    site.barrier();
    using all = array.read();
    for (let i = 0; i < all.view.length; i++) {
      if (all.view[i] !== step + i) throw new Error(`element ${i} is ${all.view[i]} instead of ${step + i}`);
    }
    site.barrier();
  });
  return site.id === 0 ? times : NOTHING;
}

function alone(site: Site, worker: number, work: () => Float64Array): Float64Array {
  site.barrier();
  const times = site.id === worker ? work() : NOTHING;
  site.barrier();
  return times;
}

/**
 * A flag and a page, there and back: site 0 writes a page and raises its flag; site 1, which spins on that flag, reads the
 * page, writes one of its own and raises the other flag. Microseconds of each round trip, at site 0.
 */
export function flagAndPage(
  site: Site,
  { flags, pages, count }: { flags: readonly SharedArray<Int32Array>[]; pages: readonly Pages[]; count: number },
): Float64Array {
  const me = site.id;
  const [mine, other] = [flags[me]!, flags[1 - me]!];
  const [myPage, otherPage] = [pages[me]!, pages[1 - me]!];
  const base = mine.get(0);
  let sum = 0;
  site.barrier();
  const times = timeEach(count, (i) => {
    if (me === 1) sum += awaited(other, base + i + 1, otherPage, i);
    myPage.set(i % PER_PAGE, i);
    mine.set(0, base + i + 1);
    if (me === 0) sum += awaited(other, base + i + 1, otherPage, i);
  });
  checkSum(sum, (count * (count - 1)) / 2);
  site.barrier();
  return me === 0 ? times : NOTHING;
}

function awaited(flag: SharedArray<Int32Array>, value: number, page: Pages, i: number): number {
  while (flag.get(0) !== value);
  return page.get(i % PER_PAGE);
}

function checkSum(sum: number, expected: number): void {
  if (sum !== expected) throw new Error(`read ${sum} where ${expected} was written`);
}
