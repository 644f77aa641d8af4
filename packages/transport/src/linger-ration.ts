/** Events let pass after a look in vain; doubled with each one more, up to where looking costs half a microsecond an event. */
const SKIPPED_MIN = 1;
const SKIPPED_MAX = 256;

/** When a thread in its event loop should look for more mail before it goes to sleep: as long as that brings some. */
export class LingerRation {
  #skipping = 0;
  #skipNext = SKIPPED_MIN;

  /** Whether to look this time. */
  next(): boolean {
    if (this.#skipping === 0) return true;
    this.#skipping--;
    return false;
  }

  looked(found: boolean): void {
    this.#skipping = found ? 0 : this.#skipNext;
    this.#skipNext = found ? SKIPPED_MIN : Math.min(SKIPPED_MAX, this.#skipNext * 2);
  }
}
