import { UsageError } from "@isles/base";

/** What `yield receive()` asks for. */
export class Receive {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }
}

/**
 * In a process: `const message = yield receive()` waits for the next message that somebody has sent it by
 * {@link ProcessHandle.send}, in the order sent; other processes run meanwhile, and it may move. After `timeoutMs` milliseconds the
 * `yield` throws TimeoutError. Throws UsageError for a timeout that is no number of at least 0.
 */
export function receive(options: { readonly timeoutMs?: number } = {}): Receive {
  const { timeoutMs = Infinity } = options;
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 0))
    throw new UsageError("BAD_ARGUMENT", `receive: timeoutMs is a number of at least 0, not ${String(timeoutMs)}`);
  return new Receive(timeoutMs);
}
