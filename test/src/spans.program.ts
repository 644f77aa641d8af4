import { busyWait, Prng } from "@isles/testkit";
import type { SharedArray, Site, Span } from "isles";

export interface SpansRun {
  readonly seed: number;
  readonly rounds: number;
  readonly length: number;
  readonly pageSize: number;
  readonly home: "block" | "cyclic" | "first-touch" | "launcher";
}

type Cells = SharedArray<Float64Array>;
type View = Span<Float64Array>;

/** Every this many rounds all sites meet at a barrier inside their spans. */
const BARRIER_EVERY = 8;

/**
 * Three arrays with a[i] + b[i] = 0 and c[i] = 2 a[i] at every moment for whoever holds spans of all three. Each round takes
 * spans of random ranges in random order, nested or at once, and adds to some elements or checks them. Returns how much
 * this site has added, and what it found wrong.
 */
export function spans(site: Site, run: SpansRun): { added: number; wrong: string[] } {
  const prng = new Prng(run.seed).fork(site.id);
  const { pageSize, home } = run;
  const names = ["a", "b", "c"];
  const cells = names.map((name) => site.memory.float64(`${name} ${run.seed}`, run.length, { pageSize, home }));
  const round = new Round(site, prng, cells);
  for (let n = 0; n < run.rounds; n++) round.play(n % BARRIER_EVERY === 0);
  site.barrier();
  return { added: round.added, wrong: round.wrong };
}

/** Sum of the first array, and of the squares of what must be zero. */
export function spansSum(site: Site, { seed, length, pageSize, home }: SpansRun): { sum: number; error: number } {
  const open = (name: string): Cells => site.memory.float64(`${name} ${seed}`, length, { pageSize, home });
  const [a, b, c] = [open("a"), open("b"), open("c")];
  let sum = 0;
  let error = 0;
  for (let i = 0; i < length; i++) {
    sum += a.get(i);
    error += (a.get(i) + b.get(i)) ** 2 + (c.get(i) - 2 * a.get(i)) ** 2;
  }
  return { sum, error };
}

class Round {
  added = 0;
  readonly wrong: string[] = [];
  readonly #site: Site;
  readonly #prng: Prng;
  readonly #cells: readonly Cells[];

  constructor(site: Site, prng: Prng, cells: readonly Cells[]) {
    this.#site = site;
    this.#prng = prng;
    this.#cells = cells;
  }

  play(atBarrier: boolean): void {
    const prng = this.#prng;
    const length = this.#cells[0]!.length;
    const start = prng.below(length);
    const end = start + 1 + prng.below(Math.min(length - start, prng.chance(0.5) ? 4 : length));
    const write = prng.chance(0.6);
    if (prng.chance(0.3)) this.#atOnce(start, end, write, atBarrier);
    else this.#nested(start, end, write, atBarrier);
  }

  #atOnce(start: number, end: number, write: boolean, atBarrier: boolean): void {
    const [a, b, c] = this.#cells.map((cells) => (write ? cells.writing(start, end) : cells.reading(start, end)));
    using held = this.#site.memory.acquire({ c: c!, a: a!, b: b! });
    this.#use([held.a, held.b, held.c], write, atBarrier);
  }

  /** One span in the other, in random order; some are taken for reading first and upgraded by a second one. */
  #nested(start: number, end: number, write: boolean, atBarrier: boolean): void {
    const order = this.#prng.pick([
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]);
    const held: View[] = [];
    const extra: View[] = [];
    for (const k of order) {
      const cells = this.#cells[k]!;
      if (write && this.#prng.chance(0.3)) extra.push(cells.read(0, end));
      held[k] = write ? cells.write(start, end) : cells.read(start, end);
      busyWait(this.#prng, 2_048);
    }
    this.#use(held, write, atBarrier);
    for (const span of this.#prng.chance(0.5) ? [...held, ...extra] : [...extra, ...held]) span.release();
  }

  #use(held: readonly View[], write: boolean, atBarrier: boolean): void {
    this.#check(held);
    if (write) this.#add(held);
    if (atBarrier) this.#site.barrier();
    else if (this.#prng.chance(0.1)) {
      using _lock = this.#site.lock("inside").acquire();
      this.#check(held);
    }
    this.#check(held);
  }

  #check(held: readonly View[]): void {
    const [a, b, c] = held.map(({ view }) => view) as [Float64Array, Float64Array, Float64Array];
    for (let i = 0; i < a.length; i++) {
      if (a[i]! + b[i]! === 0 && c[i] === 2 * a[i]!) continue;
      if (this.wrong.length < 5) this.wrong.push(`element ${held[0]!.start + i}: ${a[i]} ${b[i]} ${c[i]}`);
    }
  }

  #add(held: readonly View[]): void {
    const [a, b, c] = held.map(({ view }) => view) as [Float64Array, Float64Array, Float64Array];
    for (let i = 0; i < a.length; i++) {
      a[i]! += 1;
      b[i]! -= 1;
      c[i]! += 2;
      this.added++;
    }
  }
}
