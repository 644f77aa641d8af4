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
