import { availableParallelism } from "node:os";
import { LingerRation } from "./linger-ration.ts";
import { SpinBudget } from "./spin-budget.ts";

/**
 * The doorbells of a cluster: one SharedArrayBuffer with a line per endpoint. A sender marks itself in the receiver's
 * *mail* bits and rings; a receiver that found nothing waits on its *bell*.
 *
 * The race that matters: a receiver decides to sleep while a sender rings. The receiver reads the bell before it looks
 * for mail and sleeps only while the bell still has that value, which `Atomics.wait` tests atomically with going to
 * sleep; so a ring after the look is never missed. `sleeping` only saves the sender a futex call.
 */
const LINE = 16; // Int32 words: 64 bytes, so that two endpoints never share a cache line
const BELL = 0;
const SLEEPING = 1;
const MAIL = 2;
const MAIL_WORDS = LINE - MAIL;

/** Bits in a line limit the endpoints of one process; more belong in more processes. */
export const MAX_ENDPOINTS = MAIL_WORDS * 32;

const SPINS_BETWEEN_CHECKS = 64;
/** Some 130 µs: a peer that must first be woken itself answers in that time. */
const SPINS_LINGERING = 20_000;

export function createDoorbells(endpoints: number): SharedArrayBuffer {
  return new SharedArrayBuffer((1 + endpoints) * LINE * 4);
}

export class Doorbells {
  readonly #words: Int32Array;
  readonly #self: number;
  readonly #cores: number;
  readonly #now: () => number;
  readonly #budget = new SpinBudget();
  readonly #ration = new LingerRation();
  #seen = 0;

  /** `now`: milliseconds, monotonic. */
  constructor(buffer: SharedArrayBuffer, self: number, cores = availableParallelism(), now = () => performance.now()) {
    this.#words = new Int32Array(buffer);
    this.#self = (1 + self) * LINE;
    this.#cores = cores;
    this.#now = now;
  }

  /** The number of threads that run (neither asleep in `wait` nor idle in their event loop). */
  get running(): number {
    return Atomics.load(this.#words, 0);
  }

  /** Threads of this cluster, or of others on this machine as far as waits have shown, outnumber the cores. */
  get crowded(): boolean {
    return this.running > this.#cores || this.#budget.isCut;
  }

  /** This thread begins to run program code. */
  enter(): void {
    Atomics.add(this.#words, 0, 1);
  }

  leave(): void {
    Atomics.sub(this.#words, 0, 1);
  }

  /** Tells `to` that it has mail from this endpoint (`from`). */
  ring(to: number, from: number): void {
    const words = this.#words;
    const line = (1 + to) * LINE;
    Atomics.or(words, line + MAIL + (from >>> 5), 1 << (from & 31));
    Atomics.add(words, line + BELL, 1);
    if (Atomics.load(words, line + SLEEPING) === 1) Atomics.notify(words, line + BELL);
  }

  /** Cheap test for mail: has the bell rung since `listen`? */
  get rung(): boolean {
    return Atomics.load(this.#words, this.#self + BELL) !== this.#seen;
  }

  /** Notes the bell's value; call it before looking for mail. */
  listen(): void {
    this.#seen = Atomics.load(this.#words, this.#self + BELL);
  }

  /** Takes the mail bits of word `word`: the endpoints 32·word … that have rung. */
  takeMail(word: number): number {
    return Atomics.exchange(this.#words, this.#self + MAIL + word, 0);
  }

  /** Whether to `linger` this time. Not while all cores but one are in use: its peer may be waking up on that. */
  mayLinger(): boolean {
    return this.running < this.#cores - 1 && this.#ration.next();
  }

  /**
   * Looks for a moment whether the bell rings, for a thread that is about to sleep in its event loop: whoever calls it again
   * at once then need not have it woken.
   */
  linger(): boolean {
    const words = this.#words;
    this.enter();
    let spins = SPINS_LINGERING;
    while (!this.rung && spins > 0 && Atomics.load(words, 0) < this.#cores) spins--;
    this.leave();
    const found = this.rung;
    this.#ration.looked(found);
    return found;
  }

  /**
   * Waits until the bell rings after the last `listen`, at most `timeoutMs`. Spins first, but only while every running
   * thread has a core to itself: a spinner without one would steal the time of the very thread it waits for. Other
   * processes want cores too and are not in that count, so the spinning is also rationed by what it has brought lately.
   */
  wait(timeoutMs: number): void {
    const words = this.#words;
    const bell = this.#self + BELL;
    const spins = this.#budget.next(this.#now);
    let spun = 0;
    for (; spun < spins && Atomics.load(words, 0) <= this.#cores; spun += SPINS_BETWEEN_CHECKS) {
      for (let k = 0; k < SPINS_BETWEEN_CHECKS; k++) {
        if (Atomics.load(words, bell) !== this.#seen) {
          this.#budget.rang();
          return;
        }
      }
    }
    const start = this.#now();
    Atomics.sub(words, 0, 1);
    Atomics.store(words, this.#self + SLEEPING, 1);
    const woken = Atomics.wait(words, bell, this.#seen, timeoutMs);
    Atomics.store(words, this.#self + SLEEPING, 0);
    Atomics.add(words, 0, 1);
    // A spin that was cut short for want of cores has shown nothing, and neither has a sleep that ran out.
    if (spun >= spins && woken === "ok") this.#budget.slept(start, this.#now());
  }
}
