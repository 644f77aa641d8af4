/** Bytes that can move to another thread. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** What every way to call another thread is measured on. */
export interface Echo {
  next(n: number): number;
  /** The value itself. */
  echo<T>(value: T): T;
  /** The same, moved back to the caller. */
  give(bytes: Bytes): Bytes;
}

/** `move` marks a result as one whose `transfer` moves. */
export function echoService(move: (bytes: Bytes, transfer: ArrayBuffer[]) => Bytes): Echo {
  return {
    next: (n) => n + 1,
    echo: (value) => value,
    give: (bytes) => move(bytes, [bytes.buffer]),
  };
}
