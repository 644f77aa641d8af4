import { assert } from "@isles/base";
import { Acquisition, ESCALATE_AFTER, Mode, type PageRange, Phase } from "./acquisition.ts";

/** What Pins asks of the site's caches. */
export interface PinnedPages {
  /** Is the page here in that mode? Read: `state >= State.S`. Write: `state === State.M`. */
  satisfied(region: number, page: number, mode: Mode): boolean;
  /** The first page from `first` to `last` that is not, or `last + 1`. For sites that hold thousands; else each is asked about. */
  firstMissing?(region: number, first: number, last: number, mode: Mode): number;
  /** How many rights all the caches ever lost (sum of PageCache.losses). Without it every blocking wait rescans granted spans. */
  readonly losses?: number;
}

/** What {@link Pins.setAside} has set aside. */
export interface Aside {
  readonly live: readonly Acquisition[];
  readonly blocking: Acquisition | null;
  readonly whole: boolean;
  readonly lossesAtBegin: number;
}

const UNKNOWN = -1;
/** Beyond any region and page number. */
const NOWHERE = Number.MAX_SAFE_INTEGER;

/**
 * Which pages a site holds on to, and in which order spans collect theirs: ascending by (region, page).
 *
 * While a blocking acquisition waits for page p, only pages below p are held; what granted spans cover above p may be
 * lent out and is fetched back, in order, before the wait ends. A site that waits for p thus never makes another
 * wait for a page above p, so no cycle of waits can close: nested spans and spans of several ranges cannot deadlock.
 *
 * Spans granted outside a blocking wait hold hard. Programs that await a span while they keep another must
 * therefore ask in ascending order themselves; blocking ones need not.
 *
 * After begin(blocking), after the end of a blocking wait, and after release() and cancel(), pages may have become
 * softer: call PageCache.settleAll(). SpanDriver does.
 */
export class Pins {
  readonly #pages: PinnedPages;
  /** Pending and granted, oldest first. Few (tens), so held() scans it. */
  readonly #live: Acquisition[] = [];
  /** The one whose wait blocks the site's thread; at most one. */
  #blocking: Acquisition | null = null;
  /** Every page of every granted span was here when the last blocking wait ended. */
  #whole = true;
  /** PinnedPages.losses when the present blocking wait began. */
  #lossesAtBegin = 0;
  /** The segment that #segmentFrom() found: pages with the same demand. */
  #region = 0;
  #first = 0;
  #last = 0;
  #mode: Mode = Mode.Read;

  constructor(pages: PinnedPages) {
    this.#pages = pages;
  }

  /**
   * Start acquiring ranges, in any order; they may overlap each other and granted ones. `blocking`: the site's whole
   * thread waits, so granted spans above the cursor may be lent out. No ranges and blocking = a wait for something
   * else (barrier, lock): all is soft until the advance() loop fetches back what was lent.
   */
  begin(ranges: readonly PageRange[], blocking: boolean): Acquisition {
    assert(!blocking || this.#blocking === null, "at most one blocking acquisition at a site");
    const acquisition = new Acquisition(ranges, blocking);
    this.#live.push(acquisition);
    if (blocking) {
      this.#blocking = acquisition;
      this.#lossesAtBegin = this.#pages.losses ?? UNKNOWN;
    }
    return acquisition;
  }

  /**
   * Move the cursor to the lowest page that is not here and return true; or grant and return false. A blocking
   * acquisition also fetches back what granted spans lost. Amortised O(pages): below the cursor nothing gets lost.
   * Not blocking, it stands still (true) while a blocking acquisition is under way.
   */
  advance(acquisition: Acquisition): boolean {
    if (acquisition.phase !== Phase.Pending) return false;
    if (acquisition.aside || (this.#blocking !== null && this.#blocking !== acquisition)) return true;
    const everything = acquisition.blocking && this.#mayHaveLent();
    if (this.#findMissing(acquisition, everything)) return true;
    acquisition.phase = Phase.Granted;
    if (acquisition.blocking) this.#endBlocking(true);
    if (acquisition.ranges.length === 0) this.release(acquisition);
    return false;
  }

  /** Forget an acquisition that cannot end well (its peer is lost). What it made others lend stays lent until the next wait. */
  cancel(acquisition: Acquisition): void {
    if (this.#blocking === acquisition) this.#endBlocking(!this.#mayHaveLent());
    this.#forget(acquisition);
  }

  /** The span ends. Idempotent. */
  release(acquisition: Acquisition): void {
    if (acquisition.phase === Phase.Pending) this.cancel(acquisition);
    else this.#forget(acquisition);
  }

  /**
   * Other code is about to run inside a blocking wait for something that is no page: a call that came in. Whatever was begun
   * so far is lent to it as to everybody else, and stands still. So that code begins with nothing held, may block itself,
   * and ascends on its own: at any time only the innermost code of a site holds pages while it waits for one.
   */
  setAside(): Aside {
    const aside = {
      live: [...this.#live],
      blocking: this.#blocking,
      whole: this.#whole,
      lossesAtBegin: this.#lossesAtBegin,
    };
    assert(aside.live.length === 0 || aside.blocking?.ranges.length === 0, "only what is lent can be set aside");
    for (const acquisition of aside.live) acquisition.aside = true;
    this.#live.length = 0;
    this.#blocking = null;
    this.#whole = true;
    return aside;
  }

  /** That code is done; the blocking wait goes on. What the code left behind (an async span) is lent from now on, too. */
  takeBack({ live, blocking, whole, lossesAtBegin }: Aside): void {
    assert(this.#blocking === null, "a blocking wait ends before the one that it runs inside");
    for (const acquisition of live) acquisition.aside = false;
    this.#live.unshift(...live.filter((acquisition) => acquisition.phase !== Phase.Ended));
    this.#blocking = blocking;
    this.#whole &&= whole;
    this.#lossesAtBegin = lossesAtBegin;
  }

  /**
   * Must the page keep a right? Read: any span may need it readable; Write: a span may need it M. A page that is only read
   * here thus goes from M to S for another reader. Asked by PageCache (CacheEffects.held) and before an eviction.
   */
  held(region: number, page: number, right: Mode = Mode.Read): boolean {
    const blocking = this.#blocking;
    if (blocking !== null && !this.#isBehind(blocking, region, page)) return false;
    for (const acquisition of this.#live) {
      if (!covers(acquisition.ranges, region, page, right)) continue;
      if (acquisition.phase === Phase.Granted || this.#isBehind(acquisition, region, page)) return true;
    }
    return false;
  }

  /** The page came, but for one load only; remembered for SpanDriver's escalation. */
  arrivedOnce(region: number, page: number): void {
    for (const acquisition of this.#live) {
      if (acquisition.phase !== Phase.Pending || acquisition.region !== region || acquisition.page !== page) continue;
      acquisition.lostArrivals = Math.min(acquisition.lostArrivals + 1, ESCALATE_AFTER);
    }
  }

  /** Nothing pending, nothing granted: waiting for one page needs no acquisition. */
  get idle(): boolean {
    return this.#live.length === 0;
  }

  /** Pending and granted acquisitions, oldest first. */
  get live(): readonly Acquisition[] {
    return this.#live;
  }

  /** The acquisition whose wait blocks the site's thread, if any. */
  get blocking(): Acquisition | null {
    return this.#blocking;
  }

  /** Append everything that decides the future to `out`. For the model checker. */
  capture(out: number[]): void {
    out.push(this.#whole ? 1 : 0, this.#blocking !== null && this.#mayHaveLent() ? 1 : 0, this.#live.length);
    for (const acquisition of this.#live) acquisition.capture(out);
  }

  /** Become what capture() wrote from `words[at]` on; returns where the following words begin. `live` keeps its order. */
  restore(words: ArrayLike<number>, at: number): number {
    this.#live.length = 0;
    this.#blocking = null;
    this.#whole = words[at] === 1;
    const { losses } = this.#pages;
    this.#lossesAtBegin = losses === undefined ? UNKNOWN : losses - words[at + 1];
    let next = at + 3;
    for (let count = words[at + 2]; count > 0; count--) {
      const acquisition = Acquisition.restore(words, next);
      next += acquisition.capturedLength;
      this.#live.push(acquisition);
      if (acquisition.blocking && acquisition.phase === Phase.Pending) this.#blocking = acquisition;
    }
    return next;
  }

  /** Below the cursor, or at it and arrived in the mode waited for: a deferred request must not take it away again. */
  #isBehind(acquisition: Acquisition, region: number, page: number): boolean {
    if (region !== acquisition.region) return region < acquisition.region;
    if (page !== acquisition.page) return page < acquisition.page;
    return this.#pages.satisfied(region, page, acquisition.mode);
  }

  /** Can a granted page be missing? Any right lost since the wait began may have been on one. */
  #mayHaveLent(): boolean {
    const { losses } = this.#pages;
    return !this.#whole || losses === undefined || losses !== this.#lossesAtBegin;
  }

  #findMissing(acquisition: Acquisition, everything: boolean): boolean {
    let region = acquisition.region;
    let page = acquisition.page;
    while (this.#segmentFrom(acquisition, everything, region, page)) {
      region = this.#region;
      page = this.#firstMissing(region, this.#first, this.#last, this.#mode);
      if (page > this.#last) continue;
      this.#moveCursor(acquisition, region, page);
      return true;
    }
    return false;
  }

  #firstMissing(region: number, first: number, last: number, mode: Mode): number {
    if (this.#pages.firstMissing !== undefined) return this.#pages.firstMissing(region, first, last, mode);
    let page = first;
    while (page <= last && this.#pages.satisfied(region, page, mode)) page++;
    return page;
  }

  #moveCursor(acquisition: Acquisition, region: number, page: number): void {
    if (acquisition.region !== region || acquisition.page !== page) acquisition.lostArrivals = 0;
    acquisition.region = region;
    acquisition.page = page;
    acquisition.mode = this.#mode;
  }

  /** Find the first run of pages at or after a page that is wanted in one mode all along; false if nothing is left. */
  #segmentFrom(acquisition: Acquisition, everything: boolean, region: number, page: number): boolean {
    this.#region = NOWHERE;
    this.#first = 0;
    for (const other of this.#live) {
      if (other !== acquisition && !(everything && other.phase === Phase.Granted)) continue;
      for (const range of other.ranges) this.#lowerStart(range, region, page);
    }
    if (this.#region === NOWHERE) return false;
    this.#last = NOWHERE;
    this.#mode = Mode.Read;
    for (const other of this.#live) {
      if (other !== acquisition && !(everything && other.phase === Phase.Granted)) continue;
      for (const range of other.ranges) this.#cutSegment(range);
    }
    return true;
  }

  #lowerStart(range: PageRange, region: number, page: number): void {
    if (range.region < region || (range.region === region && range.last < page)) return;
    const first = range.region === region && range.first < page ? page : range.first;
    if (first > range.last) return;
    if (range.region < this.#region || (range.region === this.#region && first < this.#first)) {
      this.#region = range.region;
      this.#first = first;
    }
  }

  #cutSegment(range: PageRange): void {
    if (range.region !== this.#region || range.last < this.#first) return;
    if (range.first > this.#first) {
      this.#last = Math.min(this.#last, range.first - 1);
      return;
    }
    this.#last = Math.min(this.#last, range.last);
    if (range.mode === Mode.Write) this.#mode = Mode.Write;
  }

  /** Pending acquisitions start over if anything was lost: their pages above the blocking cursor were soft. */
  #endBlocking(whole: boolean): void {
    const mustRewind = this.#mayHaveLent();
    this.#blocking = null;
    this.#whole = whole;
    if (!mustRewind) return;
    for (const acquisition of this.#live) {
      if (acquisition.phase === Phase.Pending) acquisition.rewind();
    }
  }

  #forget(acquisition: Acquisition): void {
    acquisition.phase = Phase.Ended;
    const at = this.#live.indexOf(acquisition);
    if (at >= 0) this.#live.splice(at, 1);
  }
}

/** Does a range need `right` on the page? Every range needs at least to read. */
function covers(ranges: readonly PageRange[], region: number, page: number, right: Mode): boolean {
  for (const range of ranges) {
    if (range.region === region && range.first <= page && page <= range.last && range.mode >= right) return true;
  }
  return false;
}
