import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { TransportAdapter } from "./adapter.ts";
import type * as Roles from "./roles.ts";

type RoleName = keyof typeof Roles;
type ArgsOf<R extends RoleName> = Parameters<(typeof Roles)[R]>[1];
type ResultOf<R extends RoleName> = Awaited<ReturnType<(typeof Roles)[R]>>;

/** The endpoints of a network, each on a worker thread. */
export class Peers implements AsyncDisposable {
  readonly #workers: Worker[];

  private constructor(workers: Worker[]) {
    this.#workers = workers;
  }

  static async join(adapter: URL, endpoints: number): Promise<Peers> {
    const { createNetwork } = (await import(adapter.href)) as TransportAdapter;
    const seeds = await createNetwork(endpoints);
    const workers = seeds.map(
      ({ seed, transfer }) =>
        new Worker(new URL("./peer.js", import.meta.url), {
          workerData: { adapter: adapter.href, seed },
          transferList: [...transfer],
        }),
    );
    await Promise.all(workers.map((worker) => answer(worker)));
    return new Peers(workers);
  }

  async play<R extends RoleName>(endpoint: number, role: R, args?: ArgsOf<R>): Promise<ResultOf<R>> {
    const worker = this.#workers[endpoint]!;
    worker.postMessage({ role, args });
    return (await answer(worker)) as ResultOf<R>;
  }

  /** The same role on every endpoint. */
  playAll<R extends RoleName>(role: R, args?: ArgsOf<R>): Promise<ResultOf<R>[]> {
    return Promise.all(this.#workers.map((_, endpoint) => this.play(endpoint, role, args)));
  }

  async terminate(endpoint: number): Promise<void> {
    await this.#workers[endpoint]!.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

async function answer(worker: Worker): Promise<unknown> {
  const [message] = (await once(worker, "message")) as [{ result?: unknown; error?: unknown }];
  if (message.error !== undefined) throw message.error;
  return message.result;
}

/** A word that one thread opens and another sleeps at. */
export function newGate(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}
