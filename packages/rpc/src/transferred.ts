import type { Transferable } from "@isles/transport";

/** A result with parts that move to the caller. */
export class Transferred {
  readonly value: unknown;
  readonly transfer: readonly Transferable[];

  constructor(value: unknown, transfer: readonly Transferable[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

/**
 * For a method's `return`: `value` travels with `transfer` (array buffers, message ports in it) moved to the caller instead of
 * copied; this site loses them. For arguments there is the call option `transfer`.
 */
export function transfer<T>(value: T, transfer: readonly Transferable[]): T {
  return new Transferred(value, transfer) as T;
}
