import type { ServiceHost } from "@isles/transport";
import type { ErrorCodec, ReferenceCodec } from "@isles/wire";
import type { Answering } from "./answering.ts";
import type { Channels } from "./channel.ts";
import type { Contexts } from "./contexts.ts";
import type { DeadlockDetector } from "./deadlock-detector.ts";
import type { Exports } from "./exports.ts";
import type { IncomingCall } from "./incoming-call.ts";
import type { Lease } from "./lease.ts";
import type { RpcLimits } from "./limits.ts";
import type { Matchmaker } from "./matchmaker.ts";
import type { Outbox } from "./outbox.ts";
import type { Services } from "./services.ts";
import type { Session } from "./session.ts";
import type { Signals } from "./signals.ts";
import type { Streams } from "./streams.ts";
import type { Stubs } from "./stubs.ts";

/** What an endpoint's remote procedure calls have done so far. */
export interface RpcStats {
  /** Calls made, one-way ones included. */
  made: number;
  /** Calls of others that have returned. */
  served: number;
  /** Replies that met no call, since it had been given up. */
  late: number;
  /** Messages that did not follow the protocol and were dropped. */
  malformed: number;
  /** One-way calls that failed here, of which their callers do not hear. */
  unheard: number;
}

/** What the parts of one endpoint's RPC know of each other. */
export interface Core {
  readonly host: ServiceHost;
  readonly limits: RpcLimits;
  readonly stats: RpcStats;
  readonly errors: ErrorCodec;
  /** References of the layers beside this one: shared arrays. */
  readonly hostValues: ReferenceCodec;
  readonly outbox: Outbox;
  readonly exports: Exports;
  readonly services: Services;
  readonly contexts: Contexts;
  readonly stubs: Stubs;
  readonly streams: Streams;
  readonly signals: Signals;
  readonly channels: Channels;
  readonly matchmaker: Matchmaker;
  readonly deadlocks: DeadlockDetector;
  readonly answering: Answering;
  session(peer: number): Session;
  /** Calls that others have made and this endpoint has not answered. */
  serving(): Iterable<{ readonly from: number; readonly id: number }>;
  /** `peer` if there is such an endpoint; throws MalformedError otherwise. */
  checkPeer(peer: number): number;
  /** Runs a method of this endpoint; throws LimitError if too many run inside each other's waits. */
  run(call: IncomingCall): unknown;
  /** Throws LimitError if calls are nested and leave too little stack for another to be made or served. */
  checkStack(what: string): void;
  /** Tells a lease's owner that it has ended. */
  giveBack(lease: Lease): void;
  /** Tells a lease's owner that `peer` is given one of its own. */
  shareWith(lease: Lease, peer: number): void;
  /** Has a lease given back when the garbage collector finds that nobody uses `user` any more. */
  tie(user: object, lease: Lease): void;
  /** Says, where somebody may see it, that something failed of which nobody else hears. */
  report(what: string, error: unknown): void;
}
