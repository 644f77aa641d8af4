/**
 * A walk over a graph that lies on all sites: it stays for thousands of steps within one site's part, and then goes on in another's. It counts
 * what it sees in a dictionary of its own. Four ways to make the same walk; ../migration/walk.ts compares them.
 */
import { defineProcess, type SharedArray, type Site } from "isles";

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

function step(graph: Graph, walk: Walk): void {
  const node = walk.at * WORDS;
  const district = Math.floor(walk.at / DISTRICT);
  walk.sum = (walk.sum + graph.get(node + WEIGHT)) | 0;
  walk.seen.set(district, (walk.seen.get(district) ?? 0) + 1);
  walk.random = shuffled(walk.random);
  const leaves = (walk.random >>> 1) % walk.stretch === 0;
  walk.at = graph.get(node + (leaves ? FAR : NEAR + ((walk.random >>> 8) % NEAR_LINKS)));
  walk.left--;
}

function partOf(site: Site, graph: Graph, node: number): number {
  return Math.floor((node * WORDS * site.count) / graph.length);
}

export interface Task {
  readonly graph: Graph;
  readonly walk: Walk;
}

/** Data migration: the walk stays where it is called, and pages come as they are touched. */
export function stays(_site: Site, { graph, walk }: Task): Walk {
  while (walk.left > 0) step(graph, walk);
  return walk;
}

/** The same after the whole graph was brought here in bulk. */
export function gathers(site: Site, task: Task): Walk {
  task.graph.moveTo(site.id);
  return stays(site, task);
}

/** Computation migration: a call for each stretch, to where it is; the walk goes there as the argument and comes back as the result. */
export function calls(site: Site, { graph, walk }: Task): { walk: Walk; calls: number } {
  let now = walk;
  let made = 0;
  for (; now.left > 0; made++) {
    const near = graph.subarray(now.at * WORDS, (now.at + 1) * WORDS);
    now = site.run<typeof stretch>("stretch", { graph, walk: now }, { near });
  }
  return { walk: now, calls: made };
}

/** As far as it stays in this site's part. */
export function stretch(site: Site, { graph, walk }: Task): Walk {
  while (walk.left > 0 && partOf(site, graph, walk.at) === site.id) step(graph, walk);
  return walk;
}

/** The plain form: a call for each step, and the walk itself stays. `walk.left` calls. */
export function asks(site: Site, { graph, walk }: Task): Walk {
  while (walk.left > 0) {
    const near = graph.subarray(walk.at * WORDS, (walk.at + 1) * WORDS);
    step(
      { get: (word: number) => site.run<typeof look>("look", near.subarray(word % WORDS), { near }) } as Graph,
      walk,
    );
  }
  return walk;
}

export function look(_site: Site, at: Graph): number {
  return at.get(0);
}

/** Process migration: the loop as in `stays`, which may move where it yields. Its policy, `data`, sees where its pages come from. */
export const wanders = defineProcess(function* (_site, { graph, walk }: Task) {
  while (walk.left > 0) {
    step(graph, walk);
    if (walk.left % 64 === 0) yield;
  }
  return walk;
});

/** The same for a program that knows where things are, as `calls` does: it asks to be where its part is. */
export const follows = defineProcess(function* (site, { graph, walk }: Task) {
  while (walk.left > 0) {
    const part = partOf(site, graph, walk.at);
    if (part !== site.id) site.process.prefer({ software: [`part ${part}`] });
    if (part !== site.id || walk.left % 64 === 0) yield;
    step(graph, walk);
  }
  return walk;
});
