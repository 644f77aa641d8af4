import type { Mode } from "@isles/coherence";
import type { Region } from "./region.ts";

/** Pages asked for ahead at most: a round trip is then a small part of what so many pages cost. */
const AHEAD_MAX = 32;
const AHEAD_BYTES_MAX = 128 * 1024;

/**
 * Sees in the page faults of element accesses that a program goes through an array in equal steps, and asks for the next pages
 * along with the missing one: a sweep by `get` then costs a round trip for many pages, not for each. Twice as many each
 * time it was right.
 *
 * For the textbook's view see Hennessy and Patterson on stride prefetching; this one looks at misses alone, since hits are none of the
 * runtime's business.
 */
export class Strides {
  /** The region's number: a freed one must not be kept alive from here. */
  #region = -1;
  #mode: Mode | undefined;
  #last = -1;
  #stride = 0;
  /** The page that the program misses next if it goes on like that. */
  #expected = -1;
  #ahead = 0;

  /** A program is about to wait for a page: asks for those that it will want after it. */
  missed(region: Region, page: number, mode: Mode): void {
    const goesOn = region.id === this.#region && mode === this.#mode;
    const stride = goesOn ? page - this.#last : 0;
    if (goesOn && page === this.#expected) {
      this.#ahead = Math.min(this.#ahead * 2, AHEAD_MAX, Math.max(1, AHEAD_BYTES_MAX / region.pageSize));
    } else {
      this.#ahead = stride !== 0 && stride === this.#stride ? 1 : 0;
      this.#stride = stride;
    }
    this.#region = region.id;
    this.#mode = mode;
    this.#last = page;
    this.#expected = this.#ahead === 0 ? -1 : this.#ask(region, page, mode);
  }

  /** Returns the first page that was not asked for. */
  #ask(region: Region, page: number, mode: Mode): number {
    const home = region.homeOf(page);
    let next = page + this.#stride;
    for (let left = this.#ahead; left > 0 && next >= 0 && next < region.pages; left--) {
      // What lives elsewhere is somebody else's, or for another time: to run on into it would do harm.
      if (region.homeOf(next) !== home) break;
      region.request(next, mode);
      this.#last = next;
      next += this.#stride;
    }
    return next;
  }
}
