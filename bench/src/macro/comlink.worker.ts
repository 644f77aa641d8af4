/** What each worker of the Comlink crew runs: the kernel's worker module, exposed as it is. */
import { parentPort, workerData } from "node:worker_threads";
import * as Comlink from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { buffersOf } from "./give-away.ts";

const functions = (await import((workerData as { module: string }).module)) as Record<
  string,
  (...args: unknown[]) => unknown
>;

const exposed: Record<string, (...args: unknown[]) => Promise<unknown>> = {};
for (const [name, run] of Object.entries(functions)) {
  exposed[name] = async (...args) => {
    const result = await run(...args);
    const buffers = buffersOf(result);
    return buffers.length === 0 ? result : Comlink.transfer(result as object, [...buffers]);
  };
}
Comlink.expose(exposed, nodeEndpoint(parentPort!));
