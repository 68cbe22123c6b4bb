/** One word and one bar for how an app is: the same rules for the list, a group and its page. */
import { t } from '../language.ts';
import type { App, QueueEntry } from './types.ts';

export const STATUSES = ['Running', 'Deploying', 'Suspended', 'Delayed', 'Waiting', 'Stopped'] as const;
export type Status = (typeof STATUSES)[number];

/** What waits in the queue counts before all else. */
export function statusOf(app: App, entry: QueueEntry | undefined): Status {
  if (entry !== undefined) return entry.delay.overdue ? 'Waiting' : 'Delayed';
  if (app.deployments.length > 0) return 'Deploying';
  if (app.tasksRunning > 0) return 'Running';
  return app.instances === 0 ? 'Suspended' : 'Stopped';
}

export const HEALTH_KINDS = ['healthy', 'unhealthy', 'unknown', 'staged', 'over', 'unscheduled'] as const;
export type HealthKind = (typeof HEALTH_KINDS)[number];
export type Health = Readonly<Record<HealthKind, number>>;

export function healthOf(app: App): Health {
  const { tasksHealthy, tasksUnhealthy, tasksRunning, tasksStaged, instances } = app;
  const sum = tasksRunning + tasksStaged;
  return {
    healthy: tasksHealthy,
    unhealthy: tasksUnhealthy,
    unknown: Math.max(0, tasksRunning - tasksHealthy - tasksUnhealthy),
    staged: tasksStaged,
    over: Math.max(0, sum - instances),
    unscheduled: Math.max(0, instances - sum),
  };
}

export function sumOf(all: readonly Health[]): Health {
  const sum = { healthy: 0, unhealthy: 0, unknown: 0, staged: 0, over: 0, unscheduled: 0 };
  for (const each of all) for (const kind of HEALTH_KINDS) sum[kind] += each[kind];
  return sum;
}

const WORDS: Readonly<Record<HealthKind, string>> = {
  healthy: 'healthy',
  unhealthy: 'unhealthy',
  unknown: 'running',
  staged: 'staged',
  over: 'over capacity',
  unscheduled: 'not scheduled',
};

/** `2 healthy, 1 staged`. */
export function healthText(health: Health): string {
  const parts = HEALTH_KINDS.filter((kind) => health[kind] > 0).map(
    (kind) => `${health[kind]} ${t(WORDS[kind])}`,
  );
  return parts.length === 0 ? t('no instances') : parts.join(', ');
}

const WEIGHTS: Health = { unhealthy: 32, over: 16, staged: 8, healthy: 4, unknown: 2, unscheduled: 1 };

/** What is worst comes first when sorted by it. */
export function healthWeight(health: Health): number {
  return HEALTH_KINDS.reduce((sum, kind) => sum + (health[kind] > 0 ? WEIGHTS[kind] : 0), 0);
}
