import { isReserved } from "./members.ts";
import type { OutgoingCall } from "./outgoing-call.ts";

/** Makes calls on results. */
interface ResultCaller {
  onResult(base: OutgoingCall, method: string, args: unknown[]): PendingResult;
}

/**
 * The result of an asynchronous call: a promise, on which methods of what it will be can be called before it is there
 * (promise pipelining, Liskov and Shrira 1988). Their calls travel at once and wait at the callee: one round trip for a chain.
 */
export class PendingResult implements Promise<unknown> {
  readonly #call: OutgoingCall;
  readonly #caller: ResultCaller;
  #promise: Promise<unknown> | undefined;

  constructor(call: OutgoingCall, caller: ResultCaller) {
    this.#call = call;
    this.#caller = caller;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<A = unknown, B = never>(
    onFulfilled?: ((value: unknown) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#call.observe();
    this.#promise ??= this.#call.promise();
    return this.#promise.then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<unknown> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<unknown> {
    return this.then().finally(onFinally);
  }

  /** A stream that has not arrived yet can be read all the same. */
  async *[Symbol.asyncIterator](): AsyncGenerator<unknown> {
    yield* (await this) as AsyncIterable<unknown>;
  }

  get [Symbol.toStringTag](): string {
    return "RemotePromise";
  }

  /** Calls a method of the result. */
  static on(result: PendingResult, method: string, args: unknown[]): PendingResult {
    return result.#caller.onResult(result.#call, method, args);
  }
}

// Only names that nothing here has come so far. `instanceof Promise` holds.
Object.setPrototypeOf(
  PendingResult.prototype,
  new Proxy(Object.prototype, {
    get(inherited, name, result: PendingResult): unknown {
      if (typeof name === "symbol" || isReserved(name)) return Reflect.get(inherited, name, result);
      return (...args: unknown[]) => PendingResult.on(result, name, args);
    },
    getPrototypeOf: () => Promise.prototype,
  }),
);
