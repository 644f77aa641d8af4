/** A graph that lies on all sites, and a walk over it: it stays for thousands of steps within one site's part, and then goes on in another's. */
import type { SharedArray, Site } from "isles";

export type Graph = SharedArray<Int32Array>;

/** Words of a node: its weight, links to nodes of the same part, and one to the next part. */
export const WORDS = 16;
const WEIGHT = 0;
const NEAR = 1;
const NEAR_LINKS = 8;
const FAR = NEAR + NEAR_LINKS;
/** Nodes that are counted together. */
const DISTRICT = 64;

/** A walk: where it is, and all that it knows. */
export interface Walk {
  at: number;
  left: number;
  random: number;
  sum: number;
  /** How often it was in each district. */
  readonly seen: Map<number, number>;
  /** It leaves a part after about so many steps. */
  readonly stretch: number;
}

function shuffled(x: number): number {
  let y = x | 0;
  y ^= y << 13;
  y ^= y >>> 17;
  return y ^ (y << 5);
}

/** Every site makes its part, so that the part is on it. */
export function build(site: Site, graph: Graph): void {
  const { start, end } = site.share(graph.length / WORDS);
  const beyond = end === graph.length / WORDS ? 0 : end;
  using pages = graph.write(start * WORDS, end * WORDS);
  let random = 12_345 + site.id;
  for (let node = 0; node < end - start; node++) {
    for (let word = 0; word <= FAR; word++) {
      random = shuffled(random);
      const other = (random >>> 1) % (end - start);
      pages.view[node * WORDS + word] = word === WEIGHT ? random : word === FAR ? beyond + other : start + other;
    }
  }
  pages.release();
  site.barrier();
}

/** One step of a walk. */
export function step(graph: Pick<Graph, "get">, walk: Walk): void {
  const node = walk.at * WORDS;
  const district = Math.floor(walk.at / DISTRICT);
  walk.sum = (walk.sum + graph.get(node + WEIGHT)) | 0;
  walk.seen.set(district, (walk.seen.get(district) ?? 0) + 1);
  walk.random = shuffled(walk.random);
  const leaves = (walk.random >>> 1) % walk.stretch === 0;
  walk.at = graph.get(node + (leaves ? FAR : NEAR + ((walk.random >>> 8) % NEAR_LINKS)));
  walk.left--;
}

/** The site whose part a node is in. */
export function partOf(site: Site, graph: Graph, node: number): number {
  return Math.floor((node * WORDS * site.count) / graph.length);
}
