import { ClosedError, Completion, SiteDownError } from "@isles/base";
import type { ArrayStats, Memory, SiteStats } from "@isles/dsm";
import { addStats, emptyArrayStats, nearSpans } from "@isles/dsm/internal";
import type { Rpc, RpcStats } from "@isles/rpc";
import { Service, type ThreadPort } from "@isles/transport";
import type { ControlMessage, EndpointStats } from "./control.ts";
import { endingOf } from "./endings.ts";
import type { Member } from "./member.ts";
import type { ExportedProcess } from "./migration/definitions.ts";
import type { ProcessHandle } from "./migration/process-handle.ts";
import { ProcessTable, type SpawnOptions } from "./migration/process-table.ts";
import type { Process, ProcessInfo, ProcessOf, ProcessResult, SpawnParameters } from "./migration/process-types.ts";
import type { TraitsBySite } from "./migration/traits.ts";
import { type Decision, Decisions } from "./placement/decisions.ts";
import { heard, type Job } from "./placement/job.ts";
import { checkRunOptions, checkSite, type RunOptions } from "./placement/options.ts";
import { Placer } from "./placement/placer.ts";
import { servePlacer } from "./placement/services.ts";
import { noSuchFunction } from "./program.ts";
import type { AnyProgram, FunctionName, ResultOf, RunArguments } from "./program-types.ts";
import { type Placed, Runs } from "./runs.ts";
import { Scheduler } from "./scheduler.ts";
import type { SitePool } from "./site-pool.ts";

export type { RunOptions };

export interface ClusterStats {
  /** By site, without those that are lost; the launcher's own accesses come last. */
  readonly sites: SiteStats[];
  /** Remote procedure calls, by endpoint as `sites`. */
  readonly rpc: RpcStats[];
  /** By shared array, all sites together. */
  readonly arrays: Record<string, ArrayStats>;
}

/** How long functions that still run may take to notice that the cluster closes, in milliseconds; then their threads end. */
const CLOSE_GRACE_MS = 300;
/** How long `runAll` waits, after a failure that is only a consequence, for its cause, in milliseconds. */
const CAUSE_GRACE_MS = 500;

/** What a cluster is made of; `launch` puts it together. */
export interface ClusterParts {
  readonly member: Member;
  readonly port: ThreadPort;
  readonly pool: SitePool;
  readonly functions: readonly string[];
  readonly processes: readonly ExportedProcess[];
  readonly traits: TraitsBySite;
  /** The program's URL. */
  readonly program: string;
  readonly onClose: () => void;
  /** Takes what the `trace` option says. */
  readonly trace: (what: string) => void;
}

/** A running cluster: the launcher's handle on its sites. Made by `launch`. */
export class Cluster<P = AnyProgram> implements AsyncDisposable {
  /** Number of sites. */
  readonly sites: number;
  /** The launcher's own view of the shared memory: the calls under `async`, since this thread must not block. */
  readonly memory: Memory;
  /** Remote procedure calls between the launcher and the sites: asynchronous stubs, and services that sites can call. */
  readonly rpc: Rpc;
  readonly #member: Member;
  readonly #port: ThreadPort;
  readonly #pool: SitePool;
  /** The functions that the program exports. */
  readonly functions: readonly string[];
  /** The processes that the program exports. */
  readonly processes: readonly string[];
  readonly #processes: ProcessTable;
  readonly #scheduler: Scheduler;
  readonly #decisions: Decisions;
  readonly #placer: Placer;
  readonly #runs: Runs;
  readonly #statistics = new Map<number, { site: number; answer: Completion<EndpointStats | undefined> }>();
  #nextId = 1;
  readonly #onClose: () => void;
  readonly #trace: (what: string) => void;
  #closed: Promise<void> | undefined;

  constructor(parts: ClusterParts) {
    const { member, port, pool, functions, processes, traits, program, onClose, trace } = parts;
    this.sites = member.endpoint.sites;
    this.memory = member.memory;
    this.rpc = member.rpc;
    this.#member = member;
    this.#port = port;
    this.#pool = pool;
    this.#onClose = onClose;
    this.#trace = trace;
    this.functions = functions;
    const scheduler = new Scheduler(this.sites);
    const decisions = new Decisions(trace);
    const isUp = (site: number) => pool.isUp(site);
    const { residence } = member;
    const placer = new Placer({ sites: this.sites, scheduler, residence, decisions, isUp, readLoop: pool.readLoop });
    this.#scheduler = scheduler;
    this.#decisions = decisions;
    this.#placer = placer;
    this.#runs = new Runs({ member, pool, scheduler, placer, trace });
    servePlacer(member, placer);
    this.#processes = new ProcessTable({
      member,
      exported: processes,
      program,
      decisions,
      trace,
      traits,
      isUp,
      queueOf: (site) => scheduler.queueOf(site),
      whyDown: (site) => pool.whyDown(site),
      place: (name, counts) => placer.forProcess(name, counts),
      placeNear: (name, near) => placer.nearProcess(name, nearSpans(near, member.endpoint)),
    });
    this.processes = processes.map(({ name }) => name);
    member.endpoint.on(Service.Control, {
      text: () => undefined,
      value: (_from, value) => this.#control(value as ControlMessage),
    });
  }

  /** The pool that the sites' threads live in, for those who know Piscina; do not run tasks of your own in it. */
  get pool(): SitePool["pool"] {
    return this.#pool.pool;
  }

  /** The last decisions about where something runs and why, the oldest first: up to 256. What was placed by hand is none. */
  get decisions(): readonly Decision[] {
    return [...this.#decisions];
  }

  /**
   * Runs an exported function on one site and returns its result: on the site named (`{ site: 2 }`), on the one that has most of
   * some data (`{ near: grid.subarray(a, b) }`), or on the one with the least to do. Functions on one site run one after the
   * other, in the order in which they got there.
   * Rejects with what the function throws, with SiteDownError if its site is lost, with UsageError for a function that
   * the program does not export, with CloneError for an argument that cannot travel, and with ReleasedError for data that was
   * freed.
   */
  async run<K extends FunctionName<P>>(
    name: K,
    ...[args, options]: RunArguments<P, K, RunOptions>
  ): Promise<ResultOf<P, K>> {
    const { fences } = this.#member.endpoint;
    if (fences.isNeeded) await fences.releaseAsync(); // what the launcher wrote is there for the function
    const placed = this.#place(name, args, options ?? {}, true);
    const { outcome } = placed instanceof Promise ? await placed : placed;
    const result = (await outcome.promise()) as ResultOf<P, K>;
    if (fences.isNeeded) await fences.acquireAsync(); // what the function wrote shows in the launcher's spans
    return result;
  }

  /**
   * The same as a message: resolves as soon as it is decided where the function runs, and it goes on beside. What keeps it from
   * being started rejects here; what it throws, its `result`, which may be forgotten: then a warning says so.
   */
  async start<K extends FunctionName<P>>(
    name: K,
    ...[args, options]: RunArguments<P, K, RunOptions>
  ): Promise<Job<ResultOf<P, K>>> {
    const { fences } = this.#member.endpoint;
    if (fences.isNeeded) await fences.releaseAsync(); // what the launcher wrote is there for the function
    const { site, reason, outcome } = await this.#place(name, args, options ?? {}, false);
    const report = (what: string, error: unknown) => this.#member.rpcNode.report(what, error);
    const { promise } = heard(outcome.promise(), `${name}, started on site ${site},`, report);
    return { name, site, reason, result: promise as Promise<ResultOf<P, K>> };
  }

  /**
   * Runs an exported function on every site at once (SPMD); the results in site order. If it fails anywhere, rejects with
   * the first cause, and the sites that wait for the failed one get a SiteDownError.
   */
  async runAll<K extends FunctionName<P>>(
    name: K,
    ...[args, options]: RunArguments<P, K, Pick<RunOptions, "signal">>
  ): Promise<ResultOf<P, K>[]> {
    this.#check(name);
    const { fences } = this.#member.endpoint;
    if (fences.isNeeded) await fences.releaseAsync(); // what the launcher wrote is there for the function
    const group = { id: this.#nextId++, name };
    const startOn = async (site: number) => this.#runs.startOn(site, name, args, group, options?.signal).promise();
    const runs: Promise<unknown>[] = [];
    for (let site = 0; site < this.sites; site++) runs.push(startOn(site));
    // When the sites have really left it, which may be later than the promises say: an aborted run rejects at once.
    const ended = this.#scheduler.passed().then(() => this.#tellSites({ kind: "ended", group: group.id }));
    try {
      const results = (await Promise.all(runs)) as ResultOf<P, K>[];
      if (fences.isNeeded) await fences.acquireAsync();
      return results;
    } catch (first) {
      throw await causeOf(first, runs, ended);
    }
  }

  /**
   * Starts a process that the program exports and gives its handle once it runs; `args` are its arguments after the site. Where: on the site
   * named, or on the one with the least to do. Rejects with UsageError for what the program does not export, with CloneError for an argument
   * that cannot travel, with SiteDownError.
   *
   * ```ts
   * const p = await cluster.spawn(walk, [grid, 0], { site: 0 });
   * await p.migrate(2);
   * console.log(p.site, await p.result);
   * ```
   */
  async spawn<D extends Process<never[], unknown> | string>(
    definition: D & ProcessOf<D>,
    ...[args, options]: SpawnParameters<D, SpawnOptions>
  ): Promise<ProcessHandle<ProcessResult<D>>> {
    const spawned = await this.#processes.spawn(definition, (args as unknown[]) ?? [], options);
    return spawned as ProcessHandle<ProcessResult<D>>;
  }

  /**
   * Makes a process again of what `handle.checkpoint()` gave, here or in an earlier run of the same program. Rejects with IslesError
   * `MALFORMED` for other bytes, `PROCESS_NOT_STARTED` if the program has changed since, with SiteDownError.
   */
  async restore<R = unknown>(bytes: Uint8Array, options: SpawnOptions = {}): Promise<ProcessHandle<R>> {
    return (await this.#processes.restore(bytes, options)) as ProcessHandle<R>;
  }

  /** The processes that there are, and the last that have ended: where they are, how old, in which state, pinned by what. */
  ps(): Promise<ProcessInfo[]> {
    return this.#processes.ps();
  }

  /** The handle of a process by its id. Throws UsageError if there is none. */
  process<R = unknown>(id: number): ProcessHandle<R> {
    return this.#processes.handle(id) as ProcessHandle<R>;
  }

  /**
   * What the sites that are up and the launcher have done so far, by site and by array. Sites answer at their next poll point.
   */
  async stats(): Promise<ClusterStats> {
    if (this.#closed !== undefined) throw new ClosedError("there are no statistics of a cluster that is closed");
    const asked: Promise<EndpointStats | undefined>[] = [];
    for (let site = 0; site < this.sites; site++) {
      if (this.#pool.isUp(site)) asked.push(this.#askStats(site));
    }
    const answered = (await Promise.all(asked)).filter((one) => one !== undefined);
    const all = [...answered, this.#member.stats()];
    const arrays: Record<string, ArrayStats> = {};
    for (const one of all) {
      for (const [name, stats] of Object.entries(one.arrays)) {
        arrays[name] ??= emptyArrayStats();
        addStats(arrays[name], stats);
      }
    }
    return { sites: all.map(({ site }) => site), rpc: all.map(({ rpc }) => rpc), arrays };
  }

  /** Kills a site's thread at once, as a crash would: for tests of what survives. */
  async kill(site: number): Promise<void> {
    checkSite(site, this.sites);
    await this.#pool.kill(site);
  }

  /**
   * Ends the cluster: what still runs or waits is rejected with ClosedError, every thread ends, every port closes.
   * Idempotent.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A site is lost (called by the pool): everybody who waits for anything is told. */
  siteDown(site: number, reason: string): void {
    const message = { kind: "down", site, reason } as const;
    this.#trace(`site ${site} is down: ${reason}`);
    this.#member.siteDown(site, endingOf(message));
    this.#placer.siteDown(site);
    this.#processes.siteDown(site);
    for (const one of [...this.#statistics.values()]) if (one.site === site) one.answer.resolve(undefined);
    this.#tellSites(message);
  }

  async #close(): Promise<void> {
    this.#onClose();
    const message = { kind: "close" } as const;
    const error = endingOf(message);
    this.#member.close(error);
    this.#runs.close(error);
    this.#processes.close(error);
    for (const { answer } of [...this.#statistics.values()]) answer.reject(error);
    if (this.#scheduler.load > 0) {
      this.#tellSites(message);
      const deadline = performance.now() + CLOSE_GRACE_MS;
      while (this.#scheduler.load > 0 && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const idle = Array.from({ length: this.sites }, (_, site) => site).filter((site) => !this.#scheduler.isBusy(site));
    await this.#pool.drainOutput(idle, CLOSE_GRACE_MS);
    await this.#pool.close();
    this.#port.close();
  }

  /** Where a function is to run, with it on its way there; a promise only if the sites must be asked first. */
  #place(name: string, args: unknown, options: RunOptions, mayMove: boolean): Placed | Promise<Placed> {
    this.#check(name);
    checkRunOptions("run", options, this.sites);
    if (options.near === undefined) return this.#runs.start(name, args, options);
    return this.#runs.startNear(name, args, options, mayMove);
  }

  #check(name: string): void {
    if (this.functions.includes(name)) return;
    throw noSuchFunction(name, this.functions, this.processes);
  }

  /** Undefined if the site is lost before it answers. */
  #askStats(site: number): Promise<EndpointStats | undefined> {
    const { endpoint } = this.#member;
    const ticket = this.#nextId++;
    const answer = new Completion<EndpointStats | undefined>(`statistics of site ${site}`);
    this.#statistics.set(ticket, { site, answer });
    endpoint.keepAlive(1);
    answer.onSettled(() => {
      this.#statistics.delete(ticket);
      endpoint.keepAlive(-1);
    });
    endpoint.sendValue(site, Service.Control, { kind: "stats", ticket } satisfies ControlMessage);
    return answer.promise();
  }

  #tellSites(message: ControlMessage): void {
    for (let site = 0; site < this.sites; site++) {
      if (this.#pool.isUp(site)) this.#member.endpoint.sendValue(site, Service.Control, message);
    }
  }

  #control(message: ControlMessage): void {
    if (message.kind === "statistics") this.#statistics.get(message.ticket)?.answer.resolve(message.stats);
  }
}

/** The failure to report: the first that is a cause. A SiteDownError may only be what a cause did to another site. */
async function causeOf(first: unknown, runs: readonly Promise<unknown>[], ended: Promise<unknown>): Promise<unknown> {
  if (!(first instanceof SiteDownError)) return first;
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise((resolve) => {
    timer = setTimeout(resolve, CAUSE_GRACE_MS);
  });
  let cause: unknown;
  for (const run of runs) {
    run.catch((error: unknown) => {
      if (!(error instanceof SiteDownError)) cause ??= error;
    });
  }
  await Promise.race([ended, grace]);
  clearTimeout(timer);
  return cause ?? first;
}
