import { ClosedError, Completion } from "@isles/base";
import { CallLostError } from "./errors.ts";
import type { Session } from "./session.ts";
import type { Manner } from "./stub-state.ts";

/** Says what a call is, in words; asked only when something is to be said about it. */
export interface Labels {
  /** With where it went: `counter.increment on site 2`. */
  labelOf(target: unknown, member: string): string;
  /** Without: `counter.increment`. */
  nameOf(target: unknown, member: string): string;
}

/** A call of this endpoint that has not been answered. */
export class OutgoingCall extends Completion<unknown> {
  /** It is itself the reason of the wait for it, so that a call allocates none. */
  readonly kind = "call";
  override readonly isCall = true;
  /** Unique for its peer, never used again; 0 until the call is sent. */
  id = 0;
  readonly manner: Manner;
  readonly #member: string;
  /** The run that made it: when that is given up, so is the call. */
  readonly group: number;
  /** The message it went into: as long as that has not left, the peer cannot have begun with it. */
  batch = 0;
  /** Milliseconds it may take; a thread that blocks for it keeps the time itself. */
  timeoutMs: number | undefined = undefined;
  /** Where it went, once it is sent. */
  session: Session | undefined = undefined;
  hasFailed = false;
  error: unknown = undefined;
  readonly #labels: Labels;
  readonly #target: unknown;
  #onResult: ((value: unknown) => void) | undefined = undefined;
  #onError: ((error: unknown) => void) | undefined = undefined;
  #promise: Promise<unknown> | undefined = undefined;

  constructor(labels: Labels, target: unknown, member: string, manner: Manner, group: number) {
    super("");
    this.#labels = labels;
    this.#target = target;
    this.#member = member;
    this.manner = manner;
    this.group = group;
  }

  override get label(): string {
    return this.#labels.labelOf(this.#target, this.#member);
  }

  // WaitReason

  get method(): string {
    return this.#labels.nameOf(this.#target, this.#member);
  }

  get to(): number {
    return this.session?.peer ?? -1;
  }

  get call(): number {
    return this.id;
  }

  /** Whose promise it settles. */
  tell(onResult: (value: unknown) => void, onError: (error: unknown) => void, promise: Promise<unknown>): void {
    this.#promise = promise;
    if (!this.settled) {
      this.#onResult = onResult;
      this.#onError = onError;
    } else if (this.hasFailed) onError(this.error);
    else onResult(this.take());
  }

  override promise(): Promise<unknown> {
    return this.#promise ?? super.promise();
  }

  override resolve(value: unknown): boolean {
    const isFirst = super.resolve(value);
    if (isFirst) this.#onResult?.(value);
    return isFirst;
  }

  override reject(error: unknown): boolean {
    if (this.settled) return false;
    this.hasFailed = true;
    this.error = error;
    super.reject(error);
    this.#onError?.(error);
    return true;
  }

  /** That it fails is no news to anybody: its promise may be forgotten. */
  excuse(): void {
    this.#promise?.catch(() => undefined);
  }

  /** The outcome is that of a promise. */
  follow(promise: PromiseLike<unknown>): this {
    promise.then(
      (value) => this.resolve(value),
      (error: unknown) => this.failWith(error),
    );
    return this;
  }

  /** Fails for the reason for which something that it needed first did. */
  failWith(error: unknown): void {
    if (isEndOfAll(error)) this.excuse();
    this.reject(error);
  }
}

/** A session or the cluster has ended, and with it every call, also those that nobody awaits any more. */
export function isEndOfAll(error: unknown): boolean {
  return error instanceof ClosedError || error instanceof CallLostError;
}
