/** The `q`-quantile of the samples, by the nearest rank; NaN of none. */
export function quantile(samples: ArrayLike<number>, q: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

export function median(samples: ArrayLike<number>): number {
  return quantile(samples, 0.5);
}

/** All samples of several rounds together. */
export function pooled(rounds: readonly ArrayLike<number>[]): number[] {
  return rounds.flatMap((round) => Array.from(round));
}

/** A figure as it is printed: whole numbers as they are, others with three digits. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 1000 && Math.abs(value) < 1e6 ? value.toFixed(0) : value.toPrecision(3);
}

/** The median of the distances from the median, scaled so that it estimates a standard deviation: outliers hardly count. */
export function robustDeviation(samples: readonly number[]): number {
  const middle = median(samples);
  return 1.4826 * median(samples.map((sample) => Math.abs(sample - middle)));
}
