import { setMaxListeners } from "node:events";
import {
  AssertionError,
  ClosedError,
  endpointName,
  IslesError,
  LimitError,
  ReleasedError,
  TimeoutError,
} from "@isles/base";
import { CallTable } from "./call-table.ts";
import type { Core } from "./core.ts";
import { CallLostError, noSuchMethod, notATarget, notExposed } from "./errors.ts";
import { type Callee, IncomingCall, type Outcome } from "./incoming-call.ts";
import { Marshal, type Marshalled, Unmarshal } from "./marshal.ts";
import type { Members } from "./members.ts";
import type { OutgoingCall } from "./outgoing-call.ts";
import { serviceLabel } from "./services.ts";
import { isMalformed, Kind, MalformedError, TextReader, textField } from "./text-frames.ts";
import { Transferred, unwrapped } from "./transferred.ts";
import type { CallOptions } from "./types.ts";

const ANSWERED = "r";
const ONE_WAY = "w";
/** The result of a call can be called on until the caller says that it has it. */
const KEPT = "k";
const NOT_KEPT = "-";

/** Longer is for ever: nobody waits for a century. */
const TIMEOUT_MAX_MS = 2 ** 41;

/** All that passes between this endpoint and one other: calls both ways, in the order made. Symmetric. */
export class Session {
  readonly peer: number;
  readonly #core: Core;
  readonly #name: string;
  readonly #calls = new CallTable<OutgoingCall>();
  readonly #incoming = new CallTable<IncomingCall>();
  /** Results that calls may still be pipelined on, by call. */
  readonly #answers = new Map<number, unknown>();
  #lastCall = 0;
  #lastIncoming = 0;
  #lost: Error | undefined;

  constructor(core: Core, peer: number) {
    this.#core = core;
    this.peer = peer;
    this.#name = endpointName(peer, core.host.sites);
  }

  /** Table entries, for tests that nothing is kept for ever. */
  get size(): number {
    return this.#calls.size + this.#incoming.size + this.#answers.size;
  }

  /** Calls of the peer that have not been answered. */
  get serving(): Iterable<number> {
    return this.#incoming.values().map(({ id }) => id);
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  // Calls of this endpoint

  /**
   * Sends a call to what `target` (text) denotes. What is wrong with it (arguments that cannot travel, a lost peer) ends the
   * call at once, with nothing sent.
   */
  send(call: OutgoingCall, target: string, method: string, args: readonly unknown[], options: CallOptions): void {
    const { outbox, limits, stats } = this.#core;
    const isOneWay = call.manner === "oneWay";
    try {
      this.#core.host.releaseWrites();
      if (this.#lost !== undefined) throw this.#lostBefore(call.label, this.#lost);
      if (this.#calls.size >= limits.maxCalls) throw this.#tooManyCalls(call.label);
      options.signal?.throwIfAborted();
      const timeoutMs = this.#timeLeft(options.timeoutMs);
      if (timeoutMs <= 0)
        throw new TimeoutError(`${call.label} was not sent: the deadline of the call that makes it has passed`);
      const marshal = new Marshal(this.#core, this.peer);
      const { values, transfer } = unwrapped(args, options.transfer);
      const packed = marshal.args(values, "args", transfer);
      this.#mayStillGo(call, marshal, options.signal);
      const id = ++this.#lastCall;
      const time = timeoutMs === Infinity ? 0 : Math.max(1, Math.ceil(timeoutMs));
      const head = `${Kind.Call}${id};${isOneWay ? ONE_WAY : ANSWERED}${time};${target}${textField(method)}`;
      stats.made++;
      call.batch = outbox.batch(this.peer);
      this.#post(marshal, head, packed, transfer);
      if (isOneWay) {
        call.resolve(undefined);
        return;
      }
      call.id = id;
      call.session = this;
      if (this.#calls.size === 0) this.#core.host.keepAlive(1);
      this.#calls.add(call);
      // A call that may be given up in time is no part of a deadlock.
      if (timeoutMs === Infinity && options.signal === undefined) call.reason = call;
      else this.#watch(call, timeoutMs, options.signal);
    } catch (error) {
      call.reject(error);
    }
  }

  /** Getters and iterators of the arguments are the program's code: while they ran, all may have ended. */
  #mayStillGo(call: OutgoingCall, marshal: Marshal, signal: AbortSignal | undefined): void {
    if (this.#lost === undefined && signal?.aborted !== true) return;
    marshal.unsent();
    if (this.#lost !== undefined) throw this.#lostBefore(call.label, this.#lost);
    signal!.throwIfAborted();
  }

  /** Throws what the host says of a bad transfer list; then nothing is held. */
  #post(marshal: Marshal, head: string, packed: Marshalled, transfer: CallOptions["transfer"]): void {
    try {
      if ("text" in packed) this.#core.outbox.text(this.peer, head + packed.text);
      else this.#core.outbox.value(this.peer, head, packed.body, transfer);
    } catch (error) {
      marshal.unsent();
      throw error;
    }
    marshal.sent();
  }

  /** Text of the target that a call on the result of another call is made to; undefined if it must wait for that result. */
  targetOnResult(base: OutgoingCall): string | undefined {
    return base.id !== 0 && this.#calls.has(base.id) ? `a${base.id};` : undefined;
  }

  /** Milliseconds that a call made now may take: no longer than the call that is being answered. */
  #timeLeft(timeoutMs: number | undefined): number {
    const leftMs = Math.min(timeoutMs ?? Infinity, this.#core.contexts.current?.deadlineMs ?? Infinity);
    return leftMs > TIMEOUT_MAX_MS ? Infinity : leftMs;
  }

  #watch(call: OutgoingCall, timeoutMs: number, signal: AbortSignal | undefined): void {
    // A thread that blocks sees no timers; it keeps the time itself.
    const isTimed = timeoutMs !== Infinity && call.manner !== "blocking";
    const timer = !isTimed
      ? undefined
      : setTimeout(() => this.expire(call, timeoutMs), Math.min(timeoutMs, 2 ** 31 - 1));
    const onAbort = (): void => this.giveUp(call, signal!.reason);
    if (signal !== undefined) setMaxListeners(0, signal); // one for each call under way is no leak
    signal?.addEventListener("abort", onAbort, { once: true });
    call.timeoutMs = timeoutMs;
    call.onSettled(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    });
  }

  expire(call: OutgoingCall, timeoutMs: number): void {
    this.giveUp(
      call,
      new TimeoutError(`${call.label} was not answered within ${Math.round(timeoutMs * 10) / 10} ms; it may have run`),
    );
  }

  /** Ends a call here and tells the peer so. A reply that comes all the same meets no call. */
  giveUp(call: OutgoingCall, reason: unknown): void {
    if (!this.#calls.has(call.id)) return;
    this.#forget(call.id);
    this.#core.outbox.value(this.peer, `${Kind.Cancel}${call.id};`, this.#core.errors.encode(reason));
    call.reject(reason);
  }

  /** Gives up the calls that a run has made. */
  giveUpGroup(group: number, reason: unknown): void {
    for (const call of this.#calls.values()) if (call.group === group) this.giveUp(call, reason);
  }

  #forget(id: number): void {
    if (this.#calls.delete(id) && this.#calls.size === 0) this.#core.host.keepAlive(-1);
  }

  #tooManyCalls(label: string): LimitError {
    return new LimitError(
      `${label} was not sent: ${this.#core.limits.maxCalls} calls to ${this.#name} are in flight, which is the limit; await some of them first`,
    );
  }

  #lostBefore(label: string, cause: Error): Error {
    if (cause instanceof ClosedError) return new ClosedError(`${label} was not sent: ${cause.message}`, { cause });
    return new CallLostError(this.peer, `${label} was not sent and did not run: ${cause.message}`, false, { cause });
  }

  /** The peer is gone, or this endpoint closes: everything between the two ends. */
  end(cause: Error): void {
    if (this.#lost !== undefined) return;
    this.#lost = cause;
    const { outbox } = this.#core;
    const calls = this.#calls.values();
    this.#calls.clear();
    if (calls.length > 0) this.#core.host.keepAlive(-1);
    for (const call of calls) {
      const mayHaveRun = outbox.batch(this.peer) > call.batch;
      const fate = mayHaveRun ? "it may have run" : "it did not run";
      const message = `${call.label} was not answered: ${cause.message}; ${fate}`;
      call.excuse(); // every call of the session ends so, also those that nobody awaits any more
      if (cause instanceof ClosedError) call.reject(new ClosedError(message, { cause }));
      else call.reject(new CallLostError(this.peer, message, mayHaveRun, { cause }));
    }
    outbox.drop(this.peer);
    for (const call of this.#incoming.values()) call.cancel(cause);
    this.#incoming.clear();
    this.#answers.clear();
  }

  // What the peer sends

  /** Frames that came as one text. Throws nothing: what is malformed is counted and dropped. */
  text(batch: string): void {
    if (this.#lost !== undefined) return;
    const reader = new TextReader(batch);
    try {
      while (!reader.atEnd) {
        const length = reader.count();
        const end = reader.at + length;
        if (end > batch.length) throw new MalformedError("a frame is cut short");
        reader.end = end;
        try {
          this.#frame(reader, undefined);
        } catch (error) {
          this.#malformed(error);
        }
        reader.at = end;
        reader.end = batch.length;
      }
    } catch (error) {
      this.#malformed(error);
    }
  }

  /** A frame with a value. */
  value(frame: unknown): void {
    if (this.#lost !== undefined) return;
    try {
      if (!Array.isArray(frame) || frame.length !== 2 || typeof frame[0] !== "string")
        throw new MalformedError("no frame");
      this.#frame(new TextReader(frame[0]), { value: frame[1] as unknown });
    } catch (error) {
      this.#malformed(error);
    }
  }

  #malformed(error: unknown): void {
    if (error instanceof AssertionError) throw error;
    // Nothing else is thrown by what reads a frame; a hostile value (a throwing proxy cannot be cloned) neither.
    this.#core.stats.malformed++;
  }

  #frame(reader: TextReader, body: Body | undefined): void {
    const kind = reader.letter();
    switch (kind) {
      case Kind.Call:
        return this.#called(reader, body);
      case Kind.Reply:
        return this.#replied(reader, body);
      case Kind.Failure:
        return this.#failed(reader.count(), body);
      case Kind.Cancel:
        return this.#cancelled(reader.count(), body);
      case Kind.Finish:
        this.#answers.delete(reader.count());
        return;
      case Kind.Release:
        return this.#core.exports.release(reader.count(), reader.count(), this.peer);
      case Kind.Share:
        return this.#shared(reader.count(), reader.count(), this.#core.checkPeer(reader.count()));
      case Kind.Abort:
        return this.#core.signals.aborted(this.peer, reader.count(), body?.value);
      case Kind.Ask:
        return this.#core.deadlocks.asked(this.peer, reader.count());
      case Kind.Answer:
        return this.#core.deadlocks.answered(this.peer, reader.count(), body?.value);
      case Kind.Post:
        return this.#core.channels.receive(this.peer, reader.string(), body?.value);
      default:
        throw new MalformedError("a frame of an unknown kind");
    }
  }

  /** What a dead endpoint is given, nobody would give back. */
  #shared(id: number, key: number, to: number): void {
    if (!this.#core.session(to).isLost) this.#core.exports.share(id, key, to);
  }

  /** The caller has given a call up. Nobody waits for it here either, however long its method goes on. */
  #cancelled(id: number, body: Body | undefined): void {
    const call = this.#incoming.get(id);
    if (call === undefined) return;
    const reason = this.#core.errors.decode(body?.value);
    call.cancel(reason);
    if (!call.isStarted) return; // it will not be
    this.#core.answering.answered(call);
    this.#settled(call, { error: new IslesError("CANCELLED", `${call.what} was given up`, { cause: reason }) });
  }

  #replied(reader: TextReader, body: Body | undefined): void {
    const id = reader.count();
    if (reader.letter() === KEPT) this.#core.outbox.text(this.peer, `${Kind.Finish}${id};`);
    const call = this.#calls.get(id);
    const unmarshal = new Unmarshal(this.#core, this.peer, call?.manner === "blocking");
    if (call === undefined) {
      this.#core.stats.late++;
      unmarshal.discard(() => readResult(unmarshal, reader, body));
      return;
    }
    this.#forget(id);
    try {
      const result = readResult(unmarshal, reader, body);
      this.#heard(call, () => call.resolve(result));
    } catch (error) {
      unmarshal.release();
      call.reject(error);
      if (isMalformed(error)) throw error;
    }
  }

  #failed(id: number, body: Body | undefined): void {
    const call = this.#calls.get(id);
    if (call === undefined) {
      this.#core.stats.late++;
      return;
    }
    this.#forget(id);
    const error = withPath(
      this.#core.errors.decode(body?.value),
      call.label,
      endpointName(this.#core.host.self, this.#core.host.sites),
    );
    this.#heard(call, () => call.reject(error));
  }

  /** An answer is there: what its callee wrote before is seen by whoever gets it. (Who blocks for it sees to that in the wait.) */
  #heard(call: OutgoingCall, settle: () => void): void {
    const acquired = call.manner === "blocking" ? undefined : this.#core.host.acquireReads();
    if (acquired === undefined) settle();
    else acquired.onSettled(settle);
  }

  // Calls of the peer

  #called(reader: TextReader, body: Body | undefined): void {
    const id = reader.count();
    if (id <= this.#lastIncoming) throw new MalformedError("a call number that was used before");
    this.#lastIncoming = id;
    const isOneWay = reader.letter() === ONE_WAY;
    const timeMs = reader.count();
    const { host, limits } = this.#core;
    const unmarshal = new Unmarshal(this.#core, this.peer, false);
    try {
      const target = readTarget(reader);
      const deadline = timeMs === 0 ? Infinity : host.now() + timeMs;
      const call = new IncomingCall(id, this.peer, reader.string(), isOneWay, deadline, host.now);
      call.service = target.name === undefined ? describeTarget(target) : serviceLabel(target.name);
      call.args = this.#args(unmarshal, reader, body);
      call.arrived = unmarshal;
      if (this.#incoming.size >= limits.maxCalls)
        throw new LimitError(
          `${call.what} was refused: ${limits.maxCalls} calls of one endpoint are in flight, the limit`,
        );
      this.#find(target, call);
      this.#incoming.add(call);
    } catch (error) {
      unmarshal.release();
      if (isOneWay) this.#core.report(`a one-way call of ${this.#name}`, error);
      else this.#sendFailure(id, error);
      if (isMalformed(error)) throw error;
    }
  }

  #args(unmarshal: Unmarshal, reader: TextReader, body: Body | undefined): unknown[] {
    if (body === undefined) return unmarshal.text(reader);
    const args = unmarshal.body(body.value);
    if (!Array.isArray(args)) throw new MalformedError("arguments that are no list");
    return args;
  }

  /** Finds what a call is made on, and starts it. Throws what the caller is to be told. */
  #find(target: ArrivedTarget, call: IncomingCall): void {
    const { services, host, exports } = this.#core;
    if (target.name !== undefined) {
      const service = services.find(target.name);
      if (service === undefined) throw notExposed(target.name, endpointName(host.self, host.sites), services.names());
      this.#startMember(call, service.members, service.target, () => `the service ${JSON.stringify(target.name)}`);
    } else if (target.key !== undefined) {
      const entry = exports.find(target.id, target.key);
      if (entry === undefined)
        throw new ReleasedError(`${call.what} was called after its reference was released, or has ended`);
      this.#startMember(call, entry.members, entry.service, () => "the object passed by reference");
    } else this.#findOnAnswer(target.id, call);
  }

  #startMember(call: IncomingCall, members: Members, self: unknown, what: () => string): void {
    const method = members.get(call.method);
    if (method === undefined) throw noSuchMethod(call.method, what(), members);
    this.#start(call, { method, self });
  }

  #findOnAnswer(answer: number, call: IncomingCall): void {
    const base = this.#incoming.get(answer);
    if (base === undefined || base.outcome !== undefined) {
      if (!this.#answers.has(answer)) throw notATarget(call.what);
      return this.#start(call, this.#core.stubs.callee(this.#answers.get(answer), call.method, call.what));
    }
    base.pipelined ??= [];
    base.pipelined.push(() => {
      try {
        if (base.outcome !== undefined && "error" in base.outcome) throw base.outcome.error;
        if (!this.#answers.has(answer)) throw notATarget(call.what);
        this.#start(call, this.#core.stubs.callee(this.#answers.get(answer), call.method, call.what));
      } catch (error) {
        this.#fail(call, error);
      }
    });
  }

  #start(call: IncomingCall, callee: Callee): void {
    call.callee = callee;
    this.#core.host.defer(() => this.#run(call));
  }

  #run(call: IncomingCall): void {
    if (call.isCancelled)
      return this.#settled(call, { error: new IslesError("CANCELLED", `${call.what} was given up`) });
    if (call.deadlineMs === 0)
      return this.#fail(call, new TimeoutError(`${call.what} did not start before its deadline`));
    call.arrived = undefined;
    call.isStarted = true;
    try {
      const result = this.#core.run(call);
      if (!isThenable(result)) return this.#reply(call, result);
      if (!this.#core.contexts.follows(call)) this.#core.answering.suspended(call);
      Promise.resolve(result).then(
        (value) => {
          this.#core.answering.answered(call);
          this.#reply(call, value);
        },
        (error: unknown) => {
          this.#core.answering.answered(call);
          this.#fail(call, error);
        },
      );
    } catch (error) {
      this.#fail(call, error);
    }
  }

  #reply(call: IncomingCall, result: unknown): void {
    this.#core.stats.served++;
    const cut = this.#released();
    if (cut !== undefined) return this.#fail(call, cut);
    if (call.isOver) return;
    if (this.#lost !== undefined || call.isOneWay) return this.#settled(call, { value: result });
    try {
      const { value, transfer } = result instanceof Transferred ? result : { value: result, transfer: undefined };
      const marshal = new Marshal(this.#core, this.peer);
      const packed = marshal.one(value, `the result of ${call.what}`, transfer);
      const isKept = marshal.isTarget(value);
      this.#post(marshal, `${Kind.Reply}${call.id};${isKept ? KEPT : NOT_KEPT}`, packed, transfer);
      if (isKept) this.#answers.set(call.id, value);
      this.#settled(call, { value });
    } catch (error) {
      this.#fail(call, error);
    }
  }

  #fail(call: IncomingCall, thrown: unknown): void {
    const error = (call.isStarted ? this.#released() : undefined) ?? thrown;
    if (call.isOver) return;
    if (call.isOneWay) this.#core.report(`the one-way call ${call.what} of ${this.#name}`, error);
    else if (this.#lost === undefined) this.#sendFailure(call.id, error);
    this.#settled(call, { error });
  }

  /** What a call has written is to be known before its answer is. What cuts that short (the end of the cluster), else undefined. */
  #released(): unknown {
    try {
      this.#core.host.releaseWrites();
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #settled(call: IncomingCall, outcome: Outcome): void {
    call.outcome = outcome;
    call.arrived?.release();
    this.#incoming.delete(call.id);
    for (const start of call.pipelined ?? []) start();
  }

  #sendFailure(id: number, error: unknown): void {
    this.#core.outbox.value(this.peer, `${Kind.Failure}${id};`, this.#core.errors.encode(error));
  }
}

interface Body {
  readonly value: unknown;
}

/** A service by `name`, an object by `id` and `key`, or the result of call `id`. */
interface ArrivedTarget {
  readonly name: string | undefined;
  readonly id: number;
  readonly key: number | undefined;
}

function readResult(unmarshal: Unmarshal, reader: TextReader, body: Body | undefined): unknown {
  return body === undefined ? unmarshal.text(reader)[0] : unmarshal.body(body.value);
}

function readTarget(reader: TextReader): ArrivedTarget {
  switch (reader.letter()) {
    case "s":
      return { name: reader.string(), id: 0, key: undefined };
    case "o":
      return { name: undefined, id: reader.count(), key: reader.count() };
    case "a":
      return { name: undefined, id: reader.count(), key: undefined };
    default:
      throw new MalformedError("a target of an unknown kind");
  }
}

function describeTarget({ key }: ArrivedTarget): string {
  return key === undefined ? "the result of another call" : "an object passed by reference";
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

/** The remote stack says where it happened; what follows says whose call it was, and a blocking caller adds how it got there. */
function withPath(error: unknown, label: string, caller: string): unknown {
  if (!(error instanceof Error)) return error;
  error.stack = `${error.stack ?? `${error.name}: ${error.message}`}\n    -- ${label}, called from ${caller} --`;
  return error;
}
