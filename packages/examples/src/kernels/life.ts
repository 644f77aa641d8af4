/**
 * Conway's game of life on a torus, a byte a cell: a living cell stays alive with two or three living neighbours of its eight, and
 * a dead one comes to life with three (Gardner, Scientific American, October 1970).
 */
import { sameBits } from "../kernel/compare.ts";
import type { SizeName, Verdict } from "../kernel/contract.ts";
import { Lcg48 } from "./lcg48.ts";

export interface LifeProblem {
  /** Cells across and down. */
  readonly n: number;
  readonly generations: number;
}

export const LIFE_PROBLEMS: Readonly<Partial<Record<SizeName, LifeProblem>>> = {
  tiny: { n: 100, generations: 21 },
  S: { n: 512, generations: 200 },
  W: { n: 1024, generations: 500 },
};

/** Share of the cells that live at the start. */
const DENSITY = 0.375;
const SEED = 1970;

/** By living cells in a block of 3 × 3, and 16 more if its middle is one of them: whether the middle lives on. */
const RULE = Uint8Array.from({ length: 32 }, (_, index) => {
  const isAlive = index >= 16;
  const living = index % 16;
  return Number(living === 3 || (isAlive && living === 4));
});

/** Some consecutive rows and their next generation. Rows of both are `stride` apart. */
export interface LifeStep {
  /** Cells of a row. */
  readonly n: number;
  readonly stride: number;
  /** The cells now; they begin one row above the rows and end one row below. */
  readonly from: Uint8Array;
  /** The cells a generation later, of just the rows. */
  readonly to: Uint8Array;
}

/** The next generation of the rows from `start` to `end`. Each sum of a column of three cells is used three times. */
export function nextGeneration({ n, stride, from, to }: LifeStep, start: number, end: number): void {
  // `| 0` tells the engine that indices are integers.
  const down = stride | 0;
  const below = (2 * down) | 0;
  for (let row = start | 0; row < end; row++) {
    let i = row * down;
    const last = i + n - 1;
    let left = from[last] + from[last + down] + from[last + below];
    let alive = from[i + down];
    let middle = from[i] + alive + from[i + below];
    const first = middle;
    for (; i < last; i++) {
      const next = from[i + 1 + down];
      const right = from[i + 1] + next + from[i + 1 + below];
      to[i] = RULE[left + middle + right + (alive << 4)];
      left = middle;
      middle = right;
      alive = next;
    }
    to[last] = RULE[left + middle + first + (alive << 4)];
  }
}

/**
 * The world as the variants keep it: its rows are numbers 1 to n of n + 2, so that every row has one above and one below. Row 0
 * is a copy of row n and row n + 1 one of row 1: the world is round.
 */
export function makeWorld(n: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((n + 2) * n);
}

/** Closes the circle: copies the world's last row above its first, and its first below its last. */
export function closeWorld(n: number, world: Uint8Array): void {
  world.copyWithin(0, n * n, (n + 1) * n);
  world.copyWithin((n + 1) * n, n, 2 * n);
}

/** The rows of a world without the copies, and without what lies between rows that are `stride` apart. */
export function cellsOf(n: number, stride: number, world: Uint8Array): Uint8Array {
  const cells = new Uint8Array(n * n);
  for (let row = 0; row < n; row++) cells.set(world.subarray((row + 1) * stride, (row + 1) * stride + n), row * n);
  return cells;
}

/** Gives `count` of the world's cells, row by row from number `first` on, their first state: random, a bit more than a third live. */
export function sowCells(first: number, count: number, store: (cell: number, state: number) => void): void {
  const random = Lcg48.java(SEED);
  for (let skipped = 0; skipped < first; skipped++) random.next(24);
  for (let cell = 0; cell < count; cell++) store(cell, Number(random.next(24) < DENSITY * 2 ** 24));
}

/** So many generations by one thread, back and forth between two worlds; returns the one with the last. */
export function liveSerially(n: number, generations: number, even: Uint8Array, odd: Uint8Array): Uint8Array {
  const inner = (world: Uint8Array) => world.subarray(n, (n + 1) * n);
  const steps = [
    { n, stride: n, from: even, to: inner(odd) },
    { n, stride: n, from: odd, to: inner(even) },
  ];
  for (let generation = 0; generation < generations; generation++) {
    nextGeneration(steps[generation & 1], 0, n);
    closeWorld(n, generation % 2 === 0 ? odd : even);
  }
  return generations % 2 === 0 ? even : odd;
}

const serialCells = new WeakMap<LifeProblem, Uint8Array>();

/** The last generation; computed once per problem. */
export function lifeSerially(problem: LifeProblem): Uint8Array {
  let cells = serialCells.get(problem);
  if (cells !== undefined) return cells;
  const { n, generations } = problem;
  const world = makeWorld(n);
  sowCells(0, n * n, (cell, state) => {
    world[n + cell] = state;
  });
  closeWorld(n, world);
  cells = cellsOf(n, n, liveSerially(n, generations, world, makeWorld(n)));
  serialCells.set(problem, cells);
  return cells;
}

/** The last generation against the serial run's. */
export function checkLife(problem: LifeProblem, cells: Uint8Array): Verdict {
  const same = sameBits(cells, lifeSerially(problem));
  if (!same.ok) return same;
  return { ...same, found: `${same.found}, ${population(cells)} of them alive` };
}

export function population(cells: Uint8Array): number {
  let living = 0;
  for (let i = 0; i < cells.length; i++) living += cells[i];
  return living;
}
