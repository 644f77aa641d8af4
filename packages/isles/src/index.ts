/**
 * `isles`: programs over one memory on isolated sites. `launch()` starts a cluster of sites, each a thread with private
 * memory; a program's functions read and write the same named arrays on all of them.
 */
export {
  AssertionError,
  CloneError,
  ClosedError,
  DeadlockError,
  IslesError,
  LimitError,
  MismatchError,
  ReleasedError,
  SiteDownError,
  TimeoutError,
  type Times,
  UsageError,
  WouldBlockError,
} from "@isles/base";
export type {
  AcquireOptions,
  ArrayOptions,
  ArrayStats,
  AsyncArray,
  AsyncMemory,
  Condition,
  ElementOf,
  ElementType,
  Held,
  HomePolicy,
  Latch,
  Lock,
  LockMode,
  Memory,
  Near,
  Permit,
  Semaphore,
  SiteStats,
  Span,
  SpanRequest,
  SpanRequests,
  Spans,
  TypedArray,
  WaitOptions,
} from "@isles/dsm";
export { SharedArray } from "@isles/dsm";
export { MigrationError, registerClass } from "@isles/migration";
export {
  type AnyStub,
  any,
  type BlockingStream,
  type BlockingStub,
  type ByReference,
  byReference,
  type CallContext,
  CallLostError,
  type CallOptions,
  type Exposed,
  type ExposeOptions,
  type Group,
  type GroupCall,
  type OneWayStub,
  type ReferenceOptions,
  type RemotePromise,
  type RemoteStream,
  type Rpc,
  RpcEndpoint,
  type RpcStats,
  type SiteOutcome,
  type SiteRef,
  type SiteRpc,
  type Stub,
  transfer,
  withOptions,
} from "@isles/rpc";
export type { Cluster, ClusterStats, RunOptions } from "./cluster.ts";
export { type Engine, type LaunchOptions, launch, threads } from "./launch.ts";
export type { SiteMigration, SiteMigrationAsync } from "./migration/migration.ts";
export { ProcessHandle } from "./migration/process-handle.ts";
export type { CurrentProcess, ProcessSite } from "./migration/process-site.ts";
export type { SpawnOptions } from "./migration/process-table.ts";
export {
  defineProcess,
  type Process,
  type ProcessInfo,
  type ProcessOptions,
  type ProcessState,
} from "./migration/process-types.ts";
export { type Receive, receive } from "./migration/receive.ts";
export type { Decision } from "./placement/decisions.ts";
export type { Job, SiteJob } from "./placement/job.ts";
export type { SiteLoad } from "./placement/place.ts";
export type { ArgumentOf, FunctionName, ResultOf } from "./program-types.ts";
export type { Share, Site, SiteAsync } from "./site.ts";
