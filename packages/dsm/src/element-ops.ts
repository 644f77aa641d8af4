import type { ElementOf, TypedArray } from "./elements.ts";

/** The read-modify-write operations of `Atomics`; on floating-point arrays all but and, or, xor. */
export const AtomicOp = { add: 0, sub: 1, and: 2, or: 3, xor: 4, exchange: 5 } as const;
export type AtomicOp = (typeof AtomicOp)[keyof typeof AtomicOp];
export const atomicOpNames = Object.keys(AtomicOp) as (keyof typeof AtomicOp)[];

export function isInteger(view: TypedArray): boolean {
  return !(view instanceof Float32Array || view instanceof Float64Array || view instanceof Uint8ClampedArray);
}

function isBigInt(view: TypedArray): view is BigInt64Array | BigUint64Array {
  return view instanceof BigInt64Array || view instanceof BigUint64Array;
}

/**
 * Applies `op` to an element that this thread owns and returns the old value. The private memory is nobody else's, so
 * plain arithmetic is atomic here; the typed array wraps the result exactly as `Atomics` would.
 */
export function applyAtomic<T extends TypedArray>(
  view: T,
  index: number,
  op: AtomicOp,
  operand: ElementOf<T>,
): ElementOf<T> {
  if (isBigInt(view)) {
    const old = view[index]!;
    view[index] = combineBigInt(old, op, operand as bigint);
    return old as ElementOf<T>;
  }
  const numbers = view as Exclude<TypedArray, BigInt64Array | BigUint64Array>;
  const old = numbers[index]!;
  // Integers take an integer, as in Atomics: 1.7 adds 1 to -5 as well, NaN adds nothing, and 2⁶⁰ + 1 loses no bit.
  const number = isInteger(view) ? (operand as number) | 0 : (operand as number);
  numbers[index] = combineNumber(old, op, number);
  return old as ElementOf<T>;
}

/** Stores `replacement` if the element equals `expected` (converted to the element type first); returns the old value. */
export function applyCompareExchange<T extends TypedArray>(
  view: T,
  index: number,
  expected: ElementOf<T>,
  replacement: ElementOf<T>,
): ElementOf<T> {
  const old = view[index]! as ElementOf<T>;
  if (same(old, converted(view, expected))) (view as { [index: number]: unknown })[index] = replacement;
  return old;
}

/** `value` as the array would hold it: wrapped, rounded or clamped. */
export function converted<T extends TypedArray>(view: T, value: ElementOf<T>): ElementOf<T> {
  const Type = view.constructor as new (values: unknown[]) => T;
  return new Type([value])[0] as ElementOf<T>;
}

/** Throws TypeError if an operation's operands are no elements for such an array: a number among bigints, or the reverse. */
export function checkValues<T extends TypedArray>(view: T, what: object): void {
  if ("value" in what) converted(view, what.value as ElementOf<T>);
  if ("expected" in what) converted(view, what.expected as ElementOf<T>);
}

/** Equality of elements; a NaN equals a NaN, so that a compareExchange can ever succeed on one. */
export function same(a: number | bigint, b: number | bigint): boolean {
  return a === b || Object.is(a, b);
}

function combineNumber(old: number, op: AtomicOp, operand: number): number {
  switch (op) {
    case AtomicOp.add:
      return old + operand;
    case AtomicOp.sub:
      return old - operand;
    case AtomicOp.and:
      return old & operand;
    case AtomicOp.or:
      return old | operand;
    case AtomicOp.xor:
      return old ^ operand;
    case AtomicOp.exchange:
      return operand;
    default:
      return op satisfies never;
  }
}

function combineBigInt(old: bigint, op: AtomicOp, operand: bigint): bigint {
  switch (op) {
    case AtomicOp.add:
      return old + operand;
    case AtomicOp.sub:
      return old - operand;
    case AtomicOp.and:
      return old & operand;
    case AtomicOp.or:
      return old | operand;
    case AtomicOp.xor:
      return old ^ operand;
    case AtomicOp.exchange:
      return operand;
    default:
      return op satisfies never;
  }
}
