/** What the raw threads are told and what they send each other. */
export const PAGE = 4096;
/** Pages that a round of the rows about page faults walks over. */
export const WALKED = 512;

export type Command =
  | { readonly kind: "serve" }
  | { readonly kind: "ask"; readonly what: "ping" | "page" | "relay"; readonly count: number }
  | { readonly kind: "sends"; readonly count: number }
  | { readonly kind: "stop" }
  | { readonly kind: "close" };

export interface Reply {
  /** Microseconds each. */
  readonly times: Float64Array;
}

/** First letter of a raw message. */
export const Ask = { Ping: "p", Page: "g", Relay: "r", Owner: "o", Stop: "s" } as const;
export type Ask = (typeof Ask)[keyof typeof Ask];
