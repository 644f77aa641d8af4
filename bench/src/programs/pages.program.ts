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
  return alone(site, reader, () => timeEach(array.length / PER_PAGE, (i) => void array.get(i * PER_PAGE)));
}

/** One store per page at `site`: a write miss, or an upgrade where the site has a copy. */
export function stores(site: Site, { array, site: writer }: On): Float64Array {
  return alone(site, writer, () => timeEach(array.length / PER_PAGE, (i) => array.set(i * PER_PAGE, i)));
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
