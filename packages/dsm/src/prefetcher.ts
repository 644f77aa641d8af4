import { type Acquisition, Mode, type SpanPages } from "@isles/coherence";
import type { RegionSet } from "./region-set.ts";

/** Pages of each range that are requested ahead of the one waited for: enough to fill the pipe, few enough for the rings. */
const WINDOW_PAGES = 64;
const WINDOW_BYTES = 384 * 1024;

/** How pages are asked for, and how large they are. */
interface AheadPages extends Pick<SpanPages, "load" | "store"> {
  readonly regions: RegionSet;
}

/**
 * Keeps requests for the next pages of a blocking acquisition under way, so that a span costs round trips and not pages ×
 * round trips. What it requests is not held: another site may take it again before the cursor comes to it.
 */
export class Prefetcher {
  readonly #acquisition: Acquisition;
  readonly #pages: AheadPages;
  /** For each range, how many pages it may be ahead. */
  readonly #windows: number[];
  /** For each range, the first page not requested yet. */
  readonly #next: number[];

  constructor(acquisition: Acquisition, pages: AheadPages) {
    this.#acquisition = acquisition;
    this.#pages = pages;
    this.#windows = acquisition.ranges.map(({ region }) => {
      const fitting = Math.floor(WINDOW_BYTES / (pages.regions.regionOf(region)?.pageSize ?? 1));
      return Math.min(WINDOW_PAGES, Math.max(2, fitting));
    });
    this.#next = acquisition.ranges.map((range) => range.first);
  }

  /** Tops the windows up; call it whenever the acquisition is about to wait. */
  run(): void {
    const { ranges, region, page } = this.#acquisition;
    for (const [i, range] of ranges.entries()) {
      const isCursorHere = range.region === region && page > range.first;
      const from = isCursorHere ? page : range.first;
      const window = this.#windows[i]!;
      const to = Math.min(range.last, from + window - 1);
      // In halves: topped up page by page, each page would travel in a message of its own.
      if (this.#next[i]! > from + window / 2 && to < range.last) continue;
      for (let next = Math.max(this.#next[i]!, from); next <= to; next++) {
        if (range.mode === Mode.Write) this.#pages.store(range.region, next);
        else this.#pages.load(range.region, next);
      }
      this.#next[i] = Math.max(this.#next[i]!, to + 1);
    }
  }
}
