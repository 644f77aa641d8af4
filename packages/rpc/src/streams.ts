import { ReleasedError } from "@isles/base";
import type { Core } from "./core.ts";
import type { Lease } from "./lease.ts";
import { isEndOfAll, type OutgoingCall } from "./outgoing-call.ts";
import type { Target } from "./stub-state.ts";
import type { BlockingStream, RemoteStream } from "./types.ts";

/** Steps that a reader asks for ahead of what it has used: the writer runs at most so far ahead, in values. */
const WINDOW = 16;

type Step = readonly [done: boolean, value: unknown];
type Result = IteratorResult<unknown, undefined>;

/** The calls on a stream that both readers make. */
class StreamCalls {
  readonly lease: Lease;
  readonly #core: Core;
  readonly #target: Target;
  readonly #blocking: boolean;
  /** `next` calls under way, oldest first. */
  readonly #credits: OutgoingCall[] = [];
  ended = false;

  constructor(core: Core, lease: Lease, blocking: boolean) {
    this.#core = core;
    this.lease = lease;
    this.#blocking = blocking;
    this.#target = { kind: "object", lease, label: "a stream" };
  }

  /** The oldest `next` under way, after asking for as many as the window has room for. */
  next(): OutgoingCall {
    while (this.#credits.length < WINDOW) this.#credits.push(this.#call("next", []));
    return this.#credits.shift()!;
  }

  /** `return` or `throw`: what was asked for and not used is forgotten. */
  overtake(method: "return" | "throw", argument: unknown): OutgoingCall {
    const unused = this.#credits.length;
    this.#forget();
    return this.#call(method, [argument, unused]);
  }

  /** What a step says; a stream that is done, here or there, needs no lease any more. */
  arrived([done, value]: Step): Result {
    if (!done) return { done: false, value };
    this.lease.expire(); // its writer drops it by itself when it is done
    this.end();
    return { done: true, value: value as undefined };
  }

  end(): void {
    this.ended = true;
    this.lease.release();
    this.#forget();
  }

  #forget(): void {
    this.#credits.length = 0;
  }

  #call(method: string, args: unknown[]): OutgoingCall {
    const call = this.#core.stubs.call(this.#target, this.#blocking ? "blocking" : "async", {}, method, args);
    return call;
  }
}

class AsyncReader implements RemoteStream<unknown> {
  readonly #calls: StreamCalls;

  constructor(calls: StreamCalls) {
    this.#calls = calls;
  }

  next(): Promise<Result> {
    if (this.#calls.ended) return Promise.resolve({ done: true, value: undefined });
    const call = this.#calls.next();
    const result = this.#result(call);
    // All streams of a session end with it, also those that nobody reads any more.
    call.onSettled(() => {
      if (isEndOfAll(call.error)) result.catch(() => undefined);
    });
    return result;
  }

  return(value?: unknown): Promise<Result> {
    if (this.#calls.ended) return Promise.resolve({ done: true, value: value as undefined });
    return this.#result(this.#calls.overtake("return", value), () => ({
      done: true,
      value: value as undefined,
    })).finally(() => this.#calls.end());
  }

  throw(reason?: unknown): Promise<Result> {
    if (this.#calls.ended) return Promise.reject(reason);
    return this.#result(this.#calls.overtake("throw", reason), () => {
      throw reason;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #result(call: OutgoingCall, ifOver?: () => Result): Promise<Result> {
    try {
      const step = (await call.promise()) as Step;
      // A later step may have come after the end that an earlier one told.
      return this.#calls.ended ? { done: true, value: undefined } : this.#calls.arrived(step);
    } catch (error) {
      if (this.#calls.ended) return { done: true, value: undefined };
      this.#calls.end();
      if (ifOver !== undefined && isOver(error)) return ifOver();
      throw error;
    }
  }
}

class BlockingReader implements BlockingStream<unknown> {
  readonly #calls: StreamCalls;
  readonly #wait: (call: OutgoingCall) => unknown;

  constructor(calls: StreamCalls, wait: (call: OutgoingCall) => unknown) {
    this.#calls = calls;
    this.#wait = wait;
  }

  next(): Result {
    if (this.#calls.ended) return { done: true, value: undefined };
    return this.#result(this.#calls.next());
  }

  return(value?: unknown): Result {
    if (this.#calls.ended) return { done: true, value: value as undefined };
    try {
      return this.#result(this.#calls.overtake("return", value), () => ({ done: true, value: value as undefined }));
    } finally {
      this.#calls.end();
    }
  }

  throw(reason?: unknown): Result {
    if (this.#calls.ended) throw reason;
    return this.#result(this.#calls.overtake("throw", reason), () => {
      throw reason;
    });
  }

  [Symbol.iterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.return();
  }

  #result(call: OutgoingCall, ifOver?: () => Result): Result {
    try {
      return this.#calls.arrived(this.#wait(call) as Step);
    } catch (error) {
      this.#calls.end();
      if (ifOver !== undefined && isOver(error)) return ifOver();
      throw error;
    }
  }
}

/** The writer runs ahead of its reader, so it may have come to its end, and dropped the stream, before it is overtaken. */
function isOver(error: unknown): boolean {
  return error instanceof ReleasedError;
}

/** Streams of other endpoints, read here. */
export class Streams {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  reader(lease: Lease, blocking: boolean): object {
    const calls = new StreamCalls(this.#core, lease, blocking);
    const reader = blocking ? new BlockingReader(calls, (call) => this.#core.stubs.wait(call)) : new AsyncReader(calls);
    this.#core.tie(reader, lease);
    return reader;
  }
}

/** Whether a value is the reading end of a stream from another endpoint. */
export function isStreamReader(value: object): boolean {
  return value instanceof AsyncReader || value instanceof BlockingReader;
}
