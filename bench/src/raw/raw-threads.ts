import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createThreadNetwork, transferList } from "@isles/transport";
import { median } from "../figures.ts";
import type { Command, Reply } from "./protocol.ts";

/**
 * Threads that exchange messages over the bare transport: thread 0 asks, the others answer. The yardsticks, all in µs:
 * RTT = a short string there and back; T0 = a short string there and a 4 KiB page back; one send.
 */
export class RawThreads implements AsyncDisposable {
  readonly #workers: Worker[];

  /** `asleep`: no thread ever spins, as where more sites are awake than there are cores. */
  constructor(threads: number, { asleep = false } = {}) {
    const url = new URL("./link.worker.js", import.meta.url);
    this.#workers = createThreadNetwork(threads).map(
      (seed) =>
        new Worker(url, { workerData: { seed, asleep: asleep && seed.self === 0 }, transferList: transferList(seed) }),
    );
  }

  async rtt(count: number): Promise<number> {
    return median(await this.#measure({ kind: "ask", what: "ping", count }));
  }

  async t0(count: number): Promise<number> {
    return median(await this.#measure({ kind: "ask", what: "page", count }));
  }

  /** Asker → 1 → 2 → asker, with a page on the last hop. Needs three threads. */
  async relay(count: number): Promise<number> {
    return median(await this.#measure({ kind: "ask", what: "relay", count }));
  }

  async oneSend(count: number): Promise<number> {
    return median(await this.#measure({ kind: "sends", count }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exits = this.#workers.map((worker) => once(worker, "exit"));
    for (const worker of this.#workers) worker.postMessage({ kind: "close" } satisfies Command);
    await Promise.all(exits);
  }

  async #measure(command: Command): Promise<Float64Array> {
    const [asker, ...servers] = this.#workers as [Worker, ...Worker[]];
    const served = servers.map((worker) => tell(worker, { kind: "serve" }));
    const { times } = await tell(asker, command);
    await tell(asker, { kind: "stop" });
    await Promise.all(served);
    return times;
  }
}

async function tell(worker: Worker, command: Command): Promise<Reply> {
  const reply = once(worker, "message");
  worker.postMessage(command);
  return ((await reply) as [Reply])[0];
}
