import type { WaitReason } from "./wait-reason.ts";

/**
 * One pending outcome with two faces: a blocked thread looks at `settled` between pumps, an asynchronous caller takes
 * `promise()`. A promise alone would not do, because it cannot be observed without returning to the event loop.
 */
export class Completion<T> {
  /** Who must act for it to settle, if that is known and nothing else can: what the deadlock analysis reads. */
  reason: WaitReason | undefined = undefined;
  settled = false;
  /** It is the answer to a remote call, and calls back that came before it are to run before it is seen. */
  readonly isCall: boolean = false;
  #value: T | undefined;
  #error: unknown;
  #failed = false;
  #listeners: (() => void)[] | undefined;

  readonly #label: string;

  constructor(label: string) {
    this.#label = label;
  }

  /** What is being waited for, in words that complete "while waiting for …". */
  get label(): string {
    return this.#label;
  }

  /** Settles once; later calls change nothing and return false. */
  resolve(value: T): boolean {
    if (this.settled) return false;
    this.#value = value;
    this.#settle();
    return true;
  }

  reject(error: unknown): boolean {
    if (this.settled) return false;
    this.#error = error;
    this.#failed = true;
    this.#settle();
    return true;
  }

  /** The outcome of a settled completion: returns its value or throws its error. */
  take(): T {
    if (!this.settled) throw new Error(`not settled yet: ${this.label}`);
    if (this.#failed) throw this.#error;
    return this.#value as T;
  }

  /** Runs `listener` when settled (at once if it already is). */
  onSettled(listener: () => void): void {
    if (this.settled) listener();
    else if (this.#listeners === undefined) this.#listeners = [listener];
    else this.#listeners.push(listener);
  }

  promise(): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.onSettled(() => (this.#failed ? reject(this.#error) : resolve(this.#value as T)));
    });
  }

  #settle(): void {
    this.settled = true;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners !== undefined) for (const listener of listeners) listener();
  }
}
