import type { Outcome } from "./roster.ts";

/** Translates values for travel. The default is to leave them to structured clone. */
export interface Codec {
  encode(value: unknown): unknown;
  decode(value: unknown): unknown;
}

export const identityCodec: Codec = { encode: (value) => value, decode: (value) => value };

export type CollectiveKind = "barrier" | "reduce" | "broadcast";

/** What the collectives send as structured clones; everything hot is text. */
export type CollectiveValue =
  /** A site's part of a reduction; `op` names the root's own operator and comes only from the root itself. */
  | { readonly k: "part"; readonly key: string; readonly value: unknown; readonly op: number }
  /** The result of a reduction. */
  | { readonly k: "result"; readonly key: string; readonly value: unknown }
  /** The operator threw. */
  | { readonly k: "thrown"; readonly key: string; readonly error: unknown }
  /** A barrier or reduction that can never be complete. */
  | {
      readonly k: "hopeless";
      readonly kind: "barrier" | "reduce";
      readonly key: string;
      readonly site: number;
      readonly outcome: Outcome;
      readonly waiting: readonly number[];
    }
  /** Round `round` of a broadcast. */
  | { readonly k: "cast"; readonly key: string; readonly round: number; readonly value: unknown };

/** The one place where what a peer sent is believed. Throws on anything else. */
export function asCollective(value: unknown): CollectiveValue {
  if (typeof value === "object" && value !== null && "k" in value && "key" in value) return value as CollectiveValue;
  throw new Error("not a message of a collective call");
}
