import type { ArrayStats, SiteStats } from "@isles/dsm";
import type { RpcStats } from "@isles/rpc";
import type { WireError } from "@isles/wire";

/** What the launcher and the sites tell each other about runs and about each other, beside the memory's own messages. */
export type ControlMessage =
  /** A site is gone: whoever waits, on anything, gets a SiteDownError. */
  | { readonly kind: "down"; readonly site: number; readonly reason: string }
  /** A function threw: those who run with it must not wait for it. */
  | { readonly kind: "threw"; readonly site: number; readonly group: number; readonly reason: string }
  /** Every site has left a run: what managers kept for it can go. */
  | { readonly kind: "ended"; readonly group: number }
  /** The caller gave up a run. */
  | { readonly kind: "abort"; readonly call: number; readonly reason: WireError }
  | { readonly kind: "stats"; readonly ticket: number }
  | { readonly kind: "statistics"; readonly ticket: number; readonly stats: EndpointStats }
  | { readonly kind: "close" };

/** One endpoint's counters, altogether and by array. */
export interface EndpointStats {
  readonly site: SiteStats;
  readonly rpc: RpcStats;
  readonly arrays: Record<string, ArrayStats>;
}

/** The call that a site executes. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly group: { readonly id: number; readonly name: string };
}
