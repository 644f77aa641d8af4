import { Worker } from "node:worker_threads";
import * as Comlink from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { Piscina } from "piscina";
import type { Crew } from "./crew.ts";
import type { PiscinaCall } from "./piscina.worker.ts";

/** A pool of one thread for each worker, so that every worker can be addressed and keeps its state. */
export function piscinaCrew(workers: number, module: URL): Crew {
  const pools = Array.from(
    { length: workers },
    () =>
      new Piscina({
        filename: new URL("./piscina.worker.js", import.meta.url).href,
        minThreads: 1,
        maxThreads: 1,
        workerData: { module: module.href },
      }),
  );
  return {
    workers,
    call: (worker, name, args, transfer = []) =>
      pools[worker]!.run({ name, args } satisfies PiscinaCall, { transferList: [...transfer] }),
  };
}

type Remote = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** Workers whose module is exposed and wrapped by Comlink. */
export function comlinkCrew(workers: number, module: URL, onError: (error: Error) => void): Crew {
  const remotes = Array.from({ length: workers }, () => {
    const worker = new Worker(new URL("./comlink.worker.js", import.meta.url), { workerData: { module: module.href } });
    worker.on("error", onError); // Comlink does not look: calls to a dead worker never end
    return Comlink.wrap(nodeEndpoint(worker)) as unknown as Remote;
  });
  return {
    workers,
    call: <T>(worker: number, name: string, args: readonly unknown[], transfer: readonly ArrayBuffer[] = []) => {
      const first = args.find((arg) => typeof arg === "object" && arg !== null);
      if (transfer.length > 0 && first !== undefined) Comlink.transfer(first, [...transfer]);
      return remotes[worker]![name]!(...args) as Promise<T>;
    },
  };
}
