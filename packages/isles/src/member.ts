import { getHeapStatistics } from "node:v8";
import { MismatchError, printed } from "@isles/base";
import { createSync, Memory, SharedArray, type SiteStats, type Sync, type TypedArray } from "@isles/dsm";
import {
  type ArrayContext,
  addStats,
  Endpoint,
  emptyArrayStats,
  Registry,
  RegistryService,
  ResidenceService,
} from "@isles/dsm/internal";
import { MigrationError } from "@isles/migration";
import type { SiteRpc } from "@isles/rpc";
import { RpcFace, RpcNode } from "@isles/rpc/internal";
import type { Port, Receiver } from "@isles/transport";
import { ErrorCodec, type Packed, pack, type Reference, type ReferenceCodec, unpack } from "@isles/wire";
import type { EndpointStats } from "./control.ts";
import { describeInstance, type InstanceDescription, resolveInstance } from "./migration/instances.ts";
import { type HandleDescription, type ProcessControl, ProcessHandle } from "./migration/process-handle.ts";
import type { RemoteRuns } from "./placement/remote-runs.ts";

export interface MemberOptions {
  readonly sites: number;
  readonly mayBlock: boolean;
  readonly debug: boolean;
  /** Stands for this cluster, among all that there ever were. */
  readonly run: string;
  /** Page size of arrays that name none, in bytes. Only the launcher's counts. */
  readonly pageSize: number;
  readonly isLauncher: boolean;
  /** After how many writes in a row a page's home moves to its writer; default: the registry's. Only the launcher's counts. */
  readonly homeMoveAfter?: number | undefined;
  /** An error of the protocol itself: this endpoint's memory is not to be trusted any more. */
  readonly onBroken: (error: Error) => void;
  readonly connect: (receiver: Receiver) => Port;
}

/** One endpoint with all that runs on it: what a site and the launcher have in common. */
export class Member implements ReferenceCodec {
  readonly run: string;
  readonly endpoint: Endpoint;
  readonly sync: Sync;
  readonly memory: Memory;
  readonly errors = new ErrorCodec();
  readonly rpcNode: RpcNode;
  readonly rpc: SiteRpc;
  /** Where data is. */
  readonly residence: ResidenceService;
  /** What a site runs elsewhere; the launcher has none. */
  runs: RemoteRuns | undefined;
  /** How processes are reached from here. */
  processes: ProcessControl | undefined;

  constructor(options: MemberOptions) {
    const { sites, mayBlock, connect } = options;
    this.run = options.run;
    this.endpoint = new Endpoint({
      sites,
      mayBlock,
      connect,
      onBroken: options.onBroken,
      now: () => performance.now(),
    });
    const registry = new RegistryService(
      this.endpoint,
      options.isLauncher ? new Registry(sites, options.pageSize, options.homeMoveAfter) : null,
    );
    this.sync = createSync(this.endpoint, {
      codec: { encode: (value) => pack(value, this, "value"), decode: (value) => unpack(value as Packed, this) },
      answering: () => this.rpcNode.answeringNow(),
    });
    const context: ArrayContext = { endpoint: this.endpoint, words: this.sync.words, debug: options.debug };
    this.memory = new Memory(context, registry);
    this.residence = new ResidenceService(this.endpoint, heapBytes());
    this.rpcNode = new RpcNode(this.endpoint, {
      errors: this.errors,
      hostValues: this,
      randomKey: () => crypto.getRandomValues(new Uint32Array(1))[0]!,
      report: warner(),
      waits: {
        report: () => {
          const { blocked, hasTasks } = this.endpoint;
          const runnable = hasTasks || this.endpoint.background?.isWaiting() === true;
          return { blocked, runnable, sync: this.sync.report() };
        },
        end: (wait, error) => void this.endpoint.rejectBlocked(wait, error),
      },
    });
    this.errors.register(MigrationError);
    this.endpoint.answering = () => this.rpcNode.answeringNow();
    this.endpoint.onLongWait = () => this.rpcNode.deadlocks.look();
    this.rpc = new RpcFace(this.rpcNode) as unknown as SiteRpc;
  }

  /** A site is lost, and with it pages that only it had: memory ends. Calls to the other sites go on. */
  siteDown(site: number, error: Error): void {
    this.endpoint.fail(error);
    this.rpcNode.peerLost(site, error);
  }

  close(error: Error): void {
    this.endpoint.fail(error);
    this.rpcNode.close(error);
  }

  // ReferenceCodec: shared arrays travel as references

  describe(value: object): unknown {
    if (value instanceof ProcessHandle) {
      if (value.isOf(this.processes)) return value.describe();
      throw new MismatchError(`${value} belongs to another cluster or an earlier run, and means nothing here`);
    }
    if (!(value instanceof SharedArray)) return describeInstance(value, this);
    if (!value.isOf(this.endpoint)) {
      throw new MismatchError(
        `shared array "${value.name}" belongs to another cluster; only its elements can be copied here`,
      );
    }
    return value.describe();
  }

  resolve(description: Reference["description"]): object {
    if (Object.hasOwn(description as object, "instance"))
      return resolveInstance(description as InstanceDescription, this);
    if (Object.hasOwn(description as object, "process"))
      return this.processes!.handleOf(description as HandleDescription);
    return this.memory.resolve(description as ReturnType<SharedArray["describe"]>);
  }

  /** A span's view is a window on a whole array: what it shows travels, as a copy. */
  detach(view: ArrayBufferView): ArrayBufferView | undefined {
    if (!this.endpoint.regions.all.some((region) => region.bytes.buffer === view.buffer)) return undefined;
    return view instanceof DataView
      ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
      : (view as TypedArray).slice();
  }

  stats(): EndpointStats {
    const { endpoint } = this;
    const total: SiteStats = {
      site: endpoint.self,
      syncMs: endpoint.syncMs,
      ...endpoint.account.times(),
      serviceMessages: endpoint.serviceMessages,
      waitingFor: endpoint.waitingFor(),
      ...emptyArrayStats(),
    };
    const arrays: EndpointStats["arrays"] = {};
    for (const region of endpoint.regions.all) {
      addStats(total, region.stats);
      arrays[region.descriptor.name] = { ...region.stats };
    }
    return { site: total, arrays, rpc: { ...this.rpcNode.stats } };
  }
}

/** So long a heap's size counts as known, in milliseconds: to look costs more than to answer. */
const HEAP_FRESH_MS = 100;

/** Reads the size of this thread's JavaScript heap, in bytes. */
function heapBytes(): () => number {
  let bytes = 0;
  let readAt = -Infinity;
  return () => {
    const now = performance.now();
    if (now - readAt > HEAP_FRESH_MS) {
      bytes = getHeapStatistics().used_heap_size;
      readAt = now;
    }
    return bytes;
  };
}

/** Warnings of one endpoint; what fails by the thousand fails for one reason. */
const WARNINGS_MAX = 10;

/** Says where a person may see it what no caller is told by an error. */
function warner(): (what: string, error: unknown) => void {
  let left = WARNINGS_MAX;
  return (what, error) => {
    if (left === 0) return; // it is still counted: see `unheard` in the statistics
    const more = --left === 0 ? "\n(further ones are only counted)" : "";
    process.emitWarning(`${what} failed: ${printed(error)}${more}`, { type: "IslesRpcWarning", code: "UNHEARD" });
  };
}
