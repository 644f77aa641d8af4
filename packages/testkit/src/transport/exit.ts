// A process of the compliance suite: `node exit.js <adapter>`. Joins as every endpoint, talks, closes; must end by itself.
import { MessageClass, type Port } from "@isles/transport";
import type { TransportAdapter } from "./adapter.ts";
import { idleUntil } from "./inbox.ts";

const { createNetwork, join } = (await import(process.argv[2]!)) as TransportAdapter;
const ports: Port[] = [];
let received = 0;
for (const { seed } of await createNetwork(3)) ports.push(await join(seed, { receive: () => received++ }));
for (const port of ports) {
  for (const { self } of ports) if (self !== port.self) port.send(self, "hello", MessageClass.Request);
  port.flush();
}
await idleUntil("six hellos", () => received === 6);
for (const port of ports) port.close();
console.log("closed");
