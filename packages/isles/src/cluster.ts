import { CloneError, ClosedError, Completion, IslesError, SiteDownError } from "@isles/base";
import type { ArrayStats, Memory, SiteStats } from "@isles/dsm";
import { addStats, emptyArrayStats } from "@isles/dsm/internal";
import type { Rpc, RpcStats } from "@isles/rpc";
import { Service, type ThreadPort } from "@isles/transport";
import { pack, unpack } from "@isles/wire";
import type { ControlMessage, EndpointStats } from "./control.ts";
import { endingOf } from "./endings.ts";
import type { Member } from "./member.ts";
import { noSuchFunction } from "./program.ts";
import type { AnyProgram, FunctionName, ResultOf, RunArguments } from "./program-types.ts";
import { Scheduler } from "./scheduler.ts";
import type { SitePool } from "./site-pool.ts";

/** Where and how a single function runs. */
export interface RunOptions {
  /** The site; without it, the one with the least to do. */
  readonly site?: number;
  /** Gives the run up: the promise rejects with the signal's reason, and so does whatever the function waits for. */
  readonly signal?: AbortSignal;
}

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
  readonly #scheduler: Scheduler;
  readonly #running = new Set<Completion<unknown>>();
  readonly #statistics = new Map<number, { site: number; answer: Completion<EndpointStats | undefined> }>();
  #nextId = 1;
  readonly #onClose: () => void;
  readonly #trace: (what: string) => void;
  #closed: Promise<void> | undefined;

  constructor(parts: ClusterParts) {
    const { member, port, pool, functions, onClose, trace } = parts;
    this.sites = member.endpoint.sites;
    this.memory = member.memory;
    this.rpc = member.rpc;
    this.#member = member;
    this.#port = port;
    this.#pool = pool;
    this.#onClose = onClose;
    this.#trace = trace;
    this.functions = functions;
    this.#scheduler = new Scheduler(this.sites);
    member.endpoint.on(Service.Control, {
      text: () => undefined,
      value: (_from, value) => this.#control(value as ControlMessage),
    });
  }

  /** The pool that the sites' threads live in, for those who know Piscina; do not run tasks of your own in it. */
  get pool(): SitePool["pool"] {
    return this.#pool.pool;
  }

  /**
   * Runs an exported function on one site and returns its result. Functions on one site run one after the other.
   * Rejects with what the function throws, with SiteDownError if its site is lost, with UsageError for a function that
   * the program does not export, and with CloneError for an argument that cannot travel.
   */
  async run<K extends FunctionName<P>>(
    name: K,
    ...[args, options]: RunArguments<P, K, RunOptions>
  ): Promise<ResultOf<P, K>> {
    this.#check(name);
    const { site = this.#leastBusy(), signal } = options ?? {};
    this.#checkSite(site);
    return (await this.#start(site, name, args, { id: 0, name: "" }, signal)) as ResultOf<P, K>;
  }

  /**
   * Runs an exported function on every site at once (SPMD); the results in site order. If it fails anywhere, rejects with
   * the first cause, and the sites that wait for the failed one get a SiteDownError.
   */
  async runAll<K extends FunctionName<P>>(
    name: K,
    ...[args, options]: RunArguments<P, K, Omit<RunOptions, "site">>
  ): Promise<ResultOf<P, K>[]> {
    this.#check(name);
    const group = { id: this.#nextId++, name };
    const runs: Promise<unknown>[] = [];
    for (let site = 0; site < this.sites; site++) runs.push(this.#start(site, name, args, group, options?.signal));
    // When the sites have really left it, which may be later than the promises say: an aborted run rejects at once.
    const ended = this.#scheduler.passed().then(() => this.#tellSites({ kind: "ended", group: group.id }));
    try {
      return (await Promise.all(runs)) as ResultOf<P, K>[];
    } catch (first) {
      throw await causeOf(first, runs, ended);
    }
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
    this.#checkSite(site);
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
    for (const one of [...this.#statistics.values()]) if (one.site === site) one.answer.resolve(undefined);
    this.#tellSites(message);
  }

  async #close(): Promise<void> {
    this.#onClose();
    const message = { kind: "close" } as const;
    const error = endingOf(message);
    this.#member.close(error);
    for (const run of [...this.#running]) run.reject(error);
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

  async #start(
    site: number,
    name: string,
    args: unknown,
    group: { id: number; name: string },
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    if (this.#closed !== undefined) throw new ClosedError(`cannot run ${name}: the cluster is closed`);
    signal?.throwIfAborted();
    const packed = this.#pack(site, args);
    const call = this.#nextId++;
    const outcome = new Completion<unknown>(`${name} on site ${site}`);
    const onAbort = () => {
      if (!outcome.reject(signal!.reason)) return;
      this.#member.endpoint.sendValue(site, Service.Control, {
        kind: "abort",
        call,
        reason: this.#member.errors.encode(signal!.reason), // a DOMException, for one, does not survive structured clone
      } satisfies ControlMessage);
    };
    this.#running.add(outcome);
    signal?.addEventListener("abort", onAbort, { once: true });
    outcome.onSettled(() => {
      this.#running.delete(outcome);
      signal?.removeEventListener("abort", onAbort);
    });
    this.#scheduler
      .run(site, async () => {
        if (outcome.settled) return;
        this.#trace(`${name} starts on site ${site}`);
        const result = await this.#pool.call(site, { id: call, name, group, args: packed });
        if ("error" in result) outcome.reject(this.#member.errors.decode(result.error));
        else outcome.resolve(unpack(result.result, this.#member.rpcNode.arriving()));
        this.#trace(`${name} ${"error" in result ? `threw ${result.error.name}` : "returned"} on site ${site}`);
      })
      .catch((error: unknown) => outcome.reject(error));
    return outcome.promise();
  }

  #pack(site: number, args: unknown): ReturnType<typeof pack> {
    const outgoing = this.#member.rpcNode.outgoing(site, args);
    try {
      const packed = pack(outgoing.value, outgoing.codec, "args");
      structuredClone(packed);
      outgoing.sent();
      return packed;
    } catch (cause) {
      outgoing.unsent();
      if (cause instanceof IslesError) throw cause;
      throw new CloneError("args", `a value that structured clone refuses (${(cause as Error).message})`, { cause });
    }
  }

  #check(name: string): void {
    if (this.functions.includes(name)) return;
    throw noSuchFunction(name, this.functions);
  }

  #checkSite(site: number): void {
    if (Number.isInteger(site) && site >= 0 && site < this.sites) return;
    throw new RangeError(`there is no site ${String(site)}; the cluster has sites 0 to ${this.sites - 1}`);
  }

  #leastBusy(): number {
    const site = this.#scheduler.leastBusy((id) => this.#pool.isUp(id));
    if (site >= 0) return site;
    throw new SiteDownError(0, "every site of the cluster is down; close it and launch it again");
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
