import type { SharedArray, Site } from "isles";

type Words = SharedArray<Int32Array>;

export interface MutexRun {
  readonly algorithm: "dekker" | "peterson" | "filter" | "bakery";
  readonly rounds: number;
  /** All variables on one page, or one page each. */
  readonly together: boolean;
  readonly name: string;
}

/** Enters a critical section `rounds` times, kept apart from the others by nothing but loads and stores. */
export function mutex(site: Site, { algorithm, rounds, together, name }: MutexRun): number {
  const stride = together ? 1 : 64;
  const words = site.memory.int32(name, stride * (2 + 2 * site.count), { pageSize: 256, home: "cyclic" });
  const at = (n: number): number => n * stride;
  const algorithms = { dekker, peterson, filter, bakery };
  const { enter, leave } = algorithms[algorithm](site, words, at);
  const counter = at(1 + 2 * site.count);
  site.barrier();
  for (let round = 0; round < rounds; round++) {
    enter();
    words.set(counter, words.get(counter) + 1);
    leave();
  }
  site.barrier();
  return words.get(counter);
}

interface Section {
  enter(): void;
  leave(): void;
}

/** Dekker's algorithm (Dijkstra 1965), two sites. Word 0: turn; words 1 and 2: who wants. */
function dekker(site: Site, words: Words, at: (n: number) => number): Section {
  const me = site.id;
  const other = 1 - me;
  return {
    enter() {
      words.set(at(1 + me), 1);
      while (words.get(at(1 + other)) === 1) {
        if (words.get(at(0)) === me) continue;
        words.set(at(1 + me), 0);
        while (words.get(at(0)) !== me);
        words.set(at(1 + me), 1);
      }
    },
    leave() {
      words.set(at(0), other);
      words.set(at(1 + me), 0);
    },
  };
}

/** Peterson 1981, two sites. */
function peterson(site: Site, words: Words, at: (n: number) => number): Section {
  const me = site.id;
  const other = 1 - me;
  return {
    enter() {
      words.set(at(1 + me), 1);
      words.set(at(0), other);
      while (words.get(at(1 + other)) === 1 && words.get(at(0)) === other);
    },
    leave: () => words.set(at(1 + me), 0),
  };
}

/** Peterson's algorithm for n sites, the filter lock. Words 1 to n: levels; words n+1 to 2n: last to arrive there. */
function filter(site: Site, words: Words, at: (n: number) => number): Section {
  const { id: me, count } = site;
  const someAbove = (level: number): boolean => {
    for (let k = 0; k < count; k++) if (k !== me && words.get(at(1 + k)) >= level) return true;
    return false;
  };
  return {
    enter() {
      for (let level = 1; level < count; level++) {
        words.set(at(1 + me), level);
        words.set(at(count + level), me);
        while (someAbove(level) && words.get(at(count + level)) === me);
      }
    },
    leave: () => words.set(at(1 + me), 0),
  };
}

/** Lamport's bakery 1974, n sites. Words 1 to n: choosing; words n+1 to 2n: tickets. */
function bakery(site: Site, words: Words, at: (n: number) => number): Section {
  const { id: me, count } = site;
  const ticketOf = (k: number): number => words.get(at(1 + count + k));
  const isBefore = (k: number, mine: number): boolean => {
    const ticket = ticketOf(k);
    return ticket !== 0 && (ticket < mine || (ticket === mine && k < me));
  };
  return {
    enter() {
      words.set(at(1 + me), 1);
      let highest = 0;
      for (let k = 0; k < count; k++) highest = Math.max(highest, ticketOf(k));
      words.set(at(1 + count + me), highest + 1);
      words.set(at(1 + me), 0);
      for (let k = 0; k < count; k++) {
        if (k === me) continue;
        while (words.get(at(1 + k)) === 1);
        while (isBefore(k, highest + 1));
      }
    },
    leave: () => words.set(at(1 + count + me), 0),
  };
}

/** Every site writes the elements `id`, `id + count`, … over and over; all must keep their last values. */
export function neighbours(
  site: Site,
  { type, length, rounds }: { type: "uint8" | "int32"; length: number; rounds: number },
): number {
  const array = site.memory[type](`neighbours ${type}`, length, { pageSize: 256 });
  let lost = 0;
  for (let round = 1; round <= rounds; round++) {
    for (let i = site.id; i < length; i += site.count) array.set(i, (i + round) % 256);
    site.barrier();
    for (let i = 0; i < length; i++) if (array.get(i) !== (i + round) % 256) lost++;
    site.barrier();
  }
  return lost;
}
