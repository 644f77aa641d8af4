export type Log = (...values: unknown[]) => void;

interface Counter {
  left: number;
}

export function* countdown(log: Log, n: number): Generator<number, string> {
  const counter: Counter = { left: n };
  while (counter.left > 0) {
    log(counter.left);
    yield counter.left--;
  }
  return "done";
}

export function* thrower(log: Log): Generator<number> {
  const breaks = (value: string | undefined): number => (value as string).length;
  log("a");
  const length = [1, breaks(undefined)];
  yield length[0] ?? 0;
}
