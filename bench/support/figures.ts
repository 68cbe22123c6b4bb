/** What a suite measures, and how it is told to the runner. */
import { Bench } from 'tinybench';

export interface Figure {
  readonly suite: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** 99th percentile in the same unit, where a distribution was measured. */
  readonly p99?: number;
  /** The figure of the same run this one is held against, by name. */
  readonly beside?: string;
}

/** Sends the figures to the runner, or prints them when the suite runs alone. */
export function publish(figures: readonly Figure[]): void {
  if (process.send !== undefined) process.send({ figures });
  else console.table(figures);
}

export interface Batch {
  readonly name: string;
  readonly unit: string;
  readonly beside?: string;
  /** Operations one call of `run` does: enough that a call takes 10 µs or more. */
  readonly size: number;
  run(): void | Promise<void>;
}

/** Measures batches with tinybench, one after the other; operations a second from the median batch. */
export async function measure(suite: string, batches: readonly Batch[], timeMs = 1000): Promise<Figure[]> {
  const bench = new Bench({ time: timeMs, iterations: 8, warmupTime: 200, warmupIterations: 2 });
  for (const batch of batches) bench.add(batch.name, () => batch.run());
  await bench.run();
  return batches.map((batch, i) => {
    const result = bench.tasks[i]?.result;
    if (result === undefined || !('latency' in result)) {
      const error = result !== undefined && 'error' in result ? result.error.message : 'no result';
      throw new Error(`${suite}: '${batch.name}' was not measured: ${error}`);
    }
    return {
      suite,
      name: batch.name,
      value: (batch.size / result.latency.p50) * 1000,
      p99: (batch.size / result.latency.p99) * 1000,
      unit: batch.unit,
      ...(batch.beside !== undefined && { beside: batch.beside }),
    };
  });
}

/** Percentile of a sample (0…1), by nearest rank. */
export function percentile(sample: readonly number[], p: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}
