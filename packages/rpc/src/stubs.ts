import { inspect } from "node:util";
import { endpointName, ReleasedError, TimeoutError, UsageError, WouldBlockError } from "@isles/base";
import { isByReference, referenceOptions } from "./by-reference.ts";
import type { Core } from "./core.ts";
import { noSuchMethod, notATarget } from "./errors.ts";
import type { Callee } from "./incoming-call.ts";
import { Lease } from "./lease.ts";
import { byReferenceExport } from "./marshal.ts";
import { isReserved, type Method, membersOf } from "./members.ts";
import { type Labels, OutgoingCall } from "./outgoing-call.ts";
import { isRemotePromise, RemotePromise } from "./remote-promise.ts";
import { serviceLabel } from "./services.ts";
import { type Manner, markAsStub, type StubState, stubStateOf, type Target } from "./stub-state.ts";
import { textField } from "./text-frames.ts";
import type { CallOptions } from "./types.ts";

/** The platform's timers take no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Makes stubs, and the calls that stubs make. */
export class Stubs implements Labels {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  make(target: Target, blocking: boolean, options: CallOptions = {}): object {
    const manner: Manner = options.oneWay === true ? "oneWay" : blocking ? "blocking" : "async";
    return makeStub({ target, manner, options, caller: this });
  }

  /** A stub of an object of another endpoint. When nobody here uses it any more, its lease ends. */
  ofLease(lease: Lease, blocking: boolean): object {
    return this.make(this.targetOf(lease), blocking);
  }

  /** What all stubs of an object share, whatever their options. */
  targetOf(lease: Lease): Target & { kind: "object" } {
    const { sites } = this.#core.host;
    const target = { kind: "object", lease, label: `an object of ${endpointName(lease.owner, sites)}` } as const;
    this.#core.tie(target, lease);
    return target;
  }

  /** A stub of an object of this endpoint: a reference that came home is the object itself. */
  ofOwn(object: object): Target & { kind: "object" } {
    const { host, exports } = this.#core;
    const { id, key } = exports.hold(object, host.self, () => byReferenceExport(this.#core, object));
    return this.targetOf(new Lease(host.self, id, key, (ended) => this.#core.giveBack(ended)));
  }

  /** What a stub's method does: returns a promise, a result, or nothing. */
  invoke({ target, manner, options }: StubState, method: string, args: unknown[]): unknown {
    if (manner === "async") return new RemotePromise(this.call(target, manner, options, method, args), this);
    if (manner === "oneWay") {
      const call = this.call(target, manner, options, method, args);
      call.onSettled(() => {
        if (call.hasFailed) this.#core.report(`the one-way call ${call.label}`, call.error);
      });
      return undefined;
    }
    if (!this.#core.host.mayBlock) throw new WouldBlockError(this.labelOf(target, method), "a stub made by rpc.stub");
    this.#core.checkStack(method);
    return this.wait(this.call(target, manner, options, method, args));
  }

  /** Blocks until the call is answered; the site serves others meanwhile. */
  wait(call: OutgoingCall): unknown {
    try {
      return this.#core.host.wait(call, call.timeoutMs, () => call.session?.expire(call, call.timeoutMs!));
    } catch (error) {
      call.session?.giveUp(call, error); // unless it was its answer that was thrown
      if (error instanceof Error && error === call.error) addCallersStack(error, this.wait);
      throw error;
    }
  }

  call(target: Target, manner: Manner, options: CallOptions, method: string, args: unknown[]): OutgoingCall {
    const call = new OutgoingCall(this, target, method, manner, this.#core.host.group.id);
    if (manner !== "blocking" && args.some(isRemotePromise)) {
      // Sent when the results that it takes are there.
      this.#awaitArgs(call, args, options, (ready, left) => this.call(target, manner, left, method, ready));
      return call;
    }
    switch (target.kind) {
      case "service":
        this.#core.session(target.peer).send(call, `s${textField(target.name)}`, method, args, options);
        return call;
      case "object":
        if (target.lease.released)
          call.reject(new ReleasedError(`${call.label} was called after the stub was released`));
        else
          this.#core
            .session(target.lease.owner)
            .send(call, `o${target.lease.id};${target.lease.key};`, method, args, options);
        return call;
      case "any":
        this.#core.matchmaker.send(target, call, method, args, options);
        return call;
      default:
        return target satisfies never;
    }
  }

  /** A call on the result of another call, which need not be there yet. */
  onResult(base: OutgoingCall, method: string, args: unknown[]): RemotePromise {
    base.excuse();
    const call = new OutgoingCall(this, base, method, "async", base.group);
    const target = args.some(isRemotePromise) ? undefined : base.session?.targetOnResult(base);
    if (target !== undefined) {
      base.session!.send(call, target, method, args, {});
      base.onSettled(() => {
        if (base.hasFailed) base.session!.giveUp(call, base.error);
      });
    } else {
      const ready = Promise.all([base.promise(), ...args]);
      call.follow(
        ready.then(([result, ...args]) => {
          const callee = this.callee(result, method, method);
          return callee.method.apply(callee.self, args);
        }),
      );
    }
    return new RemotePromise(call, this);
  }

  /** What a method name means on the result of a call: on a stub, or on what this endpoint itself passed by reference. */
  callee(value: unknown, method: string, what: string): Callee {
    if (!isObject(value)) throw notATarget(what);
    if (stubStateOf(value) !== undefined) {
      // What a stub has for itself is not for others to call.
      if (isReserved(method)) throw noSuchMethod(method, "the result", new Map());
      return { method: method === "" ? (value as Method) : (value as Record<string, Method>)[method]!, self: value };
    }
    if (typeof value !== "function" && !isByReference(value)) throw notATarget(what);
    const members = this.#core.exports.of(value)?.members ?? membersOf(value, what, referenceOptions(value)?.members);
    const found = members.get(method);
    if (found === undefined) throw noSuchMethod(method, "the result", members);
    return { method: found, self: value };
  }

  /** Sends a call when the results that it takes are there. Its time runs meanwhile, and its signal counts. */
  #awaitArgs(
    call: OutgoingCall,
    args: unknown[],
    options: CallOptions,
    send: (ready: unknown[], left: CallOptions) => OutgoingCall,
  ): void {
    const { signal, timeoutMs } = options;
    const startedAt = this.#core.host.now();
    const expire = (): void => {
      call.reject(new TimeoutError(`${call.label} was not sent: its arguments were not there within ${timeoutMs} ms`));
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(expire, Math.min(timeoutMs, MAX_TIMER_MS));
    const onAbort = (): void => void call.reject(signal!.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    call.onSettled(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    });
    const sent = Promise.all(args).then((ready) => {
      if (call.settled) return undefined;
      clearTimeout(timer); // the call that is sent keeps the rest of the time itself
      return send(ready, withoutTime(options, this.#core.host.now() - startedAt)).promise();
    });
    call.follow(sent);
  }

  release({ target }: StubState): void {
    if (target.kind === "object") target.lease.release();
  }

  describe({ target, manner }: StubState): string {
    const where = target.kind === "object" ? target.label : `${JSON.stringify(target.name)}${this.#place(target)}`;
    return `[${manner === "async" ? "stub" : `${manner === "oneWay" ? "one-way" : manner} stub`} of ${where}]`;
  }

  // Labels

  labelOf(target: Target | OutgoingCall, member: string): string {
    const name = this.nameOf(target, member);
    return target instanceof OutgoingCall || target.kind === "object" ? name : `${name}${this.#place(target)}`;
  }

  nameOf(target: Target | OutgoingCall, member: string): string {
    if (target instanceof OutgoingCall) return `${member} on the result of ${target.label}`;
    if (target.kind === "object") return member === "" ? `a call of ${target.label}` : `${member} of ${target.label}`;
    const name = serviceLabel(target.name);
    return member === "" ? name : `${name}.${member}`;
  }

  #place(target: Target): string {
    if (target.kind === "service") return ` on ${endpointName(target.peer, this.#core.host.sites)}`;
    return target.kind === "any" ? " on any site" : "";
  }
}

/** A stub with other options. */
export function withOptions(stub: object, options: CallOptions): object {
  const state = stubStateOf(stub);
  if (state === undefined)
    throw new UsageError("BAD_ARGUMENT", `withOptions takes a stub, not ${inspect(stub, { depth: 0 })}`);
  const merged = checkOptions({ ...state.options, ...options });
  return state.caller.make(state.target, state.manner === "blocking", merged);
}

/** Throws UsageError for options that no call has, and for values that are none. */
export function checkOptions(options: CallOptions): CallOptions {
  const known = ["timeoutMs", "signal", "oneWay", "transfer"];
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new UsageError("BAD_OPTION", `calls have no option ${unknown}; they have ${known.join(", ")}`);
  const { timeoutMs, signal } = options;
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs > 0))
    throw new UsageError("BAD_OPTION", `timeoutMs is a number of milliseconds above 0, not ${inspect(timeoutMs)}`);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new UsageError("BAD_OPTION", `signal is an AbortSignal, not ${inspect(signal, { depth: 0 })}`);
  return options;
}

/** What is left of a call's time when some of it has been spent before it is sent. */
export function withoutTime(options: CallOptions, spentMs: number): CallOptions {
  const { timeoutMs } = options;
  return timeoutMs === undefined ? options : { ...options, timeoutMs: timeoutMs - spentMs };
}

/** How the caller got to its wait: what reads the reply runs on another stack. */
function addCallersStack(error: Error, above: (...args: never[]) => unknown): void {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, above);
  error.stack = `${error.stack}\n${here.stack?.split("\n").slice(1).join("\n")}`;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

/**
 * A stub is a function, so that a stub of a function can be called. It inherits from what makes a method of every name that is
 * asked of it; a method once made is its own.
 */
function makeStub(state: StubState): object {
  const stub = (...args: unknown[]): unknown => state.caller.invoke(state, "", args);
  // A service may have members of these names.
  Reflect.deleteProperty(stub, "name");
  Reflect.deleteProperty(stub, "length");
  markAsStub(stub, state);
  return Object.setPrototypeOf(stub, methods) as object;
}

const methods = new Proxy(Object.prototype, {
  get(inherited, name, stub: object): unknown {
    const state = stubStateOf(stub);
    if (name === Symbol.toStringTag) return "Stub"; // asked with another receiver by Object.prototype.toString of V8
    if (state === undefined) return Reflect.get(inherited, name, stub);
    if (name === Symbol.dispose) return () => state.caller.release(state);
    if (name === inspect.custom) return () => state.caller.describe(state);
    if (typeof name === "symbol" || isReserved(name)) return Reflect.get(inherited, name, stub);
    // The method holds the stub, so that whoever has only the method keeps the reference alive.
    const method = (...args: unknown[]): unknown => state.caller.invoke(stubStateOf(stub)!, name, args);
    Object.defineProperty(stub, name, { value: method });
    return method;
  },
});
