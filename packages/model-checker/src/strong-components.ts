import type { Graph } from "./explore.ts";

/** The part of a graph to look at. */
export interface GraphView {
  readonly hasState: (state: number) => boolean;
  readonly hasEdge: (edge: number) => boolean;
}

/** Tarjan's strongly connected components, without recursion: graphs have millions of states. */
export function strongComponents(graph: Graph, view: GraphView): number[][] {
  const count = graph.keys.length;
  const order = new Int32Array(count);
  const low = new Int32Array(count);
  const nextEdge = new Int32Array(count);
  const onStack = new Uint8Array(count);
  const stack: number[] = [];
  const calls: number[] = [];
  const components: number[][] = [];
  let clock = 0;
  const enter = (state: number): void => {
    order[state] = low[state] = ++clock;
    nextEdge[state] = graph.firstEdge.at(state);
    stack.push(state);
    onStack[state] = 1;
    calls.push(state);
  };
  /** Walk one edge; false when the state has none left. */
  const advance = (state: number): boolean => {
    const edge = nextEdge[state];
    if (edge === graph.firstEdge.at(state + 1)) return false;
    nextEdge[state] = edge + 1;
    if (!view.hasEdge(edge)) return true;
    const target = graph.edgeTo.at(edge);
    if (!view.hasState(target)) return true;
    if (order[target] === 0) enter(target);
    else if (onStack[target] === 1) low[state] = Math.min(low[state], order[target]);
    return true;
  };
  const leave = (state: number): void => {
    calls.pop();
    const caller = calls.at(-1);
    if (caller !== undefined) low[caller] = Math.min(low[caller], low[state]);
    if (low[state] !== order[state]) return;
    const component = stack.splice(stack.lastIndexOf(state));
    for (const member of component) onStack[member] = 0;
    components.push(component);
  };
  for (let root = 0; root < count; root++) {
    if (order[root] !== 0 || !view.hasState(root)) continue;
    enter(root);
    for (let state = root; calls.length > 0; state = calls[calls.length - 1]) {
      if (!advance(state)) leave(state);
    }
  }
  return components;
}
