import type { Transferable } from "node:worker_threads";
import type { Port, Receiver } from "@isles/transport";

/** What an endpoint's thread needs to join a network: cloned to it, with `transfer` moved. */
export interface Seed {
  readonly seed: unknown;
  readonly transfer: readonly Transferable[];
}

/**
 * How the compliance suite meets a transport: a module, since worker threads and child processes of the suite must load it
 * too, which exports these two.
 */
export interface TransportAdapter {
  /** A network of `endpoints`, joined by nobody yet: one seed each. */
  createNetwork(endpoints: number): Seed[] | Promise<Seed[]>;
  /** Joins on this thread. */
  join(seed: unknown, receiver: Receiver): Port | Promise<Port>;
}
