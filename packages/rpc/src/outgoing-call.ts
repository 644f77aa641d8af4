import { Completion } from "@isles/base";
import type { Session } from "./session.ts";
import type { Manner } from "./stub-state.ts";

/** A call of this endpoint that has not been answered. */
export class OutgoingCall extends Completion<unknown> {
  /** Unique for its peer, never used again; 0 until the call is sent. */
  id = 0;
  readonly manner: Manner;
  /** The run that made it: when that is given up, so is the call. */
  readonly group: number;
  #isObserved = false;
  /** A failure at which nobody has looked yet, as a rejection that the platform will report unless somebody does. */
  #forgotten: Promise<never> | undefined;
  /** The message it went into: as long as that has not left, the peer cannot have begun with it. */
  batch = 0;
  /** Milliseconds it may take; a thread that blocks for it keeps the time itself. */
  timeoutMs: number | undefined;
  /** Where it went, once it is sent. */
  session: Session | undefined;
  /** The call on whose result it was made. */
  base: OutgoingCall | undefined;

  #error: { readonly value: unknown } | undefined;

  constructor(label: string, manner: Manner, group: number) {
    super(label);
    this.manner = manner;
    this.group = group;
  }

  get hasFailed(): boolean {
    return this.settled && this.#error !== undefined;
  }

  get error(): unknown {
    return this.#error?.value;
  }

  override reject(error: unknown): boolean {
    if (!this.settled) this.#error = { value: error };
    return super.reject(error);
  }

  /** Somebody looks at the outcome: a failure need not be reported in another way. */
  observe(): void {
    this.#isObserved = true;
    this.#forgotten?.catch(() => undefined);
  }

  /** Rejects; what nobody looks at is reported as the platform reports every forgotten rejection. */
  fail(error: unknown): void {
    if (this.reject(error) && !this.#isObserved) this.#forgotten = Promise.reject(error);
  }

  /** Rejects without a report: whole sessions end so, and every call in them. */
  end(error: unknown): void {
    this.reject(error);
  }

  /** The outcome is that of a promise. */
  follow(promise: PromiseLike<unknown>): this {
    promise.then(
      (value) => this.resolve(value),
      (error: unknown) => this.fail(error),
    );
    return this;
  }
}
