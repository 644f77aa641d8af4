/**
 * A vector shared out to the sites in blocks, each on pages of its own.
 *
 * Why not simply rows n/count × i …: the block of one site would end, and that of the next begin, in the middle of a
 * page, and the two would take that page from each other at every step (false sharing). It also makes it safe to keep
 * a block's write span over a barrier or a reduction: no other site can be waiting for one of its pages.
 */
import type { Site } from "isles";
import { pageSizeFor } from "./page-size.ts";

/** One site's part of a vector. */
export interface Block {
  /** Its elements in the vector. */
  readonly start: number;
  readonly end: number;
  /** Where they lie in shared memory. */
  readonly at: number;
  readonly until: number;
}

/** How a vector of float64 lies in shared memory. */
export interface BlockLayout {
  /** Elements of shared memory to allocate. */
  readonly length: number;
  /** Bytes of a page. */
  readonly pageSize: number;
  /** All blocks, in the order of their elements. */
  readonly blocks: readonly Block[];
  /** The block of the site that asks. */
  readonly own: Block;
}

/** Shares out `length` elements. Every site must call this, for it exchanges what each one got (one reduction). */
export function shareBlocks(site: Site, length: number): BlockLayout {
  const mine = site.share(length);
  const ranges = site.reduce("block ranges", [mine], (some, more) => [...some, ...more]);
  const longest = Math.max(...ranges.map(({ start, end }) => end - start));
  const pageSize = pageSizeFor(longest * Float64Array.BYTES_PER_ELEMENT);
  const pageElements = pageSize / Float64Array.BYTES_PER_ELEMENT;
  const stride = Math.ceil(longest / pageElements) * pageElements;
  const blocks = ranges
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
    .map(({ start, end }, k) => ({ start, end, at: k * stride, until: k * stride + end - start }));
  const own = blocks.find(({ start, end }) => start === mine.start && end === mine.end);
  if (own === undefined) throw new Error(`site ${site.id}: its own range is missing from the reduction`);
  return { length: stride * blocks.length, pageSize, blocks, own };
}
