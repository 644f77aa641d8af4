/** Buffers that results of message passing workers move out with. */
const givenAway = new WeakMap<object, readonly ArrayBuffer[]>();

/** Says that a result's buffers move to the driver instead of being copied; returns the result. */
export function giveAway<T extends object>(result: T, buffers: readonly ArrayBuffer[]): T {
  givenAway.set(result, buffers);
  return result;
}

/** The buffers that were given away with a result. */
export function buffersOf(result: unknown): readonly ArrayBuffer[] {
  return typeof result === "object" && result !== null ? (givenAway.get(result) ?? []) : [];
}
