/** What a thread's time goes into. Everything that is not one of the others is the program's own: computing, or idling. */
export const Spending = {
  Program: 0,
  ReadMiss: 1,
  WriteMiss: 2,
  Lock: 3,
  Barrier: 4,
  Other: 5,
  Serving: 6,
} as const;
export type Spending = (typeof Spending)[keyof typeof Spending];

/** Milliseconds spent so far on each kind of thing; what passed besides was the program's own. */
export interface Times {
  /** Waiting for pages to read. */
  readMissMs: number;
  /** Waiting for pages to write, or for the right to. */
  writeMissMs: number;
  /** Waiting for locks, semaphores and conditions. */
  lockMs: number;
  /** Waiting in barriers, reductions and broadcasts. */
  barrierMs: number;
  /** Waiting for anything else: remote calls, words, latches, memory to be made. */
  otherMs: number;
  /** Answering others between two pieces of computing, and running their calls inside waits. */
  servingMs: number;
}

/**
 * Books a thread's time under one kind of thing at a time: what begins inside something else interrupts it, so that no
 * millisecond counts twice.
 */
export class TimeAccount {
  readonly #now: () => number;
  readonly #spent = new Float64Array(Object.keys(Spending).length);
  #current: Spending = Spending.Program;
  #since: number;

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  /** From now on time is spent on `what`. Returns what it was spent on before: switch back to that. */
  switchTo(what: Spending, now: number = this.#now()): Spending {
    const before = this.#current;
    this.#spent[before]! += now - this.#since;
    this.#since = now;
    this.#current = what;
    return before;
  }

  times(): Times {
    this.switchTo(this.#current);
    const spent = this.#spent;
    return {
      readMissMs: spent[Spending.ReadMiss]!,
      writeMissMs: spent[Spending.WriteMiss]!,
      lockMs: spent[Spending.Lock]!,
      barrierMs: spent[Spending.Barrier]!,
      otherMs: spent[Spending.Other]!,
      servingMs: spent[Spending.Serving]!,
    };
  }
}
