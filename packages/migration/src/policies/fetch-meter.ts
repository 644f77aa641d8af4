/**
 * So many pages fetched from one site pay for a move there. On the machine where this was measured (two cores) a page from a site that is idle takes
 * 25 µs, and a move of a small process that asks for it 0.8 ms. To move when one has paid as much as the move costs is never worse by more than a
 * small factor than to know the future (the ski-rental argument: Karlin, Manasse, Rudolph and Sleator, 1988; for places, Borodin, Linial
 * and Saks, 1992).
 */
export const PAGES_FOR_A_MOVE = 32;
/** What a page takes, in milliseconds: a process that takes longer to move stays until it has fetched as many more. */
const PAGE_MS = 0.025;
const MOVE_MS = PAGES_FOR_A_MOVE * PAGE_MS;
/** A slice with fewer counts as one in which everything was here. */
const STRAY_PAGES = 4;
/** It must have come from there in this share: what comes from everywhere is nowhere nearer. */
export const SHARE_FOR_A_MOVE = 3 / 4;
/** Doubts grow to this: then moves in vain cost less than a fiftieth of the fetches between them. */
const MAX_DOUBTS = 64;

/** What of a meter goes along when its process moves. */
export interface MeterImage {
  /** How many times as many pages the next move takes as the first one did; 0 before that. */
  readonly doubts: number;
  /** What a move of it takes, in milliseconds, as far as is known. */
  readonly moveMs: number;
  /**
   * The site that it left last, and the pages that it had fetched there from the one that it went to. If it writes, they are still there: that it has
   * them fetched back says nothing of what it will work on.
   */
  readonly left?: { readonly site: number; readonly pages: number } | undefined;
}

/** Data access: counts where the pages come from that a process fetches, and says when it should go there. */
export class FetchMeter {
  readonly #pages: Float64Array;
  /** Slices at this site in which what it touched was here, and others. */
  #quiet = 0;
  #busy = 0;
  /** Pages since the last quiet one. */
  #run = 0;
  #doubts: number;
  #left: MeterImage["left"];
  #moveMs: number;

  constructor(sites: number, { doubts, moveMs, left }: MeterImage = { doubts: 0, moveMs: MOVE_MS }) {
    this.#pages = new Float64Array(sites);
    this.#doubts = doubts;
    this.#moveMs = moveMs;
    if (left !== undefined) this.#pages[left.site] = -left.pages;
  }

  get image(): MeterImage {
    return { doubts: this.#doubts, moveMs: this.#moveMs, left: this.#left };
  }

  /**
   * The process has been moved here, and its image took so many milliseconds to make and to read. At most twice as many as before are believed:
   * once it may have been the machine that was busy.
   */
  cameIn(ms: number): void {
    this.#moveMs = Math.min(Math.max(MOVE_MS, ms), 2 * this.#moveMs);
  }

  /** Pages that must have come from a site before the process goes there. */
  get threshold(): number {
    return (this.#moveMs / PAGE_MS) * Math.max(1, this.#doubts);
  }

  /** After at least so many more pages it may be time to go; a whole number, 1 or more. */
  get missing(): number {
    return Math.max(1, Math.ceil(this.threshold - Math.max(...this.#pages)));
  }

  /** A slice of the process ended, in which so many pages came from each site. */
  fetched(pages: ArrayLike<number>): void {
    let total = 0;
    for (let site = 0; site < this.#pages.length; site++) total += pages[site]!;
    if (total < STRAY_PAGES) {
      this.#quiet++;
      this.#run = 0;
    } else {
      this.#busy++;
      this.#run += total;
    }
    if (total === 0) return;
    // What came long ago counts less: after as many pages as pay for a move, three fifths.
    const keep = Math.exp(-total / this.threshold / 2);
    for (let site = 0; site < this.#pages.length; site++) {
      const before = this.#pages[site]!;
      this.#pages[site] = (before < 0 ? before : before * keep) + pages[site]!;
    }
  }

  /** The site to go to, with the reason; forgets what it has counted. */
  decide(at: number): { readonly to: number; readonly reason: string } | undefined {
    let to = -1;
    let total = 0;
    for (let site = 0; site < this.#pages.length; site++) {
      total += Math.max(0, this.#pages[site]!);
      if (site !== at && (to < 0 || this.#pages[site]! > this.#pages[to]!)) to = site;
    }
    if (to < 0 || this.#pages[to]! < this.threshold || this.#pages[to]! < total * SHARE_FOR_A_MOVE) return undefined;
    const count = Math.round(this.#pages[to]!);
    const share = Math.round((100 * this.#pages[to]!) / total);
    const text = `data: ${count} of the pages that it fetched lately, ${share} % of them, came from site ${to}${this.#doubtsText()}`;
    this.#pages.fill(0);
    this.#left = { site: at, pages: this.#run };
    this.#learn(total);
    return { to, reason: text };
  }

  /**
   * A locality that shifts shows as a time in which everything is here, and then a run of fetches. If it was not so, the move here has brought
   * little: what the process works on is in several places, and it would run to and fro between them. Each time it waits for twice as many
   * pages before it goes.
   */
  #learn(counted: number): void {
    const wasInVain = this.#quiet < this.#busy || this.#run < counted * SHARE_FOR_A_MOVE;
    this.#doubts = wasInVain && this.#doubts > 0 ? Math.min(2 * this.#doubts, MAX_DOUBTS) : 1;
    this.#quiet = 0;
    this.#busy = 0;
    this.#run = 0;
  }

  #doubtsText(): string {
    const waited = Math.round(this.threshold);
    if (waited <= PAGES_FOR_A_MOVE) return "";
    return `; it waited for ${waited}, since ${this.#doubts > 1 ? "moves before were in vain" : "a move of it takes long"}`;
  }
}
