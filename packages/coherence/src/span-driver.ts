import { type Acquisition, ESCALATE_AFTER, Mode, type PageRange } from "./acquisition.ts";
import type { Aside, PinnedPages, Pins } from "./pins.ts";

/** The site's caches, by region. */
export interface SpanPages extends PinnedPages {
  /** PageCache.load of that region. */
  load(region: number, page: number): boolean;
  /** PageCache.store of that region. */
  store(region: number, page: number): boolean;
  /** PageCache.settleAll of every region. */
  settleAll(): void;
}

/**
 * Drives acquisitions of one site: what to request next, and when to settle. The shell only waits and delivers.
 *
 * ```ts
 * const span = driver.begin(ranges, true);
 * driver.prefetch(span, 64);             // optional: have later pages on their way
 * while (driver.next(span)) pumpOne();   // deliver one message to a cache or directory, or sleep
 * useThePages();
 * driver.release(span);
 * ```
 * When the wait is not the thread's (an async span), the shell calls next() again after each message for the site, and
 * once after each blocking wait of the site has ended: while one is under way, other acquisitions stand still.
 * CacheEffects.readOnce must call readOnce(), else a reading span can starve between writers.
 */
export class SpanDriver {
  readonly #pins: Pins;
  readonly #pages: SpanPages;

  constructor(pins: Pins, pages: SpanPages) {
    this.#pins = pins;
    this.#pages = pages;
  }

  /** Pins.begin. A wait for something that is no page gives at once what others ask for. */
  begin(ranges: readonly PageRange[], blocking: boolean): Acquisition {
    const acquisition = this.#pins.begin(ranges, blocking);
    if (blocking && ranges.length === 0) this.#pages.settleAll();
    return acquisition;
  }

  /** False: granted, every page is here and held. True: wait for a message, then ask again. */
  next(acquisition: Acquisition): boolean {
    const { blocking } = this.#pins;
    // Standing still behind a blocking wait: its cursor says nothing, so there is nothing to request.
    if (acquisition.aside || (blocking !== null && blocking !== acquisition)) return true;
    const isMissing = this.#requestMissing(acquisition);
    // Only now, with the cursor in its place: pages below it must not be lent. And at the end of a blocking wait
    // pending acquisitions start over, so pages that they held may be free.
    if (acquisition.blocking) this.#pages.settleAll();
    return isMissing;
  }

  /** Request up to `limit` missing pages of the acquisition ahead of its cursor, without waiting or holding. */
  prefetch(acquisition: Acquisition, limit: number): void {
    let left = limit;
    for (const range of acquisition.ranges) {
      for (let page = range.first; page <= range.last && left > 0; page++) {
        if (this.#pages.satisfied(range.region, page, range.mode)) continue;
        if (range.mode === Mode.Write) this.#pages.store(range.region, page);
        else this.#pages.load(range.region, page);
        left--;
      }
    }
  }

  /** Pins.setAside. */
  setAside(): Aside {
    return this.#pins.setAside();
  }

  /** Pins.takeBack: what the code in between has left behind is given to who asks for it. */
  takeBack(aside: Aside): void {
    this.#pins.takeBack(aside);
    this.#pages.settleAll();
  }

  /** To be called from CacheEffects.readOnce. */
  readOnce(region: number, page: number): void {
    this.#pins.arrivedOnce(region, page);
  }

  /** The span ends; requests that its pins deferred are served. Idempotent. */
  release(acquisition: Acquisition): void {
    this.#pins.release(acquisition);
    this.#pages.settleAll();
  }

  /** Give an acquisition up (its peer is lost). */
  cancel(acquisition: Acquisition): void {
    this.#pins.cancel(acquisition);
    this.#pages.settleAll();
  }

  #requestMissing(acquisition: Acquisition): boolean {
    while (this.#pins.advance(acquisition)) {
      if (!this.#request(acquisition)) return true;
    }
    return false;
  }

  #request(acquisition: Acquisition): boolean {
    const { region, page } = acquisition;
    if (acquisition.mode === Mode.Write || acquisition.lostArrivals >= ESCALATE_AFTER) {
      return this.#pages.store(region, page);
    }
    return this.#pages.load(region, page);
  }
}
