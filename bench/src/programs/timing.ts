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

export const NOTHING = new Float64Array(0);
