/**
 * NPB MG on shared memory; the method is in ../kernels/mg.ts.
 *
 * The finer levels are shared: each site owns some consecutive planes of every grid and works on those, reading one plane more
 * on either side. Each operation reads one grid and writes another, and a barrier follows it, since neighbours go on from
 * there. The right-hand side is private: nobody else looks at it.
 *
 * The coarser levels are too small to share: there all sites gather the whole residual and then do the same work, each for
 * itself. Synchronisation in a cycle: at each shared level one barrier on the way down and three on the way up, and one at the end.
 */
import type { Memory, SharedArray, Site } from "isles";
import type { KernelAnswer, KernelArgs, Part } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  chargedPlanes,
  MG_PROBLEMS,
  type MgProblem,
  type MgRows,
  placeCharges,
  planeLength,
  rowsFor,
  squares,
} from "../kernels/mg.ts";
import {
  checkMG,
  cycleBelow,
  type MgGrid,
  type MgLevel,
  makeLevels,
  prolongAll,
  residualOf,
  restrictAll,
  sharedSides,
  smoothAll,
} from "../kernels/mg-cycle.ts";
import { partsOf } from "./all-to-all.ts";
import { pageSizeFor } from "./page-size.ts";
import { SharedGrid } from "./shared-grid.ts";

/** A level that all sites work on together. */
interface SharedLevel {
  readonly u: SharedGrid;
  readonly r: SharedGrid;
  /** This site's planes. */
  readonly own: Part;
  /** The right-hand side at the finest level; the others solve for their own residual. */
  readonly v: MgGrid | undefined;
}

/** The residual of the finest private level, as every site has made its planes of it. */
interface Gather {
  readonly array: SharedArray<Float64Array>;
  /** Elements from one site's planes to the next site's: whole pages. */
  readonly stride: number;
  /** The planes of all sites. */
  readonly parts: readonly Part[];
}

export function mg(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("mg", MG_PROBLEMS, args.size);
  const { cycles } = problem;
  const solver = new Solver(site, problem);
  const steps = stepsOf(site, "mg", args);
  let norm = 0;
  return runKernel(site, "mg", args, {
    reset: () => solver.reset(),
    compute: () => {
      norm = solver.solve(cycles, steps);
    },
    check: () => checkMG(problem, { norm, ...solver.result() }),
  });
}

/** The solution at the level of n points an edge. */
export function mgSolution(memory: Memory, n: number): SharedGrid {
  return new SharedGrid(memory, `mg u ${n}`, n);
}

/** One site's part of the solver. */
class Solver {
  readonly #site: Site;
  readonly #rows: MgRows;
  /** From the finest to the coarsest. */
  readonly #shared: readonly SharedLevel[];
  /** From the coarsest to the finest. */
  readonly #private: readonly MgLevel[];
  readonly #gather: Gather;

  constructor(site: Site, problem: MgProblem) {
    const { n } = problem;
    const sides = sharedSides(n);
    const below = sides[sides.length - 1] / 2;
    this.#site = site;
    this.#rows = rowsFor(n);
    this.#shared = sides.map((side) => {
      const own = site.share(side);
      const [u, r] = [mgSolution(site.memory, side), new SharedGrid(site.memory, `mg r ${side}`, side)];
      return { u, r, own, v: side === n ? ownCharges(problem, own) : undefined };
    });
    this.#private = makeLevels(below);
    this.#gather = makeGather(site, below);
  }

  /** The first guess: nothing. */
  reset(): void {
    const { u, own } = this.#shared[0];
    using target = u.write(own.start, own.end);
    clear(target, own);
  }

  /** Some cycles; the norm of the residual that they leave. */
  solve(cycles: number, steps: (done: number, total: number) => void): number {
    const finest = this.#shared[0];
    this.#residual(finest);
    for (let cycle = 1; cycle <= cycles; cycle++) {
      this.#cycle();
      this.#residual(finest);
      steps(cycle, cycles);
    }
    return Math.sqrt(this.#site.reduce("mg norm", this.#squares(), add) / finest.u.n ** 3);
  }

  /** A V-cycle, from the finest level's residual to a better solution. */
  #cycle(): void {
    const shared = this.#shared;
    for (let k = 1; k < shared.length; k++) this.#restrict(shared[k - 1], shared[k]);
    this.#gatherBelow(shared[shared.length - 1]);
    cycleBelow(this.#private, this.#rows);
    for (let k = shared.length - 1; k >= 0; k--) {
      this.#prolong(k);
      this.#residual(shared[k]);
      this.#smooth(shared[k]);
    }
  }

  /** Of this site's part of the finest residual. */
  #squares(): number {
    const { r, own } = this.#shared[0];
    using source = r.read(own.start, own.end);
    let sum = 0;
    for (let z = own.start; z < own.end; z++) sum += squares(r.n, source.planes[z]);
    return sum;
  }

  result(): { u: Float64Array; r: Float64Array } {
    const { u, r } = this.#shared[0];
    return { u: u.toArray(), r: r.toArray() };
  }

  #residual({ u, r, own, v }: SharedLevel): void {
    {
      using from = u.read(own.start - 1, own.end + 1);
      using to = r.write(own.start, own.end);
      for (let z = own.start; z < own.end; z++) {
        residualOf(from, v ?? to, to, this.#rows, z, z + 1);
        this.#site.poll();
      }
    }
    this.#site.barrier();
  }

  #smooth({ u, r, own }: SharedLevel): void {
    {
      using from = r.read(own.start - 1, own.end + 1);
      using to = u.write(own.start, own.end);
      for (let z = own.start; z < own.end; z++) {
        smoothAll(from, to, this.#rows, z, z + 1);
        this.#site.poll();
      }
    }
    this.#site.barrier();
  }

  #restrict(fine: SharedLevel, coarse: SharedLevel): void {
    const { own } = coarse;
    {
      using from = fine.r.read(2 * own.start, 2 * own.end + 1);
      using to = coarse.r.write(own.start, own.end);
      for (let z = own.start; z < own.end; z++) {
        restrictAll(from, to, this.#rows, z, z + 1);
        this.#site.poll();
      }
    }
    this.#site.barrier();
  }

  /** The residual of the finest private level: everybody makes some planes, and gets all. */
  #gatherBelow(fine: SharedLevel): void {
    const { array, stride, parts } = this.#gather;
    const { r: coarse } = this.#private[this.#private.length - 1];
    const length = planeLength(coarse.n);
    const { start, end } = parts[this.#site.id];
    {
      using from = fine.r.read(2 * start, 2 * end + 1);
      restrictAll(from, coarse, this.#rows, start, end);
      array.copyFrom(coarse.values.subarray(start * length, end * length), this.#site.id * stride);
    }
    this.#site.barrier();
    using all = array.read();
    for (let of = 0; of < parts.length; of++) {
      const count = parts[of].end - parts[of].start;
      coarse.values.set(all.view.subarray(of * stride, of * stride + count * length), parts[of].start * length);
    }
  }

  /** What the next coarser level has found, added to shared level `k`, which starts from nothing unless it is the finest. */
  #prolong(k: number): void {
    const { u, own } = this.#shared[k];
    {
      using to = u.write(own.start, own.end);
      if (k > 0) clear(to, own);
      if (k === this.#shared.length - 1) {
        prolongAll(this.#private[this.#private.length - 1].u, to, own.start, own.end);
      } else {
        using from = this.#shared[k + 1].u.read(Math.floor(own.start / 2) - 1, Math.floor((own.end + 1) / 2));
        for (let z = own.start; z < own.end; z++) {
          prolongAll(from, to, z, z + 1);
          this.#site.poll();
        }
      }
    }
    this.#site.barrier();
  }
}

const add = (a: number, b: number) => a + b;

function clear({ planes }: MgGrid, { start, end }: Part): void {
  for (let z = start; z < end; z++) planes[z].fill(0);
}

function ownCharges(problem: MgProblem, own: Part): MgGrid {
  const { n } = problem;
  const length = planeLength(n);
  const values = chargedPlanes(n, placeCharges(problem), own);
  const planes: Float64Array[] = new Array(n).fill(new Float64Array());
  for (let z = own.start; z < own.end; z++)
    planes[z] = values.subarray((z - own.start) * length, (z - own.start + 1) * length);
  return { n, planes };
}

/** Memory for a residual of n³ in which the planes of each site begin on a page. */
function makeGather(site: Site, n: number): Gather {
  const parts = partsOf(site, n);
  const bytes =
    Math.max(...parts.map(({ start, end }) => end - start)) * planeLength(n) * Float64Array.BYTES_PER_ELEMENT;
  const pageSize = pageSizeFor(bytes);
  const stride = (Math.ceil(bytes / pageSize) * pageSize) / Float64Array.BYTES_PER_ELEMENT;
  return { array: site.memory.float64("mg gather", site.count * stride, { pageSize, home: "block" }), stride, parts };
}
