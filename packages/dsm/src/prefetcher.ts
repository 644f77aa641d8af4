import { type Acquisition, Mode, type PageRange, State } from "@isles/coherence";
import type { RegionSet } from "./region-set.ts";

/** Pages of each range that are requested ahead of the one waited for: enough to fill the pipe, few enough for the rings. */
const WINDOW_PAGES = 64;
const WINDOW_BYTES = 384 * 1024;

/**
 * Keeps requests for the next pages of a blocking acquisition under way, so that a span costs round trips and not pages ×
 * round trips. What it requests is not held: another site may take it again before the cursor comes to it.
 */
export class Prefetcher {
  readonly #acquisition: Acquisition;
  readonly #pages: RegionSet;
  /** For each range, the first page not requested yet, and from where on more are requested. */
  readonly #next: number[];
  readonly #due: number[];

  constructor(acquisition: Acquisition, pages: RegionSet) {
    this.#acquisition = acquisition;
    this.#pages = pages;
    this.#next = acquisition.ranges.map((range) => range.first);
    this.#due = acquisition.ranges.map((range) => range.first);
  }

  /** Tops the windows up; call it whenever the acquisition is about to wait. */
  run(): void {
    const { ranges, region, page } = this.#acquisition;
    for (const [i, range] of ranges.entries()) {
      const isCursorHere = range.region === region && page > range.first;
      const from = isCursorHere ? page : range.first;
      // In halves: topped up page by page, each page would travel in a message of its own.
      if (from < this.#due[i]! || this.#next[i]! > range.last) continue;
      const to = this.#windowEnd(range, from);
      for (let next = Math.max(this.#next[i]!, from); next <= to; next++) {
        if (range.mode === Mode.Write) this.#pages.store(range.region, next);
        else this.#pages.load(range.region, next);
      }
      this.#next[i] = Math.max(this.#next[i]!, to + 1);
      this.#due[i] = from + ((to + 1 - from) >> 1);
    }
  }

  /** The last page that may be requested now: those whose bytes are here already cost the rings nothing. */
  #windowEnd({ region: id, last }: PageRange, from: number): number {
    const region = this.#pages.regionOf(id);
    if (region === undefined) return last; // freed: nothing is requested
    const { pageSize, cache } = region;
    const end = Math.min(last, from + WINDOW_PAGES - 1);
    let page = from;
    for (let bytes = 0; page < end && bytes + pageSize <= WINDOW_BYTES; page++) {
      if (cache.state[page + 1]! < State.S) bytes += pageSize;
    }
    return page;
  }
}
