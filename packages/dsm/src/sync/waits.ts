import { type AnsweredCall, type Completion, type IslesError, UsageError, WouldBlockError } from "@isles/base";
import type { ServiceHost } from "@isles/transport";
import type { SyncStats } from "./stats.ts";

/** Ways a wait may end early. `timeoutMs` in milliseconds, default: no limit. */
export interface WaitOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The two faces of every call that waits: the one implementation is whatever made the completion. */
export class Waits {
  readonly host: ServiceHost;
  /**
   * The call that the code running now answers; undefined if it certainly answers none, as a function that the launcher
   * started. Where that cannot be told, one that stands for all that it may be.
   */
  readonly answering: () => AnsweredCall | undefined;
  readonly stats: SyncStats = { waits: 0, acquisitions: 0, handOffs: 0 };
  /** By what it is that this thread blocks for: as many requests as there are waits for it inside each other, oldest first. */
  readonly #requests = new Map<string, Completion<unknown>[]>();
  readonly #promises = new WeakMap<Completion<never>, Promise<unknown>>();

  constructor(host: ServiceHost, answering: () => AnsweredCall | undefined = () => undefined) {
    this.host = host;
    this.answering = answering;
  }

  /** Call before anything is sent, so that a refused call leaves nothing behind. */
  mustBlock(call: string, twin: string): void {
    if (!this.host.mayBlock) throw new WouldBlockError(call, twin);
  }

  /**
   * Blocks for something that only one can have at a time. A remote call that runs inside this wait may want the same: were it
   * to queue behind this one, it would wait for code that is buried under it. So whoever is innermost gets what comes first,
   * and those that it buries get what it asked for.
   */
  blockFor<T>(what: string, begin: () => Completion<T>, timeoutMs?: number): T {
    const requests = (this.#requests.get(what) ?? []) as Completion<T>[];
    requests.push(begin());
    this.#requests.set(what, requests as Completion<unknown>[]);
    const deadline = timeoutMs === undefined ? undefined : this.host.now() + timeoutMs;
    try {
      for (;;) {
        const first = requests[0]!;
        try {
          const left = deadline === undefined ? undefined : Math.max(0, Math.ceil(deadline - this.host.now()));
          const value = this.block(first, left);
          if (requests[0] === first) return value;
        } catch (error) {
          if (requests[0] === first) throw error;
        }
        // An inner wait has ended with it, well or badly: another one is this wait's.
      }
    } finally {
      requests.shift();
      if (requests.length === 0) this.#requests.delete(what);
    }
  }

  /** Whether code that is buried under this call is about to get that, too. */
  isAwaited(what: string): boolean {
    return this.#requests.has(what);
  }

  block<T>(completion: Completion<T>, timeoutMs?: number, onTimeout?: () => void): T {
    this.stats.waits++;
    return this.host.wait(completion, timeoutMs, onTimeout);
  }

  /** The asynchronous face: what `begin` throws becomes a rejection too. */
  later<T>(begin: () => Completion<T>, timeoutMs?: number, onTimeout?: () => void): Promise<T> {
    let completion: Completion<T>;
    try {
      completion = begin();
    } catch (error) {
      return Promise.reject(error);
    }
    this.stats.waits++;
    const promise = this.host.waitAsync(completion, timeoutMs, onTimeout);
    this.adopt(completion, promise);
    return promise;
  }

  /** Says which promise the caller holds, so that {@link end} can find it. */
  adopt(completion: Completion<never> | Completion<unknown>, promise: Promise<unknown>): void {
    this.#promises.set(completion as Completion<never>, promise);
  }

  /**
   * Ends a wait whose run is over. Whoever still looks gets the error; that nobody looks any more (the function returned
   * or threw without awaiting it) is no reason to bring the thread down with an unhandled rejection.
   */
  end(completion: Completion<never> | Completion<unknown>, error: IslesError): void {
    this.#promises.get(completion as Completion<never>)?.catch(() => undefined);
    completion.reject(error);
  }
}

/** Rejects the completion with the signal's reason when it aborts, and lets go of the signal when settled. */
export function rejectOnAbort(
  completion: Completion<never> | Completion<unknown>,
  signal: AbortSignal | undefined,
): void {
  if (signal === undefined) return;
  const abort = (): void => void completion.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  completion.onSettled(() => signal.removeEventListener("abort", abort));
}

/** What a forgotten wait is told when its function ends. */
export function runEnded(what: string): UsageError {
  return new UsageError("RUN_ENDED", `${what} was still pending when its function ended; await it before returning`);
}

/** Throws UsageError("BAD_ARGUMENT") unless `value` is an integer of at least `least`. */
export function checkCount(value: number, least: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new UsageError("BAD_ARGUMENT", `${what} must be an integer of at least ${least}, not ${String(value)}`);
}

/** Names are strings: another value would be hashed or compared differently on different sites. */
export function checkName(kind: string, name: string): string {
  if (typeof name === "string") return name;
  throw new UsageError("BAD_ARGUMENT", `the name of a ${kind} is a string, not ${typeof name}`);
}

export function checkOperator(name: string, op: unknown): void {
  if (typeof op === "function") return;
  throw new UsageError("BAD_ARGUMENT", `reduce "${name}" needs an operator: reduce(name, value, (a, b) => …)`);
}
