/** What a span waits for at a page. Write wins where both are wanted. */
export const Mode = { Read: 0, Write: 1 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

/** Pages `first` to `last` (both included) of one region, wanted in one mode. */
export interface PageRange {
  readonly region: number;
  readonly first: number;
  readonly last: number;
  readonly mode: Mode;
}

/** After so many arrivals good for one load only, a reading span asks for M: an owner defers, so it cannot starve. */
export const ESCALATE_AFTER = 2;

/** Where an acquisition stands. */
export const Phase = { Pending: 0, Granted: 1, Ended: 2 } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/**
 * One span (or one blocking wait) on its way from begin() to release(). Only Pins writes it.
 *
 * `region`, `page` and `mode` are its cursor: the page it waits for, and in which mode.
 */
export class Acquisition {
  readonly ranges: readonly PageRange[];
  readonly blocking: boolean;
  phase: Phase = Phase.Pending;
  /** Below every page until the first advance(): nothing is held on its account. */
  region = -1;
  page = -1;
  mode: Mode = Mode.Read;
  /** How often the page at the cursor came good for one load only (IS_D_I); counted up to ESCALATE_AFTER. */
  lostArrivals = 0;
  /** Code that knows nothing of it runs inside the wait of its site: it holds nothing and stands still. */
  aside = false;

  constructor(ranges: readonly PageRange[], blocking: boolean) {
    this.ranges = ranges;
    this.blocking = blocking;
  }

  get granted(): boolean {
    return this.phase === Phase.Granted;
  }

  /** Look at every page again: what was behind the cursor may have been lent. */
  rewind(): void {
    this.region = -1;
    this.page = -1;
    this.mode = Mode.Read;
    this.lostArrivals = 0;
  }

  /** How many words capture() writes. */
  get capturedLength(): number {
    return 7 + 4 * this.ranges.length;
  }

  capture(out: number[]): void {
    out.push(this.blocking ? 1 : 0, this.phase, this.region + 1, this.page + 1, this.mode, this.lostArrivals);
    out.push(this.ranges.length);
    for (const range of this.ranges) out.push(range.region, range.first, range.last, range.mode);
  }

  static restore(words: ArrayLike<number>, at: number): Acquisition {
    const ranges: PageRange[] = [];
    for (let i = 0, next = at + 7; i < words[at + 6]; i++, next += 4) {
      const mode = words[next + 3] as Mode;
      ranges.push({ region: words[next], first: words[next + 1], last: words[next + 2], mode });
    }
    const acquisition = new Acquisition(ranges, words[at] === 1);
    acquisition.phase = words[at + 1] as Phase;
    acquisition.region = words[at + 2] - 1;
    acquisition.page = words[at + 3] - 1;
    acquisition.mode = words[at + 4] as Mode;
    acquisition.lostArrivals = words[at + 5];
    return acquisition;
  }
}
