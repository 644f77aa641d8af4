import { MessageChannel, type MessagePort } from "node:worker_threads";
import { LimitError } from "@isles/base";
import { createRings } from "./body-ring.ts";
import { createDoorbells, MAX_ENDPOINTS } from "./doorbells.ts";
import type { ThreadPortSeed } from "./thread-port.ts";

/** A full mesh of channels between `endpoints` threads of this process: one seed per endpoint, to be sent to its thread. */
export function createThreadNetwork(endpoints: number): ThreadPortSeed[] {
  if (endpoints > MAX_ENDPOINTS) {
    throw new LimitError(`${endpoints} endpoints in one process; the doorbells have room for ${MAX_ENDPOINTS}`);
  }
  const ports: (MessagePort | null)[][] = Array.from({ length: endpoints }, () => new Array(endpoints).fill(null));
  for (let a = 0; a < endpoints; a++) {
    for (let b = a + 1; b < endpoints; b++) {
      const { port1, port2 } = new MessageChannel();
      ports[a]![b] = port1;
      ports[b]![a] = port2;
    }
  }
  const bells = createDoorbells(endpoints);
  const rings = ports.map(() => createRings(endpoints));
  return ports.map((own, self) => ({ self, endpoints, ports: own, bells, rings }));
}

/** The ports to transfer along with a seed. */
export function transferList(seed: ThreadPortSeed): MessagePort[] {
  return seed.ports.filter((port) => port !== null);
}
