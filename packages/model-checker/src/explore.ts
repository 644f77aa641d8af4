import { ProtocolError } from "@isles/coherence";
import { IntList } from "./int-list.ts";
import type { Model } from "./model.ts";
import { Violation } from "./violation.ts";

/** Every reached state and step, as numbers. State 0 is the initial one. */
export interface Graph {
  readonly keys: readonly string[];
  /** Edges of state s are `firstEdge[s]` to `firstEdge[s + 1]` (exclusive). */
  readonly firstEdge: IntList;
  readonly edgeTo: IntList;
  readonly edgeStep: IntList;
  /** The first way to each state: its parent, and the step from there. */
  readonly parent: IntList;
  readonly parentStep: IntList;
  readonly depth: number;
}

/** What went wrong, and the shortest way there. */
export interface Counterexample {
  readonly invariant: string;
  readonly message: string;
  /** States of the way, and after the last one the step that broke the invariant, if it was a step. */
  readonly states: readonly number[];
  readonly lastStep: number | null;
}

export interface Exploration {
  readonly graph: Graph;
  readonly counterexample: Counterexample | null;
}

export interface ExploreOptions {
  /** Stop with an error beyond so many states: a mistake in a model must not eat the memory. */
  readonly statesMax: number;
  readonly onProgress?: (states: number, depth: number) => void;
}

/** Breadth first through all reachable states, so that a counterexample is a shortest one. */
export function explore(model: Model, options: ExploreOptions): Exploration {
  const ids = new Map<string, number>();
  const keys: string[] = [];
  const parent = new IntList();
  const parentStep = new IntList();
  const firstEdge = new IntList();
  const edgeTo = new IntList();
  const edgeStep = new IntList();
  const initial = model.initial();
  ids.set(initial, 0);
  keys.push(initial);
  parent.push(-1);
  parentStep.push(-1);
  let depth = 0;
  let levelEnd = 1;
  const finish = (counterexample: Counterexample | null): Exploration => {
    firstEdge.push(edgeTo.length);
    return { graph: { keys, firstEdge, edgeTo, edgeStep, parent, parentStep, depth }, counterexample };
  };
  for (let state = 0; state < keys.length; state++) {
    if (state === levelEnd) {
      depth++;
      levelEnd = keys.length;
      options.onProgress?.(keys.length, depth);
    }
    firstEdge.push(edgeTo.length);
    model.restore(keys[state]);
    for (const step of model.steps()) {
      model.restore(keys[state]);
      const failure = attempt(model, step);
      if (failure !== null) return finish({ ...failure, states: pathTo(parent, state), lastStep: step });
      const key = model.key();
      let target = ids.get(key);
      if (target === undefined) {
        target = keys.length;
        if (target >= options.statesMax) throw new Error(`more than ${options.statesMax} states`);
        ids.set(key, target);
        keys.push(key);
        parent.push(state);
        parentStep.push(step);
      }
      edgeTo.push(target);
      edgeStep.push(step);
    }
  }
  return finish(null);
}

/** State numbers from the initial state to one. */
export function pathTo(parent: IntList, state: number): number[] {
  const path: number[] = [];
  for (let at = state; at >= 0; at = parent.at(at)) path.unshift(at);
  return path;
}

function attempt(model: Model, step: number): { invariant: string; message: string } | null {
  try {
    model.take(step);
    model.check();
    return null;
  } catch (error) {
    if (error instanceof Violation) return { invariant: error.invariant, message: error.message };
    if (error instanceof ProtocolError) return { invariant: "protocol error", message: error.message };
    throw error;
  }
}
