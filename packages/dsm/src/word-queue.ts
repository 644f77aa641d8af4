import type { Completion } from "@isles/base";
import type { WordWait } from "./sync/words.ts";

/** The queues behind `SharedArray.wait` and `notify` (a futex, without its kernel): one per word somebody waits on. */
export interface WordQueue {
  /** Queues this site on the word. The caller keeps the word's page until `enqueued`, so no store can slip between. */
  enqueue(key: string): WordWait;
  /** Wakes up to `count` waiters in the order they came; settles with how many there were. */
  notify(key: string, count: number): Completion<number>;
}

/** Ends a wait whose time is up: `whenLeft(true)` if it left the queue, `whenLeft(false)` if it had been woken just before. */
export function leaveQueue(wait: WordWait, whenLeft: (left: boolean) => void): void {
  const cancelled = wait.cancel();
  cancelled.onSettled(() => {
    try {
      whenLeft(cancelled.take());
      wait.woken.resolve("ok");
    } catch (error) {
      wait.woken.reject(error); // the word's home is lost
    }
  });
}

/** A time limit as `Atomics.wait` takes it: NaN is no limit. */
export function limitOf(timeoutMs: number | undefined): number | undefined {
  return timeoutMs === undefined || Number.isNaN(timeoutMs) ? undefined : timeoutMs;
}
