import { isReserved } from "./members.ts";
import type { OutgoingCall } from "./outgoing-call.ts";

/** Makes calls on results. */
interface ResultCaller {
  onResult(base: OutgoingCall, method: string, args: unknown[]): RemotePromise;
}

type Settle = (value: unknown) => void;

/**
 * The result of an asynchronous call: a promise, on which methods of what it will be can be called before it is there
 * (promise pipelining, Liskov and Shrira 1988). Their calls travel at once and wait at the callee: one round trip for a chain.
 * It is a native promise, which the platform awaits in the fewest steps and whose forgotten rejections it reports.
 */
export class RemotePromise extends Promise<unknown> {
  readonly #call: OutgoingCall;
  readonly #caller: ResultCaller;

  constructor(call: OutgoingCall, caller: ResultCaller) {
    let resolve: Settle;
    let reject: Settle;
    super((onResult, onError) => {
      resolve = onResult;
      reject = onError;
    });
    this.#call = call;
    this.#caller = caller;
    call.tell(resolve!, reject!, this);
  }

  /** A stream that has not arrived yet can be read all the same. */
  async *[Symbol.asyncIterator](): AsyncGenerator<unknown> {
    yield* (await this) as AsyncIterable<unknown>;
  }

  override get [Symbol.toStringTag](): string {
    return "RemotePromise";
  }

  /** Calls a method of the result. */
  static on(result: RemotePromise, method: string, args: unknown[]): RemotePromise {
    return result.#caller.onResult(result.#call, method, args);
  }
}

// To the platform it is a plain promise: `await` and Promise.all take it as it is, and what `then` returns is plain.
const { then, catch: catchIt, finally: finallyDo } = Promise.prototype;
for (const [name, value] of Object.entries({ constructor: Promise, then, catch: catchIt, finally: finallyDo })) {
  Object.defineProperty(RemotePromise.prototype, name, { value, configurable: true, writable: true });
}
// Only names that a promise does not have come so far.
Object.setPrototypeOf(
  RemotePromise.prototype,
  new Proxy(Promise.prototype, {
    getPrototypeOf: () => Promise.prototype, // for `instanceof`
    get(inherited, name, result: RemotePromise): unknown {
      if (typeof name === "symbol" || isReserved(name)) return Reflect.get(inherited, name, result);
      return (...args: unknown[]) => RemotePromise.on(result, name, args);
    },
  }),
);

export function isRemotePromise(value: unknown): value is RemotePromise {
  return value instanceof RemotePromise;
}
