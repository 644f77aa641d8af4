/**
 * So many pages fetched from one site pay for a move there. A page takes some 15 µs, and a move of a small process a
 * millisecond: who moves when it has paid as much as the move costs never pays more than twice what it would have paid had it known the
 * future (the ski-rental argument: Karlin, Manasse, Rudolph and Sleator, 1988).
 */
export const PAGES_FOR_A_MOVE = 64;
/** It must have come from there in this share: what comes from everywhere is nowhere nearer. */
export const SHARE_FOR_A_MOVE = 3 / 4;

/** Data access: counts where the pages come from that a process fetches, and says when it should go there. */
export class FetchMeter {
  readonly #pages: Float64Array;

  constructor(sites: number) {
    this.#pages = new Float64Array(sites);
  }

  /** A slice of the process ended, in which so many pages came from each site. */
  fetched(pages: ArrayLike<number>): void {
    let total = 0;
    for (let site = 0; site < this.#pages.length; site++) total += pages[site]!;
    if (total === 0) return;
    // What came long ago counts less: after as many pages as pay for a move, about a third.
    const keep = Math.exp(-total / PAGES_FOR_A_MOVE / 2);
    for (let site = 0; site < this.#pages.length; site++) this.#pages[site] = this.#pages[site]! * keep + pages[site]!;
  }

  /** The site to go to, with the reason; forgets what it has counted. */
  decide(at: number): { readonly to: number; readonly reason: string } | undefined {
    let to = -1;
    let total = 0;
    for (let site = 0; site < this.#pages.length; site++) {
      total += this.#pages[site]!;
      if (site !== at && (to < 0 || this.#pages[site]! > this.#pages[to]!)) to = site;
    }
    if (to < 0 || this.#pages[to]! < PAGES_FOR_A_MOVE || this.#pages[to]! < total * SHARE_FOR_A_MOVE) return undefined;
    const count = Math.round(this.#pages[to]!);
    const share = Math.round((100 * this.#pages[to]!) / total);
    this.#pages.fill(0);
    return {
      to,
      reason: `data: ${count} of the pages that it fetched lately, ${share} % of them, came from site ${to}`,
    };
  }
}
