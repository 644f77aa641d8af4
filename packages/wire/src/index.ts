/**
 * `@isles/wire`: what travels, as bytes and code units: protocol records and the values of programs.
 * It is not a transport: it never sends anything.
 */
export { ByteOrder, localByteOrder, swapByteOrder } from "./byte-order.ts";
export type { ErrorClass } from "./error-classes.ts";
export { ErrorCodec } from "./errors.ts";
export type { ValueLimits } from "./limits.ts";
export type { Packed, Reference, RichType } from "./packed.ts";
export * from "./record.ts";
export { type PackOptions, pack, type ReferenceCodec, unpack } from "./values.ts";
export type { WireError } from "./wire-error.ts";
