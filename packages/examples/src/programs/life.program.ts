/**
 * The game of life on shared memory, one program for any number of sites; the rule is in ../kernels/life.ts.
 *
 * There are two worlds, one for even generations and one for odd. Each site has a band of rows of both; a generation reads one
 * world, with a row of each neighbour, and writes the other. The copies that make the world round are written by whoever owns the
 * row. A row lies on pages of its own, whose home is the site that first touches them, so a page has one writer, who has it near.
 *
 * The rows inside a band concern nobody else: their spans are held for the whole run. Those at its edges are taken for each
 * generation together with the neighbours' rows.
 *
 * Synchronisation: one barrier a generation, and after it, in one round trip, the neighbours' rows and the right to write the own
 * edges, which the neighbours have read.
 */
import type { Memory, SharedArray, Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  cellsOf,
  checkLife,
  LIFE_PROBLEMS,
  type LifeProblem,
  type LifeStep,
  nextGeneration,
  sowCells,
} from "../kernels/life.ts";

/** Cells computed between two looks at the mail: some ten microseconds. */
const POLL_CELLS = 8192;
const SMALLEST_PAGE_BYTES = 256;

/** The two worlds in shared memory, a row on a page of its own. */
export interface LifeWorlds {
  /** Of even generations, and of odd ones. */
  readonly worlds: readonly [SharedArray<Uint8Array>, SharedArray<Uint8Array>];
  /** Cells from one row to the next. */
  readonly stride: number;
}

export function lifeWorlds(memory: Memory, { n }: LifeProblem): LifeWorlds {
  let stride = SMALLEST_PAGE_BYTES;
  while (stride < n) stride *= 2;
  const world = (name: string) => memory.uint8(name, (n + 2) * stride, { pageSize: stride, home: "first-touch" });
  return { worlds: [world("life even"), world("life odd")], stride };
}

/** A cell that is neither dead nor alive. */
const NEITHER = 255;

/** Runs it on this site. */
export function life(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("life", LIFE_PROBLEMS, args.size);
  const { n, generations } = problem;
  const { worlds, stride } = lifeWorlds(site.memory, problem);
  const step = stepsOf(site, "life", args);
  const { start, end } = site.share(n);
  if (end - start < 3) throw new RangeError(`life of ${n} rows needs three for each site, and has ${site.count} sites`);
  // This site's rows of the world are numbers `first` to `last`, `last` included.
  const [first, last] = [start + 1, end];
  const pollRows = Math.max(1, Math.floor(POLL_CELLS / n));
  const reading = (world: number, from: number, to: number) => worlds[world].reading(from * stride, (to + 1) * stride);
  const writing = (world: number, from: number, to: number) => worlds[world].writing(from * stride, (to + 1) * stride);
  /** The copy of a row at the world's other end; a row inside has none and stands for itself. */
  const copyOf = (row: number) => (row === 1 ? n + 1 : row === n ? 0 : row);

  function reset(): void {
    // Whichever of the two will be the result: one that is there already would be no result.
    for (const world of worlds) world.fill(NEITHER, first * stride, (last + 1) * stride);
    using rows = site.memory.acquire({
      band: writing(0, first, last),
      top: writing(0, copyOf(first), copyOf(first)),
      bottom: writing(0, copyOf(last), copyOf(last)),
    });
    sowCells(start * n, (end - start) * n, (cell, state) => {
      rows.band.view[Math.floor(cell / n) * stride + (cell % n)] = state;
    });
    rows.top.view.set(rows.band.view.subarray(0, n));
    rows.bottom.view.set(rows.band.view.subarray((last - first) * stride, (last - first) * stride + n));
  }

  /** The first row of the band and the last, as soon as the neighbours' rows are here, and the copies of them. */
  function liveAtEdges(now: number): void {
    using edges = site.memory.acquire({
      aroundTop: reading(now, first - 1, first + 1),
      top: writing(1 - now, first, first),
      copyOfTop: writing(1 - now, copyOf(first), copyOf(first)),
      aroundBottom: reading(now, last - 1, last + 1),
      bottom: writing(1 - now, last, last),
      copyOfBottom: writing(1 - now, copyOf(last), copyOf(last)),
    });
    const { aroundTop, top, copyOfTop, aroundBottom, bottom, copyOfBottom } = edges;
    nextGeneration({ n, stride, from: aroundTop.view, to: top.view }, 0, 1);
    copyOfTop.view.set(top.view);
    nextGeneration({ n, stride, from: aroundBottom.view, to: bottom.view }, 0, 1);
    copyOfBottom.view.set(bottom.view);
  }

  function compute(): void {
    const [from, to] = [first + 1, last - 1];
    // Nobody else writes these rows, and nobody else reads the inner ones.
    using held = site.memory.acquire({
      even: reading(0, first, last),
      odd: reading(1, first, last),
      innerEven: writing(0, from, to),
      innerOdd: writing(1, from, to),
    });
    const inner: LifeStep[] = [
      { n, stride, from: held.even.view, to: held.innerOdd.view },
      { n, stride, from: held.odd.view, to: held.innerEven.view },
    ];
    const rows = to + 1 - from;
    for (let generation = 0; generation < generations; generation++) {
      if (generation > 0) site.barrier(); // the last one is the frame's
      liveAtEdges(generation & 1);
      for (let start = 0; start < rows; start += pollRows) {
        nextGeneration(inner[generation & 1], start, Math.min(start + pollRows, rows));
        site.poll();
      }
      step(generation + 1, generations);
    }
  }

  function check() {
    using world = worlds[generations & 1].read();
    return checkLife(problem, cellsOf(n, stride, world.view));
  }

  return runKernel(site, "life", args, { reset, compute, check });
}
