/**
 * Blocked LU on shared memory, one program for any number of sites; the arithmetic and the layout are in ../kernels/lu.ts.
 *
 * Blocks are dealt out in two dimensions, as in SPLASH-2. A block is written by its owner alone, and read by others only when it
 * is final. It is a page where it can be (32 × 32 numbers are 8 KiB), and its home is the site that first touches it, its owner.
 *
 * Synchronisation: two barriers a step, one after the diagonal block is factored and one after the blocks below it and right of
 * it are final. Then each site fetches, in one go, those of the pivot's column that lie in its own rows, and those of the pivot's
 * row that lie in its own columns.
 */
import type { Memory, SharedArray, Site, SpanRequest } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  checkLu,
  factorBlock,
  fillBlocks,
  joinBlocks,
  LU_PROBLEMS,
  LuLayout,
  type LuProblem,
  solveBelow,
  solveRight,
  updateBlock,
} from "../kernels/lu.ts";

type Requests = Record<string, SpanRequest<Float64Array>>;

function sharedBlocks(memory: Memory, { size }: LuProblem, layout: LuLayout): SharedArray<Float64Array> {
  const pageSize = size * size * Float64Array.BYTES_PER_ELEMENT;
  return memory.float64("lu", layout.length, { pageSize, home: "first-touch" });
}

/** Runs it on this site. */
export function lu(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("lu", LU_PROBLEMS, args.size);
  const { size } = problem;
  const layout = new LuLayout(problem, site.count);
  const { blocks, area, across } = layout;
  const shared = sharedBlocks(site.memory, problem, layout);
  const step = stepsOf(site, "lu", args);
  const isMine = (i: number, j: number) => layout.owner(i, j) === site.id;
  const reading = (i: number, j: number) => shared.reading(layout.at(i, j), layout.at(i, j) + area);
  const writing = (i: number, j: number) => shared.writing(layout.at(i, j), layout.at(i, j) + area);

  function factorDiagonal(k: number): void {
    if (!isMine(k, k)) return;
    using diagonal = site.memory.acquire({ block: writing(k, k) });
    factorBlock(diagonal.block.view, size);
  }

  /** This site's blocks of the pivot's column and row. */
  function solvePanels(k: number): void {
    const below = layout.below(k, k, site.id);
    if (below.count > 0 && layout.columnAfter(k - 1, site.id) === k) {
      using panel = site.memory.acquire({ column: shared.writing(below.start, below.end), diagonal: reading(k, k) });
      for (let b = 0; b < below.count; b++) {
        solveBelow(panel.column.view, b * area, panel.diagonal.view, size);
        site.poll();
      }
    }
    if (layout.rowAfter(k - 1, site.id) !== k) return;
    const row: Requests = { diagonal: reading(k, k) };
    for (let j = layout.columnAfter(k, site.id); j < blocks; j += across) row[`${j}`] = writing(k, j);
    using panel = site.memory.acquire(row);
    for (let j = layout.columnAfter(k, site.id); j < blocks; j += across) {
      solveRight(panel[`${j}`].view, panel.diagonal.view, size);
      site.poll();
    }
  }

  /** Subtracts the panels' product from this site's blocks behind them. All pages that this takes are asked for at once. */
  function update(k: number): void {
    const { start, end, count } = layout.below(k, k, site.id);
    const next = layout.columnAfter(k, site.id);
    if (count === 0 || next >= blocks) return;
    const requests: Requests = { left: shared.reading(start, end) };
    for (let j = next; j < blocks; j += across) {
      const below = layout.below(k, j, site.id);
      requests[`top ${j}`] = reading(k, j);
      requests[`column ${j}`] = shared.writing(below.start, below.end);
    }
    using spans = site.memory.acquire(requests);
    for (let j = next; j < blocks; j += across) {
      const [top, column] = [spans[`top ${j}`].view, spans[`column ${j}`].view];
      for (let b = 0; b < count; b++) {
        updateBlock(column, spans.left.view, top, b, size);
        site.poll();
      }
    }
  }

  function reset(): void {
    fillBlocks(problem, layout, site.id, (block, at) => shared.copyFrom(block, at));
  }

  function compute(): void {
    for (let k = 0; k < blocks; k++) {
      factorDiagonal(k);
      site.barrier();
      solvePanels(k);
      site.barrier();
      update(k);
      step(k + 1, blocks);
    }
  }

  function check() {
    using all = shared.read();
    return checkLu(problem, joinBlocks(problem, layout, all.view));
  }

  return runKernel(site, "lu", args, { reset, compute, check });
}
