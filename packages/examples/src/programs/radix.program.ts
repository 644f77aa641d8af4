/**
 * Radix sort of SPLASH-2 on shared memory; the arithmetic is in ../kernels/radix.ts.
 *
 * SPLASH-2 lets every processor write each of its keys to the key's place in one array, wherever that is. Then a page has
 * many writers and is taken from site to site. Here the *reader* moves the keys. In each pass a site
 * - puts together its share of the keys sorted so far, from the runs that the sites made in the last pass;
 * - sorts them by the next digit into its own block (`runs`, two of them in turn), so that each digit is one run;
 * - tells how many keys each digit has (`counts`, a row for each site).
 * What a site wants of another's block is one consecutive range, for it wants neighbouring digits: the all-to-all exchange is
 * a read span for each other site, on large pages. After the last pass each site copies its share into `sorted`.
 *
 * Synchronisation: one barrier a pass. Blocks and counts are there twice, so nothing is overwritten that may still be read.
 */
import type { SharedArray, Site, SpanRequest } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  checkRadix,
  countDigits,
  digitPlaces,
  makeRadixKeys,
  permuteKeys,
  RADIX,
  RADIX_PROBLEMS,
  RadixPieces,
  type RadixProblem,
  radixPart,
  radixShifts,
} from "../kernels/radix.ts";

/** The largest pages: blocks travel in ranges of many kilobytes. */
const PAGE_BYTES = 65_536;
/** A site's row of counts is one page. */
const COUNTS_PAGE_BYTES = RADIX * Int32Array.BYTES_PER_ELEMENT;
/** Keys moved between two looks at the mail: some tenth of a millisecond. */
const POLL_KEYS = 16_384;

export function radix(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("radix", RADIX_PROBLEMS, args.size);
  const shared = shareKeys(site, problem);
  const step = stepsOf(site, "radix", args);
  const mine = radixPart(problem, site.id, site.count);
  const input = new Uint32Array(mine.end - mine.start);
  makeRadixKeys(problem, mine.start, input);
  return runKernel(site, "radix", args, {
    reset() {
      using own = shared.runs[0].write(shared.blockAt, shared.blockAt + input.length);
      own.view.set(input);
      shared.sorted.fill(0, mine.start, mine.end); // the last run's result is not taken for this one's
    },
    compute() {
      const shifts = radixShifts(problem);
      const pieces = new RadixPieces(site.count);
      pieces.own(site.id, input.length);
      for (const [pass, shift] of shifts.entries()) {
        const counts = shared.counts[pass % 2];
        sortPieces(site, shared, pieces, pass, shift);
        site.barrier(); // all runs of this pass are there, and all keys of the last one have been read
        using all = counts.read();
        pieces.cut(all.view, mine);
        step(pass + 1, shifts.length);
      }
      copyPieces(site, shared, pieces, shifts.length, mine.start);
    },
    check() {
      using all = shared.sorted.read();
      return checkRadix(problem, all.view);
    },
  });
}

interface SharedKeys {
  /** Pass 0, 2, 4 … reads the first and writes the second. Each site has a block of both. */
  readonly runs: readonly [SharedArray<Uint32Array>, SharedArray<Uint32Array>];
  readonly counts: readonly [SharedArray<Int32Array>, SharedArray<Int32Array>];
  readonly sorted: SharedArray<Uint32Array>;
  /** Every block begins on a page of its own: elements from one to the next, and where this site's begins. */
  readonly stride: number;
  readonly blockAt: number;
}

function shareKeys({ memory, id, count }: Site, problem: RadixProblem): SharedKeys {
  const pageKeys = PAGE_BYTES / Uint32Array.BYTES_PER_ELEMENT;
  const stride = Math.ceil(Math.ceil(problem.keys / count) / pageKeys) * pageKeys;
  const blocks = { pageSize: PAGE_BYTES, home: "block" } as const;
  const rows = { pageSize: COUNTS_PAGE_BYTES, home: "block" } as const;
  return {
    runs: [
      memory.uint32("radix runs 0", stride * count, blocks),
      memory.uint32("radix runs 1", stride * count, blocks),
    ],
    counts: [memory.int32("radix counts 0", RADIX * count, rows), memory.int32("radix counts 1", RADIX * count, rows)],
    sorted: memory.uint32("radix sorted", problem.keys, blocks),
    stride,
    blockAt: stride * id,
  };
}

/** Read spans of all that the pieces need, by owner, and a write span. */
function spansFor(pieces: RadixPieces, from: SharedArray<Uint32Array>, stride: number, to: SpanRequest<Uint32Array>) {
  const wanted: Record<string, SpanRequest<Uint32Array>> = { to };
  for (let k = 0; k < pieces.first.length; k++) {
    if (pieces.first[k] < pieces.last[k])
      wanted[k] = from.reading(k * stride + pieces.first[k], k * stride + pieces.last[k]);
  }
  return wanted;
}

/** Sorts the pieces by one digit into this site's block, and tells the counts. */
function sortPieces(site: Site, shared: SharedKeys, pieces: RadixPieces, pass: number, shift: number): void {
  const { runs, stride, blockAt } = shared;
  const to = runs[1 - (pass % 2)].writing(blockAt, Math.min(blockAt + stride, runs[0].length));
  using spans = site.memory.acquire(spansFor(pieces, runs[pass % 2], stride, to));
  const counts = new Int32Array(RADIX);
  const places = new Int32Array(RADIX);
  eachPart(site, pieces, (owner, from, until) => countDigits(spans[owner].view, from, until, shift, counts));
  digitPlaces(counts, places);
  eachPart(site, pieces, (owner, from, until) =>
    permuteKeys(spans[owner].view, from, until, shift, places, spans.to.view),
  );
  shared.counts[pass % 2].copyFrom(counts, RADIX * site.id);
}

/** Copies the pieces to where they belong in the end. */
function copyPieces(
  site: Site,
  { runs, stride, sorted }: SharedKeys,
  pieces: RadixPieces,
  passes: number,
  at: number,
): void {
  let length = 0;
  for (let k = 0; k < pieces.length; k++) length += pieces.until[k] - pieces.from[k];
  using spans = site.memory.acquire(spansFor(pieces, runs[passes % 2], stride, sorted.writing(at, at + length)));
  let place = 0;
  eachPart(site, pieces, (owner, from, until) => {
    spans.to.view.set(spans[owner].view.subarray(from, until), place);
    place += until - from;
  });
}

/** Calls `work` for all pieces in their order, long ones in parts, and serves the others; positions count in the owner's span. */
function eachPart(site: Site, pieces: RadixPieces, work: (owner: number, from: number, until: number) => void): void {
  let unserved = 0;
  for (let k = 0; k < pieces.length; k++) {
    const owner = pieces.owner[k];
    const first = pieces.first[owner];
    for (let from = pieces.from[k]; from < pieces.until[k]; from += POLL_KEYS) {
      const until = Math.min(from + POLL_KEYS, pieces.until[k]);
      work(owner, from - first, until - first);
      unserved += until - from;
      if (unserved < POLL_KEYS) continue;
      site.poll();
      unserved = 0;
    }
  }
}
