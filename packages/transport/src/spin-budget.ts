/** Looks at the bell before sleeping: some 130 µs, so that an answer is caught although its sender had to be woken first. */
const SPINS_MAX = 20_000;
/** Too few to cost anything. */
const SPINS_MIN = 64;
/** A sleep this short, in milliseconds, means that the answer was near, or came as soon as the core was given up. */
const SHORT_SLEEP_MS = 0.1;
/**
 * Waits between two tries of the full budget once spinning did not pay. Doubled with each try in vain, up to where these
 * cost half a microsecond a wait.
 */
const PROBE_AFTER_MIN = 16;
const PROBE_AFTER_MAX = 256;
/**
 * Some 4 ms, a tick of the scheduler: two threads that wake each other may share a core while another one is idle, and only
 * threads that both want to run for that long are parted.
 */
const SPINS_TO_PART = 600_000;
/** Milliseconds between two such tries, doubled with each one in vain, up to where they cost a hundredth of the time. */
const PART_AFTER_MIN_MS = 4;
const PART_AFTER_MAX_MS = 500;

/**
 * How long to spin, learnt from what spinning brought (as adaptive mutexes do).
 *
 * On a core of one's own, spinning saves the 50 µs of a wake-up. On a core that the awaited thread needs as well, because
 * other processes are on the remaining ones, it delays the answer by exactly the time spun. The two look alike but for what
 * follows: a spin in vain after which the bell rings almost at once has been in the way. A long sleep after it says nothing,
 * since the wait was long whatever one did.
 */
export class SpinBudget {
  #spins = SPINS_MAX;
  #spent = 0;
  #untilProbe = PROBE_AFTER_MIN;
  #probeAfter = PROBE_AFTER_MIN;
  #partAt = 0;
  #partAfterMs = PART_AFTER_MIN_MS;

  /** Lately spinning has been in the way of what was waited for. */
  get isCut(): boolean {
    return this.#spins < SPINS_MAX;
  }

  /** How many looks the wait that begins now is worth. `now` tells the time in milliseconds. */
  next(now: () => number): number {
    this.#spent = this.#spins;
    if (this.#spins === SPINS_MAX) return SPINS_MAX;
    if (now() >= this.#partAt) this.#spent = SPINS_TO_PART;
    else if (--this.#untilProbe < 0) this.#spent = SPINS_MAX;
    return this.#spent;
  }

  /** The bell rang while this thread spun. */
  rang(): void {
    if (this.#spins === SPINS_MAX) return;
    this.#spins = this.#spent >= SPINS_MAX ? SPINS_MAX : Math.min(SPINS_MAX, this.#spins * 2);
    this.#probeAfter = PROBE_AFTER_MIN;
    this.#untilProbe = PROBE_AFTER_MIN;
  }

  /** It did not ring while this thread spun as long as it was told to, but in a sleep from `start` to `end`. */
  slept(start: number, end: number): void {
    if (this.#spent === SPINS_TO_PART) {
      this.#partAfterMs = Math.min(PART_AFTER_MAX_MS, this.#partAfterMs * 2);
      this.#partAt = end + this.#partAfterMs;
    } else if (this.#spent !== this.#spins) {
      this.#probeAfter = Math.min(PROBE_AFTER_MAX, this.#probeAfter * 2);
      this.#untilProbe = this.#probeAfter;
    } else if (end - start < SHORT_SLEEP_MS) {
      if (this.#spins === SPINS_MAX && end - this.#partAt > PART_AFTER_MAX_MS) {
        // The first in a while.
        this.#partAfterMs = PART_AFTER_MIN_MS;
        this.#partAt = end + PART_AFTER_MIN_MS;
      }
      this.#spins = Math.max(SPINS_MIN, this.#spins >> 2);
    }
  }
}
