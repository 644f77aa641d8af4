/**
 * The stable and transient states of a page, at a cache and at the directory.
 *
 * The names are the textbook's: `IM_AD` is "going from I to M, waiting for the Acks and the Data".
 */

/**
 * Cache controller states. The order is a promise to the fast path:
 * readable = `state >= State.S`, writable = `state === State.M`.
 */
export const State = {
  I: 0,
  IS_D: 1,
  IS_D_I: 2,
  IM_AD: 3,
  IM_A: 4,
  SI_A: 5,
  MI_A: 6,
  II_A: 7,
  S: 8,
  SM_AD: 9,
  SM_A: 10,
  M: 11,
} as const;
export type State = (typeof State)[keyof typeof State];
export type StateName = keyof typeof State;

/**
 * Directory states: U = only the home copy, S = home copy and sharers, M = one owner, S_D = S, waiting for the Data;
 * Moved = the page was homed here, and what still comes for it is passed on.
 */
export const DirState = { U: 0, S: 1, M: 2, S_D: 3, Moved: 4 } as const;
export type DirState = (typeof DirState)[keyof typeof DirState];
export type DirStateName = keyof typeof DirState;

/** Names by number, for errors, stories and tables. */
export const stateNames = Object.keys(State) as readonly StateName[];
export const dirStateNames = Object.keys(DirState) as readonly DirStateName[];
