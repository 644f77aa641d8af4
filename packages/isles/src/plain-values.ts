import type { RpcNode } from "@isles/rpc/internal";
import { type Packed, unpack } from "@isles/wire";

/** What travels as it is, and nobody can change meanwhile. */
export function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol");
}

/** The value again, as `unpack` gives it; most have nothing in them that the node must be asked for. */
export function unpacked(packed: Packed, node: RpcNode): unknown {
  return packed.references === undefined ? packed.value : unpack(packed, node.arriving());
}
