import {
  type AnsweredCall,
  type Completion,
  type IslesError,
  Spending,
  UsageError,
  WouldBlockError,
} from "@isles/base";
import type { ServiceHost } from "@isles/transport";
import type { SyncStats } from "./stats.ts";

/** Ways a wait may end early. `timeoutMs` in milliseconds, default: no limit. */
export interface WaitOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Whose request it is. */
export interface Asked {
  group: number;
  call: AnsweredCall | undefined;
}

/** Waits of this thread inside each other for the same, outermost first, and as many requests for it, oldest first. */
interface Contest {
  readonly requests: Completion<unknown>[];
  readonly callers: Readonly<Asked>[];
}

/** The two faces of every call that waits: the one implementation is whatever made the completion. */
export class Waits {
  readonly host: ServiceHost;
  /**
   * The call that the code running now answers, or the process whose step it is; undefined if it certainly is neither, but a
   * function that the launcher started. Where that cannot be told, one that stands for all that it may be.
   */
  readonly answering: () => AnsweredCall | undefined;
  readonly stats: SyncStats = { waits: 0, acquisitions: 0, handOffs: 0 };
  /** Find whose request a completion answers: the tables of those services whose waits may take each other's requests. */
  readonly requestsOf: ((completion: Completion<unknown>) => Asked | undefined)[] = [];
  /** By what it is that this thread blocks for. */
  readonly #contests = new Map<string, Contest>();
  readonly #promises = new WeakMap<Completion<never>, Promise<unknown>>();

  constructor(host: ServiceHost, answering: () => AnsweredCall | undefined = () => undefined) {
    this.host = host;
    this.answering = answering;
  }

  /** The run whose names the code running now means: a process belongs to none, and shares those of singly started functions. */
  get namesOf(): number {
    return isProcess(this.answering()) ? 0 : this.host.group.id;
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
    const contest = this.#contests.get(what) ?? { requests: [], callers: [] };
    const requests = contest.requests as Completion<T>[];
    requests.push(begin());
    contest.callers.push({ group: this.host.group.id, call: this.answering() });
    this.#contests.set(what, contest);
    if (requests.length > 1) this.#passOn(contest);
    const deadline = timeoutMs === undefined ? undefined : this.host.now() + timeoutMs;
    try {
      for (;;) {
        const first = requests[0]!;
        try {
          const left = deadline === undefined ? undefined : Math.max(0, Math.ceil(deadline - this.host.now()));
          const value = this.block(first, left, undefined, Spending.Lock);
          if (requests[0] === first) return value;
        } catch (error) {
          if (requests[0] === first) throw error;
        }
        // An inner wait has ended with it, well or badly: another one is this wait's.
      }
    } finally {
      requests.shift();
      contest.callers.pop();
      if (requests.length === 0) this.#contests.delete(what);
    }
  }

  /** The innermost wait gets the oldest request, and so on outwards: each request is now that of whoever will get it. */
  #passOn({ requests, callers }: Contest): void {
    requests.forEach((completion, at) => {
      for (const requestOf of this.requestsOf) {
        const asked = requestOf(completion);
        if (asked !== undefined) Object.assign(asked, callers[callers.length - 1 - at]);
      }
    });
  }

  /** Whether code that is buried under this call is about to get that, too. */
  isAwaited(what: string): boolean {
    return this.#contests.has(what);
  }

  block<T>(completion: Completion<T>, timeoutMs?: number, onTimeout?: () => void, spending?: Spending): T {
    this.stats.waits++;
    return this.host.wait(completion, timeoutMs, onTimeout, spending);
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

  /** The same for what tells others something: what was written here becomes known first. */
  laterReleased<T>(begin: () => Completion<T>): Promise<T> {
    return this.later(() => {
      this.host.releaseWrites();
      return begin();
    });
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

/** What a forgotten wait is told when its process is killed. */
export function processEnded(what: string): UsageError {
  return new UsageError("PROCESS_ENDED", `${what} was still pending when its process ended`);
}

/** Whether code that runs for it is a process's, which owns what it takes wherever it is. */
export function isProcess(owner: AnsweredCall | undefined): boolean {
  return owner?.isSuspended !== undefined;
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
