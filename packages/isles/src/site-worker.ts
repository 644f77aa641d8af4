import { CloneError, ClosedError, isInstanceOf, SiteDownError, UsageError } from "@isles/base";
import { SINGLE_RUNS } from "@isles/dsm/internal";
import { isRemotePromise } from "@isles/rpc/internal";
import { Service, ThreadPort, type ThreadPortSeed } from "@isles/transport";
import { ErrorCodec, type Packed, pack, type WireError } from "@isles/wire";
import type { Call, ControlMessage } from "./control.ts";
import { endingOf } from "./endings.ts";
import { LazySignal } from "./lazy-signal.ts";
import { Member } from "./member.ts";
import { type ExportedProcess, findDefinition, listDefinitions } from "./migration/definitions.ts";
import { processStubs, RemoteControl } from "./migration/migration.ts";
import { ProcessHost } from "./migration/process-host.ts";
import { RemoteRuns } from "./placement/remote-runs.ts";
import { isPrimitive, unpacked } from "./plain-values.ts";
import { type Exported, exportsOf, loadProgram, noSuchFunction, type ProgramFunction } from "./program.ts";
import { Site } from "./site.ts";
import { loadWrapping, type PortWrapping } from "./wrapped-ports.ts";

/** The boot task of a worker: what makes it a site. */
export interface BootTask {
  readonly seed: ThreadPortSeed;
  readonly sites: number;
  readonly program: string;
  readonly debug: boolean;
  readonly run: string;
  readonly wrapping: PortWrapping | undefined;
}

export interface CallTask extends Call {
  readonly args: Packed;
}

export type CallOutcome = ({ readonly result: Packed } | { readonly error: WireError }) & {
  /** See `ResidenceService.gains`. */
  readonly gains?: number;
  /** How long the function took, in milliseconds. */
  readonly tookMs?: number;
};
export type BootOutcome = Booted | { readonly error: WireError };

/** What the program exports. */
export interface Booted {
  readonly functions: string[];
  readonly processes: ExportedProcess[];
}

/**
 * A site's worker: Piscina runs its tasks here, one at a time. Between them the thread is in its event loop and answers
 * its peers from there.
 */
class SiteWorker {
  readonly #member: Member;
  readonly #port: ThreadPort;
  readonly #functions: Map<string, ProgramFunction>;
  readonly #processes: readonly string[];
  #call: Call | null = null;
  #lastCall = 0;
  /** Calls given up before they came: they travel through the pool, and what gives them up through the port. */
  readonly #givenUp = new Map<number, unknown>();
  #signal = new LazySignal();
  #lastOutcome: Promise<unknown> = Promise.resolve();
  /** Calls that run or wait for their turn. */
  #calls = 0;
  #closing: Error | undefined;

  constructor(task: BootTask, exported: Exported, wrap: Awaited<ReturnType<typeof loadWrapping>>) {
    const { functions, processes } = exported;
    this.#functions = functions;
    this.#processes = [...processes.keys()];
    let port: ThreadPort | undefined;
    this.#member = new Member({
      sites: task.sites,
      mayBlock: true,
      isLauncher: false,
      run: task.run,
      // Uncaught, it ends the thread, and the launcher tells everybody else that this site is down and why.
      onBroken: (error) =>
        setImmediate(() => {
          throw error;
        }),
      debug: task.debug,
      pageSize: 0,
      connect: wrap((receiver) => {
        port = new ThreadPort(task.seed, receiver);
        return port;
      }),
    });
    this.#port = port!;
    this.#port.lingers = true;
    this.#member.runs = new RemoteRuns(this.#member, functions, this.#processes);
    const definitions = listDefinitions(processes);
    this.#member.processes = new RemoteControl(processStubs(this.#member.rpcNode), (definition) =>
      findDefinition(definition, definitions),
    );
    new ProcessHost({
      member: this.#member,
      definitions: processes,
      program: task.program,
      busy: this.#port.bells,
    });
    this.#member.endpoint.on(Service.Control, {
      text: () => undefined,
      value: (from, value) => this.#control(from, value as ControlMessage),
    });
  }

  /** A call of this site failed, and nobody awaits it. */
  unheard(error: unknown): void {
    this.#member.rpcNode.report("a call that nobody awaits", error);
  }

  /** Calls come before the last one has ended, so that this thread need not wait for the next; they run one after the other. */
  call(task: CallTask): Promise<CallOutcome> {
    const run = () => this.#run(task);
    const outcome = this.#calls++ === 0 ? run() : this.#lastOutcome.then(run, run);
    this.#lastOutcome = outcome;
    return outcome;
  }

  async #run(task: CallTask): Promise<CallOutcome> {
    const start = performance.now();
    try {
      const ended =
        this.#closing === undefined
          ? await this.#runFunction(task)
          : { error: this.#member.errors.encode(this.#closing) };
      return { ...ended, gains: this.#member.residence.gains, tookMs: performance.now() - start };
    } finally {
      this.#calls--;
    }
  }

  async #runFunction(task: CallTask): Promise<CallOutcome> {
    const { endpoint, sync, rpcNode } = this.#member;
    const run = this.#functions.get(task.name);
    this.#call = task;
    this.#lastCall = task.id;
    const signal = new LazySignal();
    this.#signal = signal;
    endpoint.group = task.group.id === 0 ? SINGLE_RUNS : task.group;
    sync.runStarted(endpoint.group);
    this.#port.bells.enter();
    let failed = true;
    try {
      this.#checkGivenUp(task.id);
      if (run === undefined) throw noSuchFunction(task.name, [...this.#functions.keys()], this.#processes);
      const site = new Site(this.#member, () => signal.get());
      if (endpoint.fences.isNeeded) await endpoint.fences.acquireAsync();
      const value = await run(site, unpacked(task.args, rpcNode));
      if (endpoint.fences.isNeeded) await endpoint.fences.releaseAsync();
      const result = this.#packResult(value, task.name);
      failed = false;
      return { result };
    } catch (error) {
      this.#tellOthers(task, error);
      // If that fails, then because a site was lost: this run has an error already.
      if (endpoint.fences.isNeeded) await Promise.allSettled([endpoint.fences.releaseAsync()]);
      return { error: this.#member.errors.encode(error) };
    } finally {
      this.#port.bells.leave();
      endpoint.releaseAll();
      sync.runFinished(endpoint.group, failed ? "threw" : "returned");
      this.#call = null;
      endpoint.group = SINGLE_RUNS;
      endpoint.pending.forgetGroup(SINGLE_RUNS.id); // the next single run has nothing to do with this one
    }
  }

  #packResult(value: unknown, name: string): Packed {
    if (isPrimitive(value)) return { value };
    const { endpoint, rpcNode } = this.#member;
    const outgoing = rpcNode.outgoing(endpoint.sites, value);
    try {
      const result = pack(outgoing.value, outgoing.codec, `the result of ${name}`);
      structuredCloneable(result, name);
      outgoing.sent();
      return result;
    } catch (error) {
      outgoing.unsent();
      throw error;
    }
  }

  /** Throws if a call was given up before it came. Calls come in the order of their numbers, so what is older is done with. */
  #checkGivenUp(call: number): void {
    const isGivenUp = this.#givenUp.has(call);
    const reason = this.#givenUp.get(call);
    for (const old of this.#givenUp.keys()) if (old <= call) this.#givenUp.delete(old);
    if (!isGivenUp) return;
    this.#signal.abort(reason); // so that nobody takes it for a failure
    throw reason;
  }

  /** Those who run with this site must not wait for it: they hear of the failure from here, without a detour. */
  #tellOthers(task: Call, error: unknown): void {
    const { endpoint } = this.#member;
    // What this site only suffered (another site's failure, a closing cluster) has its own reporter, and a run that its caller
    // gave up has not failed.
    if (isInstanceOf(error, SiteDownError, ClosedError) || this.#signal.isAborted) return;
    const { name, message: said } = this.#member.errors.encode(error);
    const reason = `${task.name} threw ${name}: ${said}`;
    const message: ControlMessage = { kind: "threw", site: endpoint.self, group: task.group.id, reason };
    for (let site = 0; site < endpoint.sites; site++) {
      if (site !== endpoint.self) endpoint.sendValue(site, Service.Control, message);
    }
  }

  #giveUp({ group }: Call, reason: unknown): void {
    // The waits first: a listener of the signal that blocks would otherwise hold up the very waits it waits for.
    this.#member.endpoint.pending.failGroup(group.id, reason as Error, true);
    this.#member.rpcNode.giveUpGroup(group.id, reason);
    this.#signal.abort(reason);
  }

  #control(from: number, message: ControlMessage): void {
    const { endpoint, sync } = this.#member;
    switch (message.kind) {
      case "down": {
        const error = endingOf(message);
        this.#member.siteDown(message.site, error);
        this.#signal.abort(error);
        return;
      }
      case "close": {
        const error = endingOf(message);
        this.#closing = error;
        this.#member.close(error);
        this.#signal.abort(error);
        return;
      }
      case "threw":
        endpoint.pending.failGroup(
          message.group,
          new SiteDownError(message.site, `site ${message.site} is gone from this run: ${message.reason}`),
        );
        return;
      case "ended":
        sync.groupEnded(message.group);
        endpoint.pending.forgetGroup(message.group);
        return;
      case "abort":
        if (message.call > this.#lastCall) this.#givenUp.set(message.call, this.#member.errors.decode(message.reason));
        if (this.#call?.id !== message.call) return;
        return this.#giveUp(this.#call, this.#member.errors.decode(message.reason));
      case "stats":
        endpoint.sendValue(from, Service.Control, {
          kind: "statistics",
          ticket: message.ticket,
          stats: this.#member.stats(),
        } satisfies ControlMessage);
        return;
      case "statistics":
        return; // only the launcher asks
      default:
        return message satisfies never;
    }
  }
}

let worker: SiteWorker | undefined;

/**
 * A remote call that fails and that nobody awaits, such as one of a callback that throws, must not end the thread and with it
 * the cluster's memory: it is said and counted. Every other forgotten rejection ends the thread, as everywhere.
 */
function forgiveForgottenCalls(unheard: (error: unknown) => void): void {
  process.on("unhandledRejection", (reason, promise) => {
    if (!isRemotePromise(promise)) throw reason;
    unheard(reason);
  });
}

/** Piscina task: makes this thread a site. */
export async function boot(task: BootTask): Promise<BootOutcome> {
  try {
    const exported = exportsOf(await loadProgram(task.program), task.program);
    worker = new SiteWorker(task, exported, await loadWrapping(task.wrapping));
    forgiveForgottenCalls((error) => worker?.unheard(error));
    return { functions: [...exported.functions.keys()], processes: listDefinitions(exported.processes) };
  } catch (error) {
    return { error: new ErrorCodec().encode(error) };
  }
}

/** Piscina task: settles when what this site has printed has left its thread. */
export async function drainOutput(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((done) => stream.write("", () => done()))),
  );
}

/** Piscina task: runs one function of the program. */
export function call(task: CallTask): Promise<CallOutcome> | CallOutcome {
  if (worker === undefined)
    return { error: new ErrorCodec().encode(new UsageError("NO_SITE", "this thread is no site of the cluster")) };
  return worker.call(task);
}

/** Finds out here, where the culprit can be named, what would otherwise end the thread inside the pool. */
function structuredCloneable(result: Packed, name: string): void {
  if (typeof result.value !== "object" || result.value === null) return; // pack() has seen to these
  if (ArrayBuffer.isView(result.value) && result.value.byteLength > 0) return; // whole, and not worth copying twice
  try {
    structuredClone(result);
  } catch (cause) {
    throw new CloneError(
      `the result of ${name}`,
      `a value that structured clone refuses (${(cause as Error).message})`,
      {
        cause,
      },
    );
  }
}
