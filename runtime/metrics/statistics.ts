/** What `/metrics/snapshot` tells of the samples of a window, by the suffix of the name. */
export interface Statistics {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
}

/** @returns undefined for fewer than two samples, of which libprocess tells nothing */
export function statisticsOf(samples: readonly number[]): Statistics | undefined {
  if (samples.length < 2) return undefined;
  const sorted = Float64Array.from(samples).sort();
  return {
    count: sorted.length,
    min: sorted[0] ?? 0,
    max: sorted[sorted.length - 1] ?? 0,
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    p999: percentile(sorted, 0.999),
    p9999: percentile(sorted, 0.9999),
  };
}

/** Linear interpolation between the two nearest ranks. */
function percentile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const index = Math.floor(position);
  const below = sorted[index] ?? 0;
  const above = sorted[index + 1] ?? below;
  return below + (position - index) * (above - below);
}
