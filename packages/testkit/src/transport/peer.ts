// A worker of the compliance suite: joins as one endpoint and plays the roles it is told to.
import { parentPort, workerData } from "node:worker_threads";
import type { TransportAdapter } from "./adapter.ts";
import { Inbox } from "./inbox.ts";
import type { Peer } from "./roles.ts";
import * as roles from "./roles.ts";

const { adapter, seed } = workerData as { adapter: string; seed: unknown };
const plays = new Map(Object.entries(roles)) as Map<string, (peer: Peer, args: unknown) => unknown>;
const { join } = (await import(adapter)) as TransportAdapter;
let inbox = new Inbox();
const port = await join(seed, { receive: (from, message) => inbox.receive(from, message) });

parentPort!.on("message", async ({ role, args }: { role: string; args: unknown }) => {
  try {
    parentPort!.postMessage({ result: await plays.get(role)!({ port, inbox }, args) });
  } catch (error) {
    parentPort!.postMessage({ error });
  }
  if (role !== "echo") inbox = new Inbox();
});
parentPort!.postMessage({ result: "joined" });
