import { type Acquisition, Mode, type SpanPages } from "@isles/coherence";

/** Pages of each range that are requested ahead of the one waited for: enough to fill the pipe, few enough for the rings. */
const WINDOW = 64;

/**
 * Keeps requests for the next pages of a blocking acquisition under way, so that a span costs round trips and not pages ×
 * round trips. What it requests is not held: another site may take it again before the cursor comes to it.
 */
export class Prefetcher {
  readonly #acquisition: Acquisition;
  readonly #pages: Pick<SpanPages, "load" | "store">;
  /** For each range, the first page not requested yet. */
  readonly #next: number[];

  constructor(acquisition: Acquisition, pages: Pick<SpanPages, "load" | "store">) {
    this.#acquisition = acquisition;
    this.#pages = pages;
    this.#next = acquisition.ranges.map((range) => range.first);
  }

  /** Tops the windows up; call it whenever the acquisition is about to wait. */
  run(): void {
    const { ranges, region, page } = this.#acquisition;
    for (const [i, range] of ranges.entries()) {
      const isCursorHere = range.region === region && page > range.first;
      const from = isCursorHere ? page : range.first;
      const to = Math.min(range.last, from + WINDOW - 1);
      // In halves: topped up page by page, each page would travel in a message of its own.
      if (this.#next[i]! > from + WINDOW / 2 && to < range.last) continue;
      for (let next = Math.max(this.#next[i]!, from); next <= to; next++) {
        if (range.mode === Mode.Write) this.#pages.store(range.region, next);
        else this.#pages.load(range.region, next);
      }
      this.#next[i] = Math.max(this.#next[i]!, to + 1);
    }
  }
}
