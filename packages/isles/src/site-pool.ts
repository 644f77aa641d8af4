import type { EventLoopUtilization } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { isInstanceOf, printed, SiteDownError } from "@isles/base";
import { type ThreadPortSeed, transferList } from "@isles/transport";
import { ErrorCodec } from "@isles/wire";
import { Piscina } from "piscina";
import type { Booted, BootOutcome, BootTask, CallOutcome, CallTask } from "./site-worker.ts";
import type { PortWrapping } from "./wrapped-ports.ts";

const queueOptionsSymbol: symbol = Piscina.queueOptionsSymbol;

export interface SitePoolOptions {
  readonly seeds: readonly ThreadPortSeed[];
  readonly program: string;
  readonly debug: boolean;
  readonly run: string;
  readonly wrapping: PortWrapping | undefined;
  /** Called once for each site that is lost, with what is known of the reason. */
  readonly onDown: (site: number, reason: string) => void;
}

/** Where a task goes: what it carries for the pool's balancer. */
export interface Route {
  site: number;
  /** Names the site, which must be one that is free, when the balancer asks: if it is there, before the task is given away. */
  readonly choose?: (() => number) | undefined;
}

/** Who runs a call, and hears, once, how it ended. */
export interface Caller extends Route {
  returned(outcome: CallOutcome): void;
  /** SiteDownError, mostly. */
  failed(error: unknown): void;
}

/** Fails what a site was asked. */
type Lose = (error: Error) => void;

/**
 * The sites' threads: a Piscina pool with one worker per site. Its load balancer is where a task meets its site; a task is
 * given to the pool only when its site is free, so the pool's own queue stays empty and cannot mix up the order.
 */
export class SitePool {
  readonly pool: Piscina;
  /** Thread id of each site's worker. */
  readonly #threads: number[] = [];
  readonly #workers: Worker[] = [];
  readonly #options: SitePoolOptions;
  /** Why each lost site was lost. */
  readonly #down = new Map<number, string>();
  /** What each site has been asked: ended when it is lost, since the pool forgets tasks that wait for a worker it removed. */
  readonly #asked: Set<Lose>[] = [];
  #closing = false;

  constructor(options: SitePoolOptions) {
    this.#options = options;
    const sites = options.seeds.length;
    this.pool = new Piscina({
      filename: fileURLToPath(new URL("./site-entry.cjs", import.meta.url)),
      minThreads: sites,
      maxThreads: sites,
      // An idle site must hear its ports, so it waits in its event loop and not on Piscina's futex.
      atomics: "disabled",
      idleTimeout: Number.POSITIVE_INFINITY,
      maxQueue: Number.POSITIVE_INFINITY,
      loadBalancer: (task, workers) => {
        const route = (task as unknown as Record<symbol, Route>)[queueOptionsSymbol]!;
        // Where data decides, it decides now that the task can start.
        if (route.choose !== undefined) route.site = route.choose();
        const thread = this.#threads[route.site];
        return workers.find((worker) => worker.id === thread && !worker.destroyed) ?? null;
      },
    });
    // A site's death reaches us as its thread's exit; the pool repeats what it cannot assign to a task.
    this.pool.on("error", () => undefined);
    // A site that is lost stays lost: nobody would use the thread that the pool starts in its place, and Node 20 ends the whole process with a fatal
    // error if that thread is ended while it loads its module.
    (this.pool.options as { minThreads: number }).minThreads = 0;
    for (const [site, thread] of this.pool.threads.entries()) this.#watch(thread, site);
  }

  /** Makes every worker a site; what the program exports. */
  async boot(): Promise<Booted> {
    const { seeds, program, debug, run, wrapping } = this.#options;
    const boots = seeds.map(async (seed, site) => {
      const task: BootTask = { seed, sites: seeds.length, program, debug, run, wrapping };
      const outcome = await this.#run<BootOutcome>(site, "boot", task, transferList(seed));
      if ("error" in outcome) throw new ErrorCodec().decode(outcome.error);
      return outcome;
    });
    const settled = await Promise.allSettled(boots);
    const failed = settled.find((boot) => boot.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    for (const [site, reason] of this.#down) throw new SiteDownError(site, `site ${site} did not start: ${reason}`);
    return (settled[0] as PromiseFulfilledResult<Booted>).value;
  }

  /** Runs a call on the site of its caller, which hears how it ended: perhaps before this returns. */
  call(task: CallTask, caller: Caller): void {
    const returned = (outcome: unknown) => caller.returned(outcome as CallOutcome);
    try {
      this.#start(caller, "call", task, [], returned, (error) => caller.failed(error));
    } catch (error) {
      caller.failed(error);
    }
  }

  /** How busy a site's event loop has been, so far or since an earlier reading; undefined for one that is down. */
  readonly readLoop = (site: number, since?: EventLoopUtilization): EventLoopUtilization | undefined =>
    this.isUp(site) ? this.#workers[site]!.performance.eventLoopUtilization(since) : undefined;

  /** Why a site is lost; empty if it is not. */
  whyDown(site: number): string {
    return this.#down.get(site) ?? "";
  }

  isUp(site: number): boolean {
    return !this.#down.has(site);
  }

  /** Lets idle sites hand over what they have printed: it travels through their event loops and would die with them. */
  async drainOutput(sites: readonly number[], timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    const drained = sites.filter((site) => this.isUp(site)).map((site) => this.#run<void>(site, "drainOutput", {}));
    await Promise.race([Promise.allSettled(drained), grace]);
    clearTimeout(timer);
  }

  /** Kills a site's thread. */
  async kill(site: number): Promise<void> {
    const thread = this.pool.threads.find(({ threadId }) => threadId === this.#threads[site]);
    await thread?.terminate();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.pool.destroy();
  }

  #run<T>(
    site: number,
    name: "boot" | "drainOutput",
    task: object,
    transfer: ThreadPortSeed["ports"][number][] = [],
  ): Promise<T> {
    return new Promise<T>((resolve, reject) =>
      this.#start({ site }, name, task, transfer, (result) => resolve(result as T), reject),
    );
  }

  /** Tells of the end once, by one of the two. Throws what keeps the task from being given to a site. */
  #start(
    route: Route,
    name: "boot" | "call" | "drainOutput",
    task: object,
    transfer: ThreadPortSeed["ports"][number][],
    returned: (result: unknown) => void,
    failed: Lose,
  ): void {
    const { site } = route;
    const down = this.#down.get(site);
    if (down !== undefined && route.choose === undefined) {
      throw new SiteDownError(
        site,
        `nothing can run on site ${site}, which is down: ${down}; launch the cluster again`,
      );
    }
    (task as Record<symbol, Route>)[queueOptionsSymbol] = route;
    const running = this.pool.run(task, { name, transferList: transfer.filter((port) => port !== null) });
    const asked = this.#asked[route.site]!; // the balancer has spoken
    const lose = (error: Error): void => {
      if (asked.delete(lose)) failed(error);
    };
    asked.add(lose);
    running.then(
      (result: unknown) => {
        if (asked.delete(lose)) returned(result);
      },
      (error: unknown) => lose(lostTask(route.site, messageOf(error))),
    );
  }

  #watch(thread: Worker, site: number): void {
    this.#threads[site] = thread.threadId;
    this.#workers[site] = thread;
    this.#asked[site] = new Set();
    const lose = (reason: string) => {
      if (this.#closing || this.#down.has(site)) return;
      this.#down.set(site, reason);
      for (const losing of [...this.#asked[site]!]) losing(lostTask(site, reason));
      this.#options.onDown(site, reason);
    };
    // An uncaught error comes some time before the exit; nothing must be started there in between.
    thread.on("error", (error: unknown) => lose(`its thread died of ${printed(error).split("\n", 1)[0]}`));
    thread.on("exit", (code) => lose(`its thread exited with code ${code}`));
  }
}

function messageOf(error: unknown): string {
  return isInstanceOf(error, Error) ? String((error as Error).message) : printed(error);
}

function lostTask(site: number, reason: string): SiteDownError {
  return new SiteDownError(site, `site ${site} went down while it ran a task: ${reason}`);
}
