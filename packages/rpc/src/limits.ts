/** What one endpoint's sessions will carry. Exceeding one is a LimitError on the side that asked for too much. */
export interface RpcLimits {
  /** Bytes of one call's arguments or of one result. Beyond it, use a stream, or shared memory. */
  readonly maxBytes: number;
  /** Levels of nesting of a value. Structured clone recurses and overflows the stack a little later. */
  readonly maxDepth: number;
  /** References (callbacks, stubs, streams, shared arrays) in one value: each takes an entry in a table until it is released. */
  readonly maxReferences: number;
  /** Calls in flight to one peer, and from one peer: a caller that never awaits would otherwise fill both heaps. */
  readonly maxCalls: number;
  /** Incoming calls that run inside each other's waits at one site: each takes some of the thread's stack. */
  readonly maxNesting: number;
}

export const DEFAULT_LIMITS: RpcLimits = {
  maxBytes: 1024 ** 3,
  maxDepth: 1_000,
  maxReferences: 10_000,
  maxCalls: 2 ** 20,
  maxNesting: 200,
};
