/** What a site's memory is spent on. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SharedArray, Site } from "isles";

let collect: (() => void) | undefined;

/** Looks at what is in use until it stays the same, at most so often, with so many milliseconds between: buffers are freed beside the collector. */
const LOOKS_MAX = 50;
const LOOK_MS = 2;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Collects garbage and returns the bytes in use: by the heap, and outside it by array buffers. */
function settled(): { heap: number; buffers: number } {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  let buffers = -1;
  for (let look = 0; look < LOOKS_MAX; look++) {
    collect();
    const { arrayBuffers } = process.memoryUsage();
    if (arrayBuffers === buffers) break;
    buffers = arrayBuffers;
    Atomics.wait(pause, 0, 0, LOOK_MS);
  }
  return { heap: process.memoryUsage().heapUsed, buffers };
}

/** Bytes of array buffers that an array of `bytes` bytes takes at this site beyond its own contents. */
export function tables(site: Site, { bytes, pageSize }: { bytes: number; pageSize: number }): number {
  const name = `region of ${pageSize}`;
  const before = settled().buffers;
  site.memory.uint8(name, bytes, { pageSize });
  const taken = settled().buffers - before - bytes;
  site.barrier();
  return taken;
}

/**
 * `faults` page faults, in equal parts write upgrades at site 1, element loads and span pages at site 0. Returns the heap
 * in use (bytes) after each tenth, and how many faults there were: fewer if `limitMs` was up first.
 */
export function faults(
  site: Site,
  { array, count, limitMs }: { array: SharedArray<Float64Array>; count: number; limitMs: number },
): { heaps: number[]; faults: number } {
  const perPage = 512;
  const pages = array.length / perPage;
  const perTenth = Math.max(1, Math.round(count / (10 * 4 * pages)));
  const start = performance.now();
  const heaps: number[] = [];
  for (let tenth = 0; tenth < 10; tenth++) {
    for (let round = 0; round < perTenth; round++) {
      write(site, array);
      if (site.id === 0) for (let page = 0; page < pages; page++) array.get(page * perPage);
      site.barrier();
      write(site, array);
      if (site.id === 0) array.read().release();
      site.barrier();
    }
    heaps.push(settled().heap);
    const late = site.reduce("late", performance.now() - start > limitMs, (a, b) => a || b);
    if (late) break;
  }
  return { heaps, faults: heaps.length * perTenth * 4 * pages };
}

function write(site: Site, array: SharedArray<Float64Array>): void {
  if (site.id === 1) array.fill(site.id);
  site.barrier();
}
