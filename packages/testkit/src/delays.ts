import type { LaunchOptions } from "isles";
import { withWrappedPorts } from "isles/internal";
import type { DelayOptions } from "./delayed-port.ts";

/** The launch options given, over channels that are slow by random amounts. */
export function withDelays(options: LaunchOptions, delays: DelayOptions): LaunchOptions {
  return withWrappedPorts(options, { module: new URL("./delayed-port.js", import.meta.url).href, options: delays });
}
