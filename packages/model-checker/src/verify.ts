import { type Counterexample, type ExploreOptions, explore, type Graph } from "./explore.ts";
import { checkNoStarvation, checkSettles } from "./liveness.ts";
import type { Model } from "./model.ts";

export interface Verdict {
  readonly states: number;
  readonly transitions: number;
  /** Steps from the initial state to the farthest. */
  readonly depth: number;
  readonly measures: Readonly<Record<string, number>>;
  /** The shortest way to something that must not be, or null. */
  readonly counterexample: Counterexample | null;
  /** The counterexample in words. */
  readonly story: string | null;
}

/** Explore all states, then look for ends and cycles in which somebody waits for ever. */
export function verify(model: Model, options: ExploreOptions): Verdict {
  const { graph, counterexample: unsafe } = explore(model, options);
  const counterexample = unsafe ?? checkSettles(model, graph) ?? checkNoStarvation(model, graph);
  return {
    states: graph.keys.length,
    transitions: graph.edgeTo.length,
    depth: graph.depth,
    measures: model.measures(),
    counterexample,
    story: counterexample === null ? null : tell(model, graph, counterexample),
  };
}

/** One line a step, then what is wrong. */
function tell(model: Model, graph: Graph, counterexample: Counterexample): string {
  const { states, lastStep, invariant, message } = counterexample;
  const lines = states.map((state, i) => {
    const step = i + 1 < states.length ? graph.parentStep.at(states[i + 1]) : lastStep;
    model.restore(graph.keys[state]);
    const line = `    ${model.describe()}`;
    return step === null ? line : `${line}\n${i + 1}. ${model.describeStep(step)}`;
  });
  return `${lines.join("\n")}\n=> ${invariant}: ${message}\n`;
}
