/** The element types of shared arrays, by the names of the calls that make them. */
export const elementTypes = {
  int8: Int8Array,
  uint8: Uint8Array,
  uint8Clamped: Uint8ClampedArray,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
  bigInt64: BigInt64Array,
  bigUint64: BigUint64Array,
} as const;

export type ElementType = keyof typeof elementTypes;
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** `bigint` for the two 64-bit integer types, `number` for all others. */
export type ElementOf<T extends TypedArray> = T extends BigInt64Array | BigUint64Array ? bigint : number;

export function viewOf(type: ElementType, buffer: ArrayBuffer, byteOffset: number, length: number): TypedArray {
  return new elementTypes[type](buffer, byteOffset, length);
}
