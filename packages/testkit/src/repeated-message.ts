import type { LaunchOptions } from "isles";
import { withWrappedPorts } from "isles/internal";

/** The launch options given, over a transport that breaks its promise once: endpoint 1 gets a protocol message twice. */
export function withRepeatedMessage(options: LaunchOptions): LaunchOptions {
  return withWrappedPorts(options, {
    module: new URL("./repeating-port.js", import.meta.url).href,
    options: undefined,
  });
}
