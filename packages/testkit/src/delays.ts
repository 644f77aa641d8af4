import type { LaunchOptions } from "isles";
import { withHomeMovesAfter, withWrappedPorts } from "isles/internal";
import type { DelayOptions } from "./delayed-port.ts";

/** The launch options given, over channels that are slow by random amounts. */
export function withDelays(options: LaunchOptions, delays: DelayOptions): LaunchOptions {
  return withWrappedPorts(options, { module: new URL("./delayed-port.js", import.meta.url).href, options: delays });
}

/** The launch options given, with pages whose homes move to their writers at every write-back. */
export function withMovingHomes(options: LaunchOptions): LaunchOptions {
  return withHomeMovesAfter(options, 1);
}
