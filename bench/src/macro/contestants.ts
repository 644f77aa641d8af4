import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { KernelAnswer, KernelArgs } from "@isles/examples";
import { type Cluster, launch } from "isles";
import type { HostReport, HostTask } from "./host.worker.ts";
import type { Modules, Variant } from "./kernels.ts";
import { ThreadTeam } from "./team.ts";

/** One variant of a kernel with its workers, ready to run: they sleep between rounds. */
export interface Contestant {
  readonly variant: Variant;
  readonly workers: number;
  /**
   * One run of the kernel's frame by all workers: their answers in order. Rejects with what a worker throws, or after `deadlineMs`;
   * the contestant can only be closed then.
   */
  round(args: KernelArgs, deadlineMs: number): Promise<readonly KernelAnswer[]>;
  /** Ends its workers, whatever they do. */
  close(): Promise<void>;
}

/** A variant with a number of workers. */
export interface Entry {
  readonly variant: Variant;
  readonly workers: number;
}

/** How long workers may take to load their modules, in milliseconds. */
const BOOT_MS = 30_000;

/** Starts the workers of a variant; undefined if the kernel has no such variant. */
export async function open(
  kernel: string,
  { variant, workers }: Entry,
  args: KernelArgs,
  modules: Modules,
): Promise<Contestant | undefined> {
  const module = modules.moduleOf(kernel, variant);
  if (module === undefined) return undefined;
  switch (variant) {
    case "isles":
      return new Sites(kernel, await launch({ program: module, sites: workers }));
    case "serial":
      return Hosts.boot(variant, 1, [{ variant, module: module.href }]);
    case "threads":
      return openThreads(module, workers, args);
    case "piscina":
    case "comlink":
      return Hosts.boot(variant, workers, [
        { variant, module: module.href, workerModule: modules.workerModuleOf(kernel).href, workers },
      ]);
  }
}

async function openThreads(module: URL, count: number, args: KernelArgs): Promise<Contestant> {
  const { heapBytes } = (await import(module.href)) as { heapBytes(args: KernelArgs): number };
  const heap = ThreadTeam.heapFor(count, heapBytes(args));
  const cores = availableParallelism();
  const tasks = Array.from(
    { length: count },
    (_, id): HostTask => ({ variant: "threads", module: module.href, seed: { heap, id, count, cores } }),
  );
  return Hosts.boot("threads", count, tasks, heap);
}

/** The sites of a cluster. */
class Sites implements Contestant {
  readonly variant = "isles";
  readonly workers: number;
  readonly #kernel: string;
  readonly #cluster: Cluster;

  constructor(kernel: string, cluster: Cluster) {
    this.#kernel = kernel;
    this.#cluster = cluster;
    this.workers = cluster.sites;
  }

  async round(args: KernelArgs, deadlineMs: number): Promise<readonly KernelAnswer[]> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(lateness(deadlineMs)), deadlineMs);
    try {
      return (await this.#cluster.runAll(this.#kernel, args, { signal: late.signal })) as KernelAnswer[];
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }
}

/** Plain worker threads: the whole team of "serial" and "threads", or the one that drives a crew. */
class Hosts implements Contestant {
  readonly variant: Variant;
  readonly workers: number;
  readonly #threads: readonly Worker[];
  readonly #heap: SharedArrayBuffer | undefined;

  private constructor(variant: Variant, workers: number, tasks: readonly HostTask[], heap?: SharedArrayBuffer) {
    this.variant = variant;
    this.workers = workers;
    this.#heap = heap;
    const file = new URL("./host.worker.js", import.meta.url);
    this.#threads = tasks.map((task) => new Worker(file, { workerData: task }));
  }

  static async boot(
    variant: Variant,
    workers: number,
    tasks: readonly HostTask[],
    heap?: SharedArrayBuffer,
  ): Promise<Hosts> {
    const hosts = new Hosts(variant, workers, tasks, heap);
    try {
      await hosts.#reports(BOOT_MS);
    } catch (error) {
      await hosts.close();
      throw error;
    }
    return hosts;
  }

  async round(args: KernelArgs, deadlineMs: number): Promise<readonly KernelAnswer[]> {
    // Fresh memory is zero, and so is a cluster's; and the barrier starts anew.
    if (this.#heap !== undefined) new Uint8Array(this.#heap).fill(0);
    const reports = this.#reports(deadlineMs);
    for (const thread of this.#threads) thread.postMessage(args);
    return (await reports).map((report) => {
      if ("answer" in report) return report.answer;
      throw new Error(`${this.variant}: a worker answered out of turn`);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** The next report of every thread. Rejects with the first error, at the first thread's end, or when it is late. */
  async #reports(deadlineMs: number): Promise<HostReport[]> {
    let reject: (error: Error) => void = () => undefined;
    const failed = new Promise<never>((_, rejectFailed) => {
      reject = rejectFailed;
    });
    const timer = setTimeout(() => reject(lateness(deadlineMs)), deadlineMs);
    const onExit = () => reject(new Error(`${this.variant}: a worker ended`));
    const listeners: (() => void)[] = [];
    const reportOf = (thread: Worker) =>
      new Promise<HostReport>((resolve) => {
        const onMessage = (report: HostReport) =>
          "error" in report ? reject(new Error(report.error)) : resolve(report);
        thread.on("message", onMessage).on("error", reject).on("exit", onExit);
        listeners.push(() => thread.off("message", onMessage).off("error", reject).off("exit", onExit));
      });
    try {
      return await Promise.race([Promise.all(this.#threads.map(reportOf)), failed]);
    } finally {
      clearTimeout(timer);
      for (const remove of listeners) remove();
    }
  }
}

function lateness(deadlineMs: number): Error {
  return new Error(`no result within ${deadlineMs / 1000} s; its workers were ended`);
}
