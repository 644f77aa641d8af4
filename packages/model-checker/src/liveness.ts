import type { Counterexample, Graph } from "./explore.ts";
import { pathTo } from "./explore.ts";
import type { Model } from "./model.ts";
import { type GraphView, strongComponents } from "./strong-components.ts";

/**
 * When programs stop choosing, what the system owes (deliveries, releases of granted spans) ends, and ends with nobody
 * waiting. That no order of deliveries runs for ever needs no fairness; it means no deadlock and no livelock.
 */
export function checkSettles(model: Model, graph: Graph): Counterexample | null {
  const owed = owedSteps(model, graph);
  for (let state = 0; state < graph.keys.length; state++) {
    let isSink = true;
    for (let edge = graph.firstEdge.at(state); edge < graph.firstEdge.at(state + 1) && isSink; edge++) {
      isSink = owed[edge] === 0;
    }
    if (!isSink) continue;
    model.restore(graph.keys[state]);
    if (model.isQuiescent()) continue;
    return ends(graph, state, "stuck", `nothing can happen any more, but somebody waits: ${model.describe()}`);
  }
  const view: GraphView = { hasState: () => true, hasEdge: (edge) => owed[edge] === 1 };
  const cycle = strongComponents(graph, view).find((component) => isCycle(graph, view, component));
  if (cycle === undefined) return null;
  return ends(graph, cycle[0], "livelock", `${cycle.length} states go round with nothing but deliveries`);
}

/**
 * Nobody waits for ever, even while the others go on for ever, provided every channel delivers and every granted span
 * ends: there is no cycle through which a waiter waits all along and which neglects none of those duties.
 */
export function checkNoStarvation(model: Model, graph: Graph): Counterexample | null {
  const waiting = new Uint8Array(graph.keys.length);
  for (let waiter = 0; waiter < model.waiters; waiter++) {
    for (let state = 0; state < graph.keys.length; state++) {
      model.restore(graph.keys[state]);
      waiting[state] = model.isWaiting(waiter) ? 1 : 0;
    }
    const view: GraphView = { hasState: (state) => waiting[state] === 1, hasEdge: () => true };
    for (const component of strongComponents(graph, view)) {
      if (!isCycle(graph, view, component) || !isFair(model, graph, component)) continue;
      return ends(graph, component[0], "starvation", `waiter ${waiter} can wait for ever: ${model.describe()}`);
    }
  }
  return null;
}

/** Every duty is, somewhere in the component, done or not due. */
function isFair(model: Model, graph: Graph, component: readonly number[]): boolean {
  const members = new Set(component);
  const done = new Set<number>();
  let dueEverywhere: Set<number> | undefined;
  for (const state of component) {
    model.restore(graph.keys[state]);
    const due = new Set(model.duties());
    for (let edge = graph.firstEdge.at(state); edge < graph.firstEdge.at(state + 1); edge++) {
      const step = graph.edgeStep.at(edge);
      if (model.isOwed(step) && members.has(graph.edgeTo.at(edge))) done.add(model.dutyOf(step));
    }
    dueEverywhere = dueEverywhere === undefined ? due : intersection(dueEverywhere, due);
  }
  return dueEverywhere === undefined || [...dueEverywhere].every((duty) => done.has(duty));
}

function intersection(a: Set<number>, b: Set<number>): Set<number> {
  return new Set([...a].filter((item) => b.has(item)));
}

function owedSteps(model: Model, graph: Graph): Uint8Array {
  const owed = new Uint8Array(graph.edgeTo.length);
  for (let edge = 0; edge < owed.length; edge++) owed[edge] = model.isOwed(graph.edgeStep.at(edge)) ? 1 : 0;
  return owed;
}

function isCycle(graph: Graph, view: GraphView, component: readonly number[]): boolean {
  if (component.length > 1) return true;
  const [state] = component;
  for (let edge = graph.firstEdge.at(state); edge < graph.firstEdge.at(state + 1); edge++) {
    if (view.hasEdge(edge) && graph.edgeTo.at(edge) === state) return true;
  }
  return false;
}

function ends(graph: Graph, state: number, invariant: string, message: string): Counterexample {
  return { invariant, message, states: pathTo(graph.parent, state), lastStep: null };
}
