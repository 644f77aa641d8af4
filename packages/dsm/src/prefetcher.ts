import { type Acquisition, Mode, type PageRange, State } from "@isles/coherence";
import type { RegionSet } from "./region-set.ts";

/** Pages of each range that are requested ahead of the one waited for: enough to fill the pipe, few enough for the rings. */
const WINDOW_PAGES = 64;
const WINDOW_BYTES = 384 * 1024;

/**
 * Keeps requests for the next missing pages of an acquisition under way, in all of its ranges at once, so that a span costs
 * round trips and not pages × round trips. What it requests is not held: another site may take it again before the cursor comes to it.
 *
 * Pages that are here are skipped, however many: of a band of rows only the first and the last page may be missing, and whoever
 * has these should hear of both before it goes on computing.
 */
export class Prefetcher {
  readonly #acquisition: Acquisition;
  readonly #pages: RegionSet;
  /** For each range, the first page not looked at yet, and from where on the cursor makes more due. */
  readonly #next: number[] = [];
  readonly #due: number[] = [];
  /** Where the cursor was the last time; before the first time, where no cursor ever is. */
  #region = -2;
  #page = -2;

  constructor(acquisition: Acquisition, pages: RegionSet) {
    this.#acquisition = acquisition;
    this.#pages = pages;
    for (const { first } of acquisition.ranges) {
      this.#next.push(first);
      this.#due.push(first);
    }
  }

  /** Tops the windows up; call it whenever the acquisition has still to wait. Costs next to nothing while its cursor stays. */
  run(): void {
    const { ranges, region, page } = this.#acquisition;
    if (page === this.#page && region === this.#region) return;
    this.#page = page;
    this.#region = region;
    for (let i = 0; i < ranges.length; i++) {
      const range = ranges[i]!;
      const isCursorHere = range.region === region && page >= range.first;
      const from = isCursorHere ? page : range.first;
      // In halves: topped up page by page, each page would travel in a message of its own.
      if (from >= this.#due[i]! && this.#next[i]! <= range.last) {
        this.#due[i] = this.#ask(i, range, Math.max(this.#next[i]!, from));
      } else if (isCursorHere && this.#hasLost(i, range, page + 1)) {
        this.#due[i] = this.#ask(i, range, page + 1);
      }
    }
  }

  /**
   * Whether the next missing page was asked for and is not under way: another site has taken it again, or it came to be read where
   * it is to be written. Those behind it may have gone the same way, and one by one each would cost a round trip.
   */
  #hasLost(i: number, { region: id, last, mode }: PageRange, start: number): boolean {
    const region = this.#pages.regionOf(id);
    if (region === undefined) return false;
    const end = Math.min(last, this.#next[i]! - 1);
    const page = region.firstMissing(start, end, mode);
    return page <= end && region.stable(page);
  }

  /** Asks for a window of missing pages from `start` on; returns the page at its middle. */
  #ask(i: number, { region: id, last, mode }: PageRange, start: number): number {
    const region = this.#pages.regionOf(id);
    this.#next[i] = last + 1;
    if (region === undefined) return last; // freed: nothing is requested
    const { pageSize } = region;
    const { state } = region.cache;
    const least = mode === Mode.Read ? State.S : State.M;
    let middle = start;
    let asked = 0;
    let bytes = 0;
    for (let page = start; ; page++) {
      if (page <= last && state[page]! >= least) page = region.firstMissing(page, last, mode);
      if (page > last) return middle;
      if (state[page]! < State.S) bytes += pageSize; // else the bytes are here already, and cost the rings nothing
      if (asked === WINDOW_PAGES || (asked > 1 && bytes > WINDOW_BYTES)) {
        this.#next[i] = page;
        return middle;
      }
      region.request(page, mode);
      if (++asked <= WINDOW_PAGES / 2 && bytes <= WINDOW_BYTES / 2) middle = page;
    }
  }
}
