import { type AnsweredCall, ClosedError, LimitError } from "@isles/base";
import { Service, type ServiceHandler, type ServiceHost } from "@isles/transport";
import { ErrorCodec, type ReferenceCodec } from "@isles/wire";
import { Answering } from "./answering.ts";
import { Channels } from "./channel.ts";
import { Contexts } from "./contexts.ts";
import type { Core, RpcStats } from "./core.ts";
import { DeadlockDetector, neverWaits, type OwnWaits } from "./deadlock-detector.ts";
import { CallLostError } from "./errors.ts";
import { Exports } from "./exports.ts";
import type { IncomingCall } from "./incoming-call.ts";
import type { Lease } from "./lease.ts";
import { DEFAULT_LIMITS, type RpcLimits } from "./limits.ts";
import { checkTransfer, Marshal, Unmarshal } from "./marshal.ts";
import { Matchmaker } from "./matchmaker.ts";
import { StubMoves } from "./moves.ts";
import { Outbox } from "./outbox.ts";
import { Services } from "./services.ts";
import { Session } from "./session.ts";
import { Signals } from "./signals.ts";
import { Streams } from "./streams.ts";
import { Stubs } from "./stubs.ts";
import { Kind, MalformedError, textField } from "./text-frames.ts";
import { Transferred } from "./transferred.ts";

export interface NodeOptions {
  readonly limits?: Partial<RpcLimits>;
  readonly errors?: ErrorCodec;
  /** References of other layers in arguments and results: shared arrays. Default: there are none. */
  readonly hostValues?: ReferenceCodec;
  /** A whole number from 0 to 2^32-1 that nobody can guess. */
  readonly randomKey: () => number;
  /** What this endpoint's thread waits for, and a way to end that. Default: it never blocks. */
  readonly waits?: OwnWaits;
  /** Told of failures of which no caller hears. */
  readonly report: (what: string, error: unknown) => void;
}

/** Messages of other services do not say who sent them. */
const NOBODY = -1;

/** What listeners of endpoints do cannot be told from what calls do. Nothing is concluded from it. */
const LISTENERS: AnsweredCall = { isOver: true, hasSignal: false };

/** What serving others from the end of the stack takes, generously, in frames of {@link hasStack}. */
const STACK_FRAMES = 1_000;

/** Whether so many frames more fit on this thread's stack: a message must not meet its end half way. */
function hasStack(frames: number): boolean {
  try {
    return descend(frames) === 0;
  } catch {
    return false;
  }
}

function descend(frames: number): number {
  return frames === 0 ? 0 : descend(frames - 1);
}

const noHostValues: ReferenceCodec = {
  describe: () => undefined,
  resolve: () => {
    throw new MalformedError("a reference of a kind that is not known here");
  },
};

/** A value on its way in a message of another service. */
export interface Outgoing {
  /** Without the marks that only calls know. */
  readonly value: unknown;
  readonly codec: ReferenceCodec;
  /** Whether what was packed holds stubs, functions or streams: such a message is for its peer only. */
  readonly hasReferences: boolean;
  sent(): void;
  unsent(): void;
}

/** One endpoint's RPC: the sessions with every endpoint, itself included, and the tables they share. */
export class RpcNode implements Core, ServiceHandler {
  readonly host: ServiceHost;
  readonly limits: RpcLimits;
  readonly stats: RpcStats = { made: 0, served: 0, late: 0, malformed: 0, unheard: 0 };
  readonly errors: ErrorCodec;
  readonly hostValues: ReferenceCodec;
  readonly outbox: Outbox;
  readonly exports: Exports;
  readonly services = new Services();
  readonly contexts = new Contexts();
  readonly stubs: Stubs;
  readonly streams: Streams;
  readonly signals: Signals;
  readonly channels: Channels;
  readonly matchmaker: Matchmaker;
  readonly deadlocks: DeadlockDetector;
  /** The stubs of processes. */
  readonly processes = new StubMoves(this);
  readonly answering = new Answering(() => this.contexts.owner);
  readonly #sessions: (Session | undefined)[] = [];
  readonly #report: (what: string, error: unknown) => void;
  /** A hint: a thread that never comes back to its event loop is never told. */
  readonly #unused = new FinalizationRegistry<Lease>((lease) => lease.release());
  #nesting = 0;
  #listenersRan = false;
  #closed: Error | undefined;
  readonly #lost = new Map<number, Error>();

  constructor(host: ServiceHost, options: NodeOptions) {
    this.host = host;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.errors = options.errors ?? new ErrorCodec();
    this.hostValues = options.hostValues ?? noHostValues;
    this.#report = options.report;
    this.outbox = new Outbox(host);
    this.exports = new Exports(options.randomKey);
    this.stubs = new Stubs(this);
    this.streams = new Streams(this);
    this.signals = new Signals(this);
    this.channels = new Channels({
      self: host.self,
      post: (to, name, data, transfer) => {
        checkTransfer(this, transfer);
        host.releaseWrites();
        this.outbox.value(to, `${Kind.Post}${textField(name)}`, data, transfer);
      },
      defer: (task) => {
        this.#listenersRan = true;
        host.defer(() => this.contexts.actAs(LISTENERS, task, false)); // not for whoever waits meanwhile
      },
      keepAlive: (change) => host.keepAlive(change),
      service: (name) => this.services.findOwn(name)?.bound,
      report: (error) => this.report("a listener of an endpoint", error),
    });
    this.matchmaker = new Matchmaker(this);
    this.deadlocks = new DeadlockDetector(this, options.waits ?? neverWaits);
    this.errors.register(CallLostError);
    host.on(Service.Rpc, this);
  }

  // ServiceHandler

  text(from: number, text: string): void {
    this.session(from).text(text);
  }

  value(from: number, value: unknown): void {
    this.session(from).value(value);
  }

  flush(): void {
    this.outbox.flush();
  }

  // Core

  session(peer: number): Session {
    let session = this.#sessions[peer];
    if (session === undefined) {
      session = new Session(this, peer);
      this.#sessions[peer] = session;
      const lost = this.#closed ?? this.#lost.get(peer);
      if (lost !== undefined) session.end(lost);
    }
    return session;
  }

  checkPeer(peer: number): number {
    if (peer <= this.host.sites) return peer;
    throw new MalformedError(`there is no endpoint ${peer}`);
  }

  run(call: IncomingCall): unknown {
    if (this.#nesting >= this.limits.maxNesting) {
      throw new LimitError(
        `${call.what} was refused: ${this.#nesting} calls already run inside each other's waits here, which is the limit; ` +
          "sites that call each other without end look like this, and asynchronous stubs do not nest",
      );
    }
    if (this.#nesting > 0) this.checkStack(call.what);
    this.#nesting++;
    try {
      const { method, self } = call.callee!;
      // Not `method.apply`: a stub has every name, and would be called there.
      return this.contexts.run(call, () => Reflect.apply(method, self, call.args));
    } finally {
      this.#nesting--;
    }
  }

  checkStack(what: string): void {
    if (this.#nesting === 0 || hasStack(STACK_FRAMES)) return;
    throw new LimitError(
      `${what} was refused: the stack of this thread is nearly used up by ${this.#nesting} calls inside each other's waits; ` +
        "asynchronous stubs do not nest",
    );
  }

  giveBack(lease: Lease): void {
    this.#unused.unregister(lease);
    this.signals.released(lease);
    if (!this.session(lease.owner).isLost) this.outbox.text(lease.owner, `${Kind.Release}${lease.id};${lease.key};`);
  }

  shareWith(lease: Lease, peer: number): void {
    this.outbox.text(lease.owner, `${Kind.Share}${lease.id};${lease.key};${peer};`);
    this.outbox.flushTo(lease.owner);
  }

  tie(user: object, lease: Lease): void {
    this.#unused.register(user, lease, lease);
  }

  report(what: string, error: unknown): void {
    if (error instanceof ClosedError) return; // what was under way when the cluster closed is no news
    this.stats.unheard++;
    this.#report(what, error);
  }

  // Values that others send for the program

  /**
   * For packing `value`, which goes to `peer` in a message of another service; tell it afterwards whether that left. `tops`: those in it whose
   * functions need no mark.
   */
  outgoing(peer: number, value: unknown, tops?: Iterable<unknown>): Outgoing {
    const marshal = new Marshal(this, peer);
    const bare = value instanceof Transferred ? value.value : value;
    return {
      value: bare,
      codec: marshal.codec(new Set(tops ?? [bare])),
      get hasReferences() {
        return marshal.hasReferences;
      },
      sent: () => marshal.sent(),
      unsent: () => marshal.unsent(),
    };
  }

  /** For unpacking what came so. */
  arriving(): ReferenceCodec {
    return new Unmarshal(this, NOBODY, false).codec();
  }

  // What the owner of the endpoint says

  /** The call that the code running now answers, or the process whose step it is, as far as is known. */
  answeringNow(): AnsweredCall | undefined {
    const { owner } = this.contexts;
    if (owner?.isSuspended !== undefined) return owner; // what is a process's is always known
    return this.#listenersRan ? LISTENERS : this.answering.now();
  }

  /**
   * Runs a step of a process, which owns what it takes meanwhile: locks, waits, spans. `owner` is the same object for as long
   * as the process is at this site, and says in `isSuspended` whether it is between two steps. A call that is served inside
   * a wait of the step is the owner of what it takes, and the step runs for nobody else, whosever wait it is inside.
   */
  actingAs<T>(owner: AnsweredCall, code: () => T): T {
    return this.contexts.actAs(owner, code, true);
  }

  /** A peer is gone for good: what waits for it ends, what it held is let go. */
  peerLost(peer: number, error: Error): void {
    if (this.#lost.has(peer) || this.#closed !== undefined) return;
    this.#lost.set(peer, error);
    this.#sessions[peer]?.end(error);
    this.exports.peerLost(peer);
    this.signals.peerLost(peer, error);
    this.matchmaker.peerLost(peer);
    this.channels.peerLost(peer, error);
  }

  /** A run was given up: so are the calls it made. */
  giveUpGroup(group: number, reason: unknown): void {
    for (const session of this.#sessions) session?.giveUpGroup(group, reason);
  }

  /** Ends everything; idempotent. */
  close(error: Error = new ClosedError("the cluster was closed")): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    for (const session of this.#sessions) session?.end(error);
    this.channels.close();
    this.exports.clear();
    this.signals.close(error);
  }

  /** Table entries of all kinds, for tests that nothing is kept for ever. */
  get entries(): number {
    const sessions = this.#sessions.reduce((sum, session) => sum + (session?.size ?? 0), 0);
    return sessions + this.exports.size + this.signals.size;
  }

  /** Calls that others have made and this endpoint has not answered. */
  *serving(): Iterable<{ from: number; id: number }> {
    for (const session of this.#sessions)
      if (session !== undefined) for (const id of session.serving) yield { from: session.peer, id };
  }
}
