/** How long a failed job's result may wait to be asked for before a warning says that it failed, in milliseconds. */
export const UNHEARD_AFTER_MS = 1_000;

/** A function that was started on a site and goes on beside whoever started it. */
export interface Job<R> {
  readonly name: string;
  /** Where it runs. */
  readonly site: number;
  /** Why there, in words. */
  readonly reason: string;
  /**
   * What it returns; rejects with what it throws. May be left alone: a failure of which nobody asks within a second is said as
   * a warning, and ends nothing.
   */
  readonly result: Promise<R>;
}

/** The same as a site that started it sees it: it may also block for the result. */
export interface SiteJob<R> extends Job<R> {
  /** Waits for the result as a blocking call does: the site serves others meanwhile. Throws what the function throws. */
  wait(): R;
}

/** Says that something failed of which nobody hears. */
export type Report = (what: string, error: unknown) => void;

/** Known to whoever watches whether somebody takes it. To the platform a promise like others: what `then` returns is plain. */
class WatchedPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  onTaken: (() => void) | undefined;

  // biome-ignore lint/suspicious/noThenProperty: it is a promise, and `await` calls this
  override then<A = T, B = never>(
    onResult?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.onTaken?.();
    return super.then(onResult, onError);
  }
}

/** The result of a job: a promise whose failure is reported if nobody takes it. */
export function heard<T>(result: Promise<T>, what: string, report: Report): { promise: Promise<T>; taken(): void } {
  let isTaken = false;
  let timer: NodeJS.Timeout | undefined;
  const taken = (): void => {
    isTaken = true;
    clearTimeout(timer);
  };
  const promise = new WatchedPromise<T>((resolve, reject) => {
    result.then(resolve, (error: unknown) => {
      if (!isTaken) {
        timer = setTimeout(() => report(what, error), UNHEARD_AFTER_MS);
        timer.unref();
      }
      reject(error);
    });
  });
  promise.then(undefined, () => undefined); // forgotten, it ends no thread
  promise.onTaken = taken;
  return { promise, taken };
}
