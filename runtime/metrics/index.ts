/** Counters, gauges and timers of a node, in Mesos' and in Prometheus' form. */
export { Counter, PushGauge } from './counter.ts';
export { MetricsGroup } from './group.ts';
export { EXPOSITION_TYPE, exposition } from './prometheus.ts';
export { type Metric, MetricsRegistry, type PullGauge, type TimerOptions } from './registry.ts';
export type { Statistics } from './statistics.ts';
export { addSystemGauges, type SystemStats, systemStats } from './system.ts';
export { Timer } from './timer.ts';
