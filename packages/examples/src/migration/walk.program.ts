/**
 * A walk that counts what it sees in a dictionary of its own, and four ways to make it where the graph is on several sites. ./walk.ts compares
 * them.
 */
import { defineProcess, type Site } from "isles";
import { type Graph, partOf, step, type Walk, WORDS } from "./walk-graph.ts";

export { build } from "./walk-graph.ts";

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

/** The plain form: the walk stays, and a call fetches each word that it looks at, two in a step. */
export function asks(site: Site, { graph, walk }: Task): Walk {
  while (walk.left > 0) {
    const near = graph.subarray(walk.at * WORDS, (walk.at + 1) * WORDS);
    step({ get: (word: number) => site.run<typeof look>("look", near.subarray(word % WORDS), { near }) }, walk);
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
