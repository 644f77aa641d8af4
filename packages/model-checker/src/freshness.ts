/**
 * The data of a page, reduced to what the invariants ask: is this the value of the last completed store?
 * That keeps the state space finite although stores go on for ever.
 */
export const Freshness = {
  /** Older, and already so when it was sent. */
  Stale: 0,
  /** In a message: the latest when it was sent, overtaken since. */
  Overtaken: 1,
  Latest: 2,
  /** In a message from a home to its own cache or back: no bytes travel, both share one storage. */
  ByReference: 3,
} as const;
export type Freshness = (typeof Freshness)[keyof typeof Freshness];
