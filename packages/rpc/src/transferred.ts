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

/** Arguments without the marks of {@link transfer}, and all that moves with them. */
export function unwrapped(
  args: readonly unknown[],
  transfer: readonly Transferable[] | undefined,
): { readonly values: readonly unknown[]; readonly transfer: readonly Transferable[] | undefined } {
  if (!args.some((arg) => arg instanceof Transferred)) return { values: args, transfer };
  const moved = args.flatMap((arg) => (arg instanceof Transferred ? arg.transfer : []));
  const values = args.map((arg) => (arg instanceof Transferred ? arg.value : arg));
  return { values, transfer: [...(transfer ?? []), ...moved] };
}

/**
 * For an argument of a call and for a method's `return`: `value` travels with `transfer` (array buffers, message ports in it)
 * moved to the other side instead of copied; this site loses them. For all arguments together there is the call option
 * `transfer`. What `cluster.run` takes and returns is copied all the same.
 */
export function transfer<T>(value: T, transfer: readonly Transferable[]): T {
  return new Transferred(value, transfer) as T;
}
