import type { Port, Receiver } from "@isles/transport";
import type { LaunchOptions } from "./launch.ts";

/** A module that puts something around every endpoint's port: how tests make a network's weather. */
export interface PortWrapping {
  /** URL of a module that exports a `wrapPort` of type {@link WrapPort}. */
  readonly module: string;
  /** Passed to it; travels by structured clone. */
  readonly options: unknown;
}

/** Connects through `connect`, perhaps with a receiver of its own in front of `receiver`; returns the port to use. */
export type WrapPort = (connect: (receiver: Receiver) => Port, receiver: Receiver, options: unknown) => Port;

const wrapping = Symbol("port wrapping");

/** Launch options that wrap the ports. Not public: only tests have a reason to stand between a site and its network. */
export function withWrappedPorts(options: LaunchOptions, how: PortWrapping): LaunchOptions {
  return { ...options, [wrapping]: how } as LaunchOptions;
}

export function wrappingOf(options: LaunchOptions): PortWrapping | undefined {
  return (options as { [wrapping]?: PortWrapping })[wrapping];
}

/** What turns `connect` into the wrapped way to connect; for no wrapping, leaves it as it is. */
export async function loadWrapping(
  how: PortWrapping | undefined,
): Promise<(connect: (receiver: Receiver) => Port) => (receiver: Receiver) => Port> {
  if (how === undefined) return (connect) => connect;
  const { wrapPort } = (await import(how.module)) as { wrapPort: WrapPort };
  return (connect) => (receiver) => wrapPort(connect, receiver, how.options);
}
