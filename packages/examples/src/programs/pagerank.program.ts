/**
 * PageRank on shared memory, one program for any number of sites.
 *
 * Site 0 loads the graph into shared memory; each site then reads the rows of its own vertices, for good. What vertices give along their edges
 * is what the sites tell each other: each site writes its block of it, on pages of its own, and reads the others'. Blocks have
 * gaps between them, so each site keeps the sources of its edges as places in shared memory, and pulls straight from the span.
 *
 * Synchronisation of an iteration: one reduction, of the ranks that are stranded on vertices without edges. It also tells that every block
 * is written; and since blocks are written to two arrays in turn, nobody overwrites what a slower site still reads.
 */
import type { SharedArray, Site } from "isles";
import type { KernelAnswer, KernelArgs, Part } from "../kernel/contract.ts";
import { problemOf, runKernel } from "../kernel/run-kernel.ts";
import { stepsOf } from "../kernel/steps.ts";
import {
  baseRank,
  checkPageRank,
  edgeParts,
  giveAway,
  PAGERANK_PROBLEMS,
  PAGERANK_RESULT,
  type PageRankProblem,
  pageRankGraph,
  pull,
} from "../kernels/pagerank.ts";
import { pageSizeFor } from "./page-size.ts";

/** Vertices between two looks at the mail. */
const POLL_VERTICES = 1024;

export function pagerank(site: Site, args: KernelArgs = {}): KernelAnswer {
  const problem = problemOf("pagerank", PAGERANK_PROBLEMS, args.size);
  const { vertices, iterations } = problem;
  const step = stepsOf(site, "pagerank", args);
  const graph = sharedGraph(site, problem);
  // Read spans for the whole run: nobody writes the graph any more.
  using offsets = graph.offsets.read();
  const layout = blocksOf(edgeParts(offsets.view, site.count));
  const own = layout.blocks[site.id]!;
  using sources = graph.sources.read(offsets.view[own.start]!, offsets.view[own.end]!);
  using outDegrees = graph.outDegrees.read(own.start, own.end);
  const rows = { offsets: offsets.view.subarray(own.start, own.end + 1), sources: placesOf(sources.view, layout) };
  const [even, odd] = [blockVector(site, "pagerank even", layout), blockVector(site, "pagerank odd", layout)];
  const result = site.memory.float64(PAGERANK_RESULT, vertices);
  const ranks = new Float64Array(own.end - own.start);

  function compute(): void {
    let stranded = giveFirst();
    for (let iteration = 0; iteration < iterations; iteration++) {
      const [given, next] = iteration % 2 === 0 ? [even, odd] : [odd, even];
      const base = baseRank(site.reduce("pagerank stranded", stranded, add), vertices);
      // Both at once, while everybody is about to do the same and answers at once.
      using spans = site.memory.acquire({ all: given.reading(), mine: next.writing(own.at, own.at + ranks.length) });
      const all = spans.all.view;
      for (let start = 0; start < ranks.length; start += POLL_VERTICES) {
        pull(rows, all, base, ranks, start, Math.min(start + POLL_VERTICES, ranks.length));
        site.poll();
      }
      stranded = giveAway(ranks, outDegrees.view, spans.mine.view);
      step(iteration + 1, iterations);
    }
    result.copyFrom(ranks, own.start);
  }

  function giveFirst(): number {
    using mine = even.write(own.at, own.at + ranks.length);
    return giveAway(ranks, outDegrees.view, mine.view);
  }

  return runKernel(site, "pagerank", args, {
    reset: () => {
      ranks.fill(1 / vertices);
      result.fill(0, own.start, own.end);
    },
    compute,
    check: () => {
      using all = result.read();
      return checkPageRank(problem, all.view);
    },
  });
}

/** The graph, complete. */
function sharedGraph(site: Site, problem: PageRankProblem) {
  const { vertices, edges } = problem;
  const pages = { pageSize: 65_536 };
  const graph = {
    offsets: site.memory.int32("pagerank offsets", vertices + 1, pages),
    sources: site.memory.int32("pagerank sources", edges, pages),
    outDegrees: site.memory.int32("pagerank out-degrees", vertices, pages),
  };
  if (site.id === 0) {
    const { offsets, sources, outDegrees } = pageRankGraph(problem);
    graph.offsets.copyFrom(offsets);
    graph.sources.copyFrom(sources);
    graph.outDegrees.copyFrom(outDegrees);
  }
  site.barrier();
  return graph;
}

interface Block extends Part {
  /** Where it begins in shared memory. */
  readonly at: number;
}

interface Layout {
  readonly pageSize: number;
  readonly length: number;
  readonly blocks: readonly Block[];
}

/** One block of whole pages for each site: a page that two sites write would go to and fro between them. */
function blocksOf(parts: readonly Part[]): Layout {
  const longest = Math.max(...parts.map(({ start, end }) => end - start));
  const pageSize = pageSizeFor(longest * Float64Array.BYTES_PER_ELEMENT);
  const pageElements = pageSize / Float64Array.BYTES_PER_ELEMENT;
  const stride = Math.ceil(longest / pageElements) * pageElements;
  const blocks = parts.map(({ start, end }, k) => ({ start, end, at: k * stride }));
  return { pageSize, length: stride * parts.length, blocks };
}

function blockVector(site: Site, name: string, { length, pageSize }: Layout): SharedArray<Float64Array> {
  return site.memory.float64(name, length, { pageSize, home: "block" });
}

/** Vertices as their places in a vector of blocks. */
function placesOf(vertices: Int32Array, { blocks }: Layout): Int32Array {
  const places = new Int32Array(blocks.at(-1)!.end);
  for (const { start, end, at } of blocks) for (let v = start; v < end; v++) places[v] = at + v - start;
  return vertices.map((vertex) => places[vertex]!);
}

function add(a: number, b: number): number {
  return a + b;
}
