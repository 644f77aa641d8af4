import {
  createThreadNetwork,
  type Port,
  type Receiver,
  ThreadPort,
  type ThreadPortSeed,
  transferList,
} from "@isles/transport";
import type { Seed } from "./adapter.ts";

/** ThreadPort for the compliance suite. */
export function createNetwork(endpoints: number): Seed[] {
  return createThreadNetwork(endpoints).map((seed) => ({ seed, transfer: transferList(seed) }));
}

export function join(seed: unknown, receiver: Receiver): Port {
  return new ThreadPort(seed as ThreadPortSeed, receiver);
}
