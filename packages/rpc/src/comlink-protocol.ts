import { IslesError } from "@isles/base";

const requestTypes: ReadonlySet<unknown> = new Set(["GET", "SET", "APPLY", "CONSTRUCT", "ENDPOINT", "RELEASE"]);

// Four hexadecimal numbers: what Comlink 4 makes its ids of, and unlikely in any other protocol.
const comlinkId = /^[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+$/;

/** A message that asks for an answer in Comlink's protocol. Nothing but `id` and `type` has been looked at. */
export interface ComlinkRequest {
  readonly id: unknown;
  readonly type: string;
}

/** A value that looks like a Comlink request, whoever wrote it. */
export function isRequest(data: unknown): data is ComlinkRequest {
  return typeof data === "object" && data !== null && "id" in data && "type" in data && requestTypes.has(data.type);
}

/** A request made by Comlink itself: its id has Comlink's form, so other protocols that speak of GET are left alone. */
export function isComlinkRequest(data: unknown): data is ComlinkRequest & { readonly id: string } {
  return isRequest(data) && typeof data.id === "string" && comlinkId.test(data.id);
}

/** The id that an answer carries, if it may be one. */
export function answeredId(data: unknown): string | undefined {
  if (typeof data !== "object" || data === null || !("id" in data) || typeof data.id !== "string") return undefined;
  return "type" in data && (data.type === "RAW" || data.type === "HANDLER") ? data.id : undefined;
}

/** An answer in Comlink's protocol that rejects the call `id`. */
export interface ComlinkThrow {
  readonly id: unknown;
  readonly type: "HANDLER";
  readonly name: "throw";
  readonly value: { readonly isError: boolean; readonly value: unknown };
}

/**
 * Rejects a call on this thread with `error` itself. Comlink rethrows what is not marked as an error unchanged, so the
 * caller gets the very instance, with its class, code and cause.
 */
export function thrownHere(id: string, error: Error): ComlinkThrow {
  return { id, type: "HANDLER", name: "throw", value: { isError: false, value: error } };
}

/** Rejects a call of a peer, where only name, message, stack and code of the error arrive. */
export function thrownThere(id: unknown, error: Error): ComlinkThrow {
  const { name, message, stack } = error;
  const code = error instanceof IslesError ? { code: error.code } : {};
  return { id, type: "HANDLER", name: "throw", value: { isError: true, value: { name, message, stack, ...code } } };
}
