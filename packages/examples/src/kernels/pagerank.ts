/**
 * PageRank (Brin and Page, *The anatomy of a large-scale hypertextual web search engine*, 1998) by power iteration: a vertex passes on its
 * rank in equal parts along its edges, and what ranks without edges hold goes to everybody. Pulled: each vertex adds up what its
 * sources give, so that nobody writes another's sum.
 */
import { closeTo } from "../kernel/compare.ts";
import type { Part, SizeName, Verdict } from "../kernel/contract.ts";
import { type Graph, type GraphName, loadGraph } from "./pagerank-graphs.ts";

export interface PageRankProblem {
  readonly graph: GraphName;
  readonly vertices: number;
  readonly edges: number;
  readonly iterations: number;
}

export const PAGERANK_PROBLEMS: Partial<Record<SizeName, PageRankProblem>> = {
  tiny: { graph: "airports", vertices: 305, edges: 5366, iterations: 40 },
  S: { graph: "wordnet", vertices: 117_791, edges: 378_203, iterations: 50 },
  W: { graph: "kronecker", vertices: 2 ** 17, edges: 2 ** 21, iterations: 100 },
};

/** The shared array that the ranks are in at last. */
export const PAGERANK_RESULT = "pagerank ranks";

/** The part of a rank that follows the edges; the rest is spread evenly. */
export const DAMPING = 0.85;

const kept = new Map<GraphName, Graph>();

/** The problem's graph, kept. Throws if it is not the one that the sizes are for. */
export function pageRankGraph({ graph: name, vertices, edges }: PageRankProblem): Graph {
  let graph = kept.get(name);
  if (graph === undefined) {
    graph = loadGraph(name);
    kept.set(name, graph);
  }
  const { sources, outDegrees } = graph;
  if (outDegrees.length === vertices && sources.length === edges) return graph;
  throw new Error(
    `${name} has ${outDegrees.length} vertices and ${sources.length} edges instead of ${vertices} and ${edges}: is its package of another version?`,
  );
}

/** Consecutive rows of the graph: `offsets` has one more element than there are rows, `sources[0]` is source `offsets[0]`. */
export interface Rows {
  readonly offsets: Int32Array;
  readonly sources: Int32Array;
}

/** Vertices for each of `count` workers, as that many ranges with about the same number of edges and vertices. */
export function edgeParts(offsets: Int32Array, count: number): Part[] {
  const vertices = offsets.length - 1;
  const workOf = (vertex: number) => offsets[vertex]! + vertex;
  const borders = [0];
  let vertex = 0;
  for (let part = 1; part < count; part++) {
    const work = (workOf(vertices) * part) / count;
    while (vertex < vertices && workOf(vertex) < work) vertex++;
    borders.push(vertex);
  }
  borders.push(vertices);
  return borders.slice(1).map((end, part) => ({ start: borders[part]!, end }));
}

/** What each vertex gives along each of its edges; returns the ranks of those that have none. */
export function giveAway(ranks: Float64Array, outDegrees: Int32Array, given: Float64Array): number {
  let stranded = 0;
  for (let v = 0; v < ranks.length; v++) {
    const degree = outDegrees[v]!;
    if (degree === 0) {
      stranded += ranks[v]!;
      given[v] = 0;
    } else {
      given[v] = ranks[v]! / degree;
    }
  }
  return stranded;
}

/** What everybody gets, whoever points there. */
export function baseRank(stranded: number, vertices: number): number {
  return (1 - DAMPING + DAMPING * stranded) / vertices;
}

/** New ranks of rows `start` to `end`, counted from the first of these rows. */
export function pull(
  { offsets, sources }: Rows,
  given: Float64Array,
  base: number,
  ranks: Float64Array,
  start: number,
  end: number,
): void {
  const first = offsets[0]!;
  for (let row = start; row < end; row++) {
    let sum = 0;
    const last = offsets[row + 1]! - first;
    for (let e = offsets[row]! - first; e < last; e++) sum += given[sources[e]!]!;
    ranks[row] = base + DAMPING * sum;
  }
}

/** By one thread. `ranks` and `given` are overwritten. */
export function pageRankSerially(graph: Graph, iterations: number, ranks: Float64Array, given: Float64Array): void {
  const vertices = ranks.length;
  ranks.fill(1 / vertices);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const stranded = giveAway(ranks, graph.outDegrees, given);
    pull(graph, given, baseRank(stranded, vertices), ranks, 0, vertices);
  }
}

const expected = new Map<GraphName, Float64Array>();

/** Every rank against the serial run's, and their sum against 1. Sums over vertices differ in their order between numbers of workers. */
export function checkPageRank(problem: PageRankProblem, ranks: Float64Array): Verdict {
  let serial = expected.get(problem.graph);
  if (serial === undefined) {
    serial = new Float64Array(problem.vertices);
    pageRankSerially(pageRankGraph(problem), problem.iterations, serial, new Float64Array(problem.vertices));
    expected.set(problem.graph, serial);
  }
  const verdict = closeTo(ranks, serial, 1e-9);
  const sum = ranks.reduce((total, rank) => total + rank, 0);
  if (!verdict.ok || Math.abs(sum - 1) < 1e-9) return verdict;
  return { ok: false, against: "1, the sum of all ranks", found: `a sum of ${sum}` };
}
