import { UsageError } from "@isles/base";
import { internalName, type RpcNode } from "@isles/rpc/internal";
import { type HandleDescription, type ProcessControl, ProcessHandle } from "./process-handle.ts";
import type { SpawnOptions } from "./process-table.ts";
import type {
  Process,
  ProcessInfo,
  ProcessOf,
  ProcessOptions,
  ProcessResult,
  SpawnParameters,
} from "./process-types.ts";

/** The name of the launcher's service that sites reach its table of processes by. */
export const PROCESSES = "processes";

/** What the launcher's table serves to sites. */
export interface ProcessService {
  spawn(name: string, args: readonly unknown[], options: SpawnOptions): Promise<HandleDescription>;
  restore(bytes: Uint8Array, options: SpawnOptions): Promise<HandleDescription>;
  ps(): Promise<ProcessInfo[]>;
  find(id: number): HandleDescription;
  migrate(id: number, to: number, options: ProcessOptions): Promise<void>;
  checkpoint(id: number, options: ProcessOptions): Promise<Uint8Array>;
  kill(id: number, options: ProcessOptions): Promise<void>;
  send(id: number, message: unknown): Promise<void>;
  info(id: number): Promise<ProcessInfo>;
  result(id: number): Promise<unknown>;
}

/** What a site calls it by: once blocking, once as promises. */
export interface ProcessStubs {
  readonly blocking: {
    [K in keyof ProcessService]: (...args: Parameters<ProcessService[K]>) => Awaited<ReturnType<ProcessService[K]>>;
  };
  readonly later: {
    [K in keyof ProcessService]: (
      ...args: Parameters<ProcessService[K]>
    ) => Promise<Awaited<ReturnType<ProcessService[K]>>>;
  };
}

export function processStubs(node: RpcNode): ProcessStubs {
  const target = { kind: "service", peer: node.host.sites, name: internalName(PROCESSES) } as const;
  return {
    blocking: node.stubs.make(target, true, {}) as unknown as ProcessStubs["blocking"],
    later: node.stubs.make(target, false, {}) as unknown as ProcessStubs["later"],
  };
}

/** The launcher's table as a site sees it. */
export class RemoteControl implements ProcessControl {
  readonly stubs: ProcessStubs;
  readonly nameOf: (definition: unknown) => string;
  /** Where processes were when they were last heard of. */
  readonly #sites = new Map<number, number>();

  constructor(stubs: ProcessStubs, nameOf: (definition: unknown) => string) {
    this.stubs = stubs;
    this.nameOf = nameOf;
  }

  handleOf(description: HandleDescription): ProcessHandle {
    return new ProcessHandle(this, description);
  }

  /** The handle of a process that this site has just made: its result is asked for now, since its home remembers it for a while only. */
  made(description: HandleDescription): ProcessHandle {
    const result = this.result(description.process);
    result.catch(() => undefined); // who does not ask for it is told by a warning of the launcher's
    return new ProcessHandle(this, description, result);
  }

  siteOf(id: number): number | undefined {
    return this.#sites.get(id);
  }

  async migrate(id: number, to: number, options: ProcessOptions): Promise<void> {
    await this.stubs.later.migrate(id, to, options);
    this.#learn(id, to);
  }

  checkpoint(id: number, options: ProcessOptions): Promise<Uint8Array> {
    return this.stubs.later.checkpoint(id, options);
  }

  kill(id: number, options: ProcessOptions): Promise<void> {
    return this.stubs.later.kill(id, options);
  }

  send(id: number, message: unknown): Promise<void> {
    return this.stubs.later.send(id, message);
  }

  async info(id: number): Promise<ProcessInfo> {
    const info = await this.stubs.later.info(id);
    this.#learn(id, info.site);
    return info;
  }

  result(id: number): Promise<unknown> {
    return this.stubs.later.result(id);
  }

  /** The last few thousand are enough: it is a hint. */
  #learn(id: number, site: number): void {
    if (this.#sites.size > 4_096) this.#sites.clear();
    this.#sites.set(id, site);
  }
}

/** Twins of {@link SiteMigration}'s blocking calls. */
export interface SiteMigrationAsync {
  spawn<D extends Process<never[], unknown> | string>(
    definition: D & ProcessOf<D>,
    ...rest: SpawnParameters<D, SpawnOptions>
  ): Promise<ProcessHandle<ProcessResult<D>>>;
  restore<R = unknown>(bytes: Uint8Array, options?: SpawnOptions): Promise<ProcessHandle<R>>;
  ps(): Promise<ProcessInfo[]>;
  process<R = unknown>(id: number): Promise<ProcessHandle<R>>;
}

/** Processes, seen from a site: `site.migration`. Its calls block; in a process, `yield site.migration.async.spawn(…)` does not. */
export class SiteMigration {
  readonly async: SiteMigrationAsync;
  readonly #control: RemoteControl;
  /** The process whose code has this, if one does. */
  readonly #self: number | undefined;

  /** Made by the runtime. */
  constructor(control: RemoteControl, self?: number) {
    this.#self = self;
    this.#control = control;
    const { later } = control.stubs;
    this.async = {
      spawn: async (definition, ...[args, options]) =>
        control.made(await later.spawn(control.nameOf(definition), (args as unknown[]) ?? [], options ?? {})) as never,
      restore: async (bytes, options = {}) => control.made(await later.restore(bytes, options)) as never,
      ps: () => later.ps(),
      process: async (id) => control.handleOf(await later.find(id)) as never,
    };
  }

  /** As `cluster.spawn`. */
  spawn<D extends Process<never[], unknown> | string>(
    definition: D & ProcessOf<D>,
    ...[args, options]: SpawnParameters<D, SpawnOptions>
  ): ProcessHandle<ProcessResult<D>> {
    const { blocking } = this.#control.stubs;
    return this.#made(blocking.spawn(this.#control.nameOf(definition), (args as unknown[]) ?? [], options ?? {}));
  }

  /** As `cluster.restore`. */
  restore<R = unknown>(bytes: Uint8Array, options: SpawnOptions = {}): ProcessHandle<R> {
    return this.#made(this.#control.stubs.blocking.restore(bytes, options));
  }

  /** As `cluster.ps`. */
  ps(): ProcessInfo[] {
    return this.#control.stubs.blocking.ps();
  }

  /** As `cluster.process`. */
  process<R = unknown>(id: number): ProcessHandle<R> {
    return this.#handle(this.#control.stubs.blocking.find(id));
  }

  /**
   * Blocks until the process has ended: what it returns; throws as its `result` rejects. A process of this very site runs meanwhile; but one
   * that waits for a promise needs the site's event loop, which is blocked: where that may be, await `process.result` instead.
   */
  wait<R>(process: ProcessHandle<R>): R {
    if (!(process instanceof ProcessHandle))
      throw new UsageError("BAD_ARGUMENT", "migration.wait takes the handle of a process, as spawn gives it");
    if (process.id === this.#self)
      throw new UsageError("WAITS_FOR_ITSELF", `${process} would wait for itself, for ever; another process has to`);
    return this.#control.stubs.blocking.result(process.id) as R;
  }

  #made<R>(description: HandleDescription): ProcessHandle<R> {
    return this.#control.made(description) as ProcessHandle<R>;
  }

  #handle<R>(description: HandleDescription): ProcessHandle<R> {
    return this.#control.handleOf(description) as ProcessHandle<R>;
  }
}
