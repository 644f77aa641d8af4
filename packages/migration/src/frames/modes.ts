/** How a generator is gone on with. */
export const NEXT = 0;
export const THROW = 1;
export const RETURN = 2;
export type Mode = typeof NEXT | typeof THROW | typeof RETURN;

/** Program counters of frames that are not suspended at a `yield`. */
export const START = 0;
export const RUNNING = -1;
export const DONE = -2;

/** What a step returns when it has put another frame before its own. */
export const DELEGATED: IteratorResult<unknown, unknown> = Object.freeze({ value: undefined, done: false });
