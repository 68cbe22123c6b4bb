import os from 'node:os';
import type { MetricsRegistry } from './registry.ts';

/** What a node tells of its machine, named as in `/system/stats.json`. */
export interface SystemStats {
  readonly avg_load_1min: number;
  readonly avg_load_5min: number;
  readonly avg_load_15min: number;
  readonly cpus_total: number;
  readonly mem_total_bytes: number;
  readonly mem_free_bytes: number;
}

/** The machine as it is now. */
export function systemStats(): SystemStats {
  const [load1 = 0, load5 = 0, load15 = 0] = os.loadavg();
  return {
    avg_load_1min: load1,
    avg_load_5min: load5,
    avg_load_15min: load15,
    cpus_total: os.availableParallelism(),
    mem_total_bytes: os.totalmem(),
    mem_free_bytes: os.freemem(),
  };
}

/**
 * Adds the gauges that every node has.
 * @param stats where they come from: another function in simulations
 */
export function addSystemGauges(registry: MetricsRegistry, stats: () => SystemStats = systemStats): void {
  registry.gauge('system/load_1min', () => stats().avg_load_1min, 'Load average over a minute');
  registry.gauge('system/load_5min', () => stats().avg_load_5min, 'Load average over five minutes');
  registry.gauge('system/load_15min', () => stats().avg_load_15min, 'Load average over a quarter of an hour');
  registry.gauge('system/cpus_total', () => stats().cpus_total, 'Number of CPUs');
  registry.gauge('system/mem_total_bytes', () => stats().mem_total_bytes, 'Memory of the machine');
  registry.gauge('system/mem_free_bytes', () => stats().mem_free_bytes, 'Memory that is not in use');
}
