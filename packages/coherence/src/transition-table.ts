/**
 * Turns a list of rows (state, event, next state, actions) into flat typed arrays that a controller indexes.
 *
 * A row never branches: what a message means is decided before, when its event is refined. A pair without a row
 * is a protocol error; there is no default row.
 */

/** One transition. Actions run in order, after the state has become `next`. */
export type Row<S extends string, E extends string, A extends string> = readonly [
  state: S,
  event: E,
  next: S,
  actions: readonly A[],
];

/** The `next` of a pair that has no row. */
export const NO_ROW = 255;

export interface TransitionTable {
  readonly events: number;
  /** Next state by `state * events + event`, or NO_ROW. */
  readonly next: Uint8Array;
  /** Where a pair's actions begin in `actions`; they end where the following pair's begin. */
  readonly first: Uint16Array;
  readonly actions: Uint8Array;
}

/** The numbering of a controller's states, events and actions. */
export interface Vocabulary<S extends string, E extends string, A extends string> {
  readonly states: Readonly<Record<S, number>>;
  readonly events: Readonly<Record<E, number>>;
  readonly actions: Readonly<Record<A, number>>;
}

/** Compile rows; two rows for one pair are a mistake in the table and throw. */
export function compileTable<S extends string, E extends string, A extends string>(
  vocabulary: Vocabulary<S, E, A>,
  rows: readonly Row<S, E, A>[],
): TransitionTable {
  const events = Object.keys(vocabulary.events).length;
  const pairs = (1 + Math.max(...Object.values<number>(vocabulary.states))) * events; // numbers may be left out
  const next = new Uint8Array(pairs).fill(NO_ROW);
  const actionsOf: (readonly A[])[] = new Array(pairs).fill([]);
  for (const [state, event, nextState, actions] of rows) {
    const pair = vocabulary.states[state] * events + vocabulary.events[event];
    if (next[pair] !== NO_ROW) throw new Error(`two rows for ${state}, ${event}`);
    next[pair] = vocabulary.states[nextState];
    actionsOf[pair] = actions;
  }
  const first = new Uint16Array(pairs + 1);
  const flat: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    first[pair] = flat.length;
    for (const action of actionsOf[pair] ?? []) flat.push(vocabulary.actions[action]);
  }
  first[pairs] = flat.length;
  return { events, next, first, actions: Uint8Array.from(flat) };
}
