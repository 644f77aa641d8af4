/** Microseconds that each of `count` calls takes. */
export function timeEach(count: number, operation: (i: number) => void): Float64Array {
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    operation(i);
    times[i] = (performance.now() - start) * 1000;
  }
  return times;
}

/** The same for calls that return promises, each awaited before the next. */
export async function timeEachAwaited(
  count: number,
  operation: (i: number) => PromiseLike<unknown>,
): Promise<Float64Array> {
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await operation(i);
    times[i] = (performance.now() - start) * 1000;
  }
  return times;
}

/** The same for `inFlight` calls at once, `batches` times; microseconds of a batch by the number of its calls. */
export function timeTogether(
  batches: number,
  inFlight: number,
  operation: (i: number) => PromiseLike<unknown>,
): Promise<Float64Array> {
  const ofBatch = () => Promise.all(Array.from({ length: inFlight }, (_, i) => operation(i)));
  return timeEachAwaited(batches, ofBatch).then((times) => times.map((time) => time / inFlight));
}

export const NOTHING = new Float64Array(0);
