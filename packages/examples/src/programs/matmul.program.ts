/**
 * A matrix product on shared memory, one program for any number of sites; the arithmetic is in ../kernels/matmul.ts.
 *
 * A, B and C are shared. Each site has a band of rows of all three; it computes its band of C from its band of A and all of B. The
 * rows of B come in blocks, each fetched while the one before is being worked on, and are copied, panel by panel, to private
 * memory.
 *
 * Synchronisation: none but the barriers at the start and the end. What it costs is that every site fetches, once, all of B that
 * it does not have: in large pages, as it is read in long rows and written by nobody.
 */
import type { Memory, SharedArray, Site } from "isles";
import type { KernelAnswer, KernelArgs } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  addRows,
  checkMatmul,
  fillFactors,
  MATMUL_DEPTH,
  MATMUL_PROBLEMS,
  MATMUL_ROWS,
  type MatmulProblem,
  makePanel,
} from "../kernels/matmul.ts";

const PAGE_BYTES = 16_384;

/** One of the three matrices in shared memory; home "block" has a band where it is computed. */
export function sharedMatrix(memory: Memory, name: "A" | "B" | "C", { n }: MatmulProblem): SharedArray<Float64Array> {
  return memory.float64(`matmul ${name}`, n * n, { pageSize: PAGE_BYTES, home: "block" });
}

/** Runs it on this site. */
export function matmul(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("matmul", MATMUL_PROBLEMS, args.size);
  const { n } = problem;
  const a = sharedMatrix(site.memory, "A", problem);
  const b = sharedMatrix(site.memory, "B", problem);
  const c = sharedMatrix(site.memory, "C", problem);
  const step = stepsOf(site, "matmul", args);
  const panel = makePanel();
  const quads = site.share(n / MATMUL_ROWS);
  const [start, end] = [quads.start * MATMUL_ROWS, quads.end * MATMUL_ROWS];

  function reset(): void {
    using rows = site.memory.acquire({
      a: a.writing(start * n, end * n),
      b: b.writing(start * n, end * n),
      c: c.writing(start * n, end * n),
    });
    fillFactors(problem, rows.a.view, rows.b.view, start, end);
    rows.c.view.fill(0);
  }

  function compute(): void {
    using ownA = a.read(start * n, end * n);
    using ownC = c.write(start * n, end * n);
    for (let from = 0; from < n; from += MATMUL_DEPTH) {
      const to = Math.min(from + MATMUL_DEPTH, n);
      using rows = b.read(from * n, to * n);
      b.prefetch(to * n, Math.min(to + MATMUL_DEPTH, n) * n);
      addRows({ n, a: ownA.view, b: rows.view, c: ownC.view, from, to }, panel, () => site.poll());
      step(to, n);
    }
  }

  function check() {
    using product = c.read();
    return checkMatmul(problem, product.view);
  }

  return runKernel(site, "matmul", args, { reset, compute, check });
}
