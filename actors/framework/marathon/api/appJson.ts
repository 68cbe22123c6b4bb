/** Apps, their instances and tasks as clients read them (spec: marathon.md §2.1, §5.1). */
import { isoTime } from '../events/bus.ts';
import type { Instance } from '../instances/instance.ts';
import type { Marathon } from '../marathon.ts';
import { type App, servicePortsOf } from '../model/app.ts';
import { legacyMembers } from '../model/legacy.ts';
import { isApp, isOutdated, type Spec } from '../model/spec.ts';
import { whyWaiting } from './waiting.ts';

export interface Embeds {
  readonly counts: boolean;
  readonly tasks: boolean;
  readonly deployments: boolean;
  readonly lastTaskFailure: boolean;
  readonly taskStats: boolean;
  readonly readiness: boolean;
  /** Ours: why it waits, numbers of instances. */
  readonly extended: boolean;
}

export const LIST_EMBEDS: Embeds = {
  counts: true,
  tasks: false,
  deployments: true,
  lastTaskFailure: false,
  taskStats: false,
  readiness: false,
  extended: false,
};
export const SINGLE_EMBEDS: Embeds = { ...LIST_EMBEDS, tasks: true, lastTaskFailure: true };
export const NO_EMBEDS: Embeds = { ...LIST_EMBEDS, counts: false, deployments: false };

/** What `embed` asks for besides. @param prefix `apps.`, `app.` or `group.apps.` */
export function embedsOf(given: readonly string[], prefixes: readonly string[], base: Embeds): Embeds {
  const asked = new Set(
    given.flatMap((each) => {
      const prefix = prefixes.find((start) => each.startsWith(start));
      return prefix === undefined ? [] : [each.slice(prefix.length)];
    }),
  );
  const failures = asked.has('failures');
  return {
    counts: base.counts || asked.has('counts'),
    tasks: base.tasks || failures || asked.has('tasks'),
    deployments: base.deployments || failures || asked.has('deployments'),
    lastTaskFailure: base.lastTaskFailure || failures || asked.has('lastTaskFailure'),
    taskStats: base.taskStats || asked.has('taskStats'),
    readiness: base.readiness || asked.has('readiness'),
    extended: base.extended,
  };
}

/** The definition alone, without what is empty unless clients of old ask for that. */
export function definitionJson(app: App, legacy: boolean): Readonly<Record<string, unknown>> {
  return legacy ? { ...app, ...legacyMembers(app) } : { ...app };
}

export function appJson(
  marathon: Marathon,
  app: App,
  embeds: Embeds,
  legacy: boolean,
): Readonly<Record<string, unknown>> {
  const { deployments, failures, readiness } = marathon;
  const deployment = deployments.of(app.id);
  const failure = embeds.lastTaskFailure ? failures.of(app.id) : undefined;
  const stats = embeds.taskStats ? statsOf(marathon, app) : undefined;
  const why = embeds.extended ? whyWaiting(marathon, app.id) : undefined;
  return {
    ...definitionJson(app, legacy),
    ...(embeds.counts && countsOf(marathon, app.id)),
    ...(embeds.deployments && { deployments: deployment === undefined ? [] : [{ id: deployment.id }] }),
    ...(embeds.tasks && { tasks: tasksOf(marathon, app.id, embeds.extended) }),
    ...(failure !== undefined && { lastTaskFailure: failure }),
    ...(embeds.readiness && { readinessCheckResults: readiness.resultsOf(app.id) }),
    ...(stats !== undefined && { tasksStats: stats, taskStats: stats }),
    ...(why !== undefined && { whyWaiting: why }),
  };
}

const STAGED: ReadonlySet<string> = new Set(['provisioned', 'staging', 'starting']);

/** Instances without checks, or before their first result, are neither healthy nor unhealthy. */
export function countsOf(marathon: Marathon, service: string): Readonly<Record<string, number>> {
  return countsOfAll(marathon, marathon.instances.of(service));
}

function countsOfAll(
  { instances, keeper, health }: Marathon,
  all: readonly Instance[],
): Readonly<Record<string, number>> {
  const counts = { tasksStaged: 0, tasksRunning: 0, tasksHealthy: 0, tasksUnhealthy: 0 };
  for (const instance of all) {
    const state = instances.state(instance);
    if (STAGED.has(state)) counts.tasksStaged++;
    if (state === 'running' || state === 'killing') counts.tasksRunning++;
    if (state !== 'running' || !health.isWatched(instance)) continue;
    const healthy = keeper.healthOf(instance);
    if (healthy === true) counts.tasksHealthy++;
    if (healthy === false) counts.tasksUnhealthy++;
  }
  return counts;
}

function statsOf(marathon: Marathon, app: App): Readonly<Record<string, object>> {
  const all = marathon.instances.of(app.id).filter((each) => marathon.instances.alive(each));
  const nowMs = marathon.context.clock.now();
  const groups: Readonly<Record<string, readonly Instance[]>> = {
    startedAfterLastScaling: all.filter(({ version }) => version >= app.versionInfo.lastScalingAt),
    withLatestConfig: all.filter((each) => !isOutdated(each, app)),
    withOutdatedConfig: all.filter((each) => isOutdated(each, app)),
    totalSummary: all,
  };
  const entries = Object.entries(groups).filter(([, some]) => some.length > 0);
  return Object.fromEntries(
    entries.map(([name, some]) => {
      const { tasksStaged, tasksRunning, tasksHealthy, tasksUnhealthy } = countsOfAll(marathon, some);
      const counts = {
        staged: tasksStaged,
        running: tasksRunning,
        healthy: tasksHealthy,
        unhealthy: tasksUnhealthy,
      };
      const ages = some.flatMap(({ startedAtMs }) =>
        startedAtMs === undefined ? [] : [(nowMs - startedAtMs) / 1000],
      );
      return [name, { stats: { counts, ...(ages.length > 0 && { lifeTime: lifeTime(ages) }) } }];
    }),
  );
}

function lifeTime(ages: readonly number[]): { averageSeconds: number; medianSeconds: number } {
  const sorted = [...ages].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { averageSeconds: ages.reduce((sum, age) => sum + age, 0) / ages.length, medianSeconds: median };
}

/** Tasks of a service's instances; those of pods are no tasks of the API. */
export function tasksOf(marathon: Marathon, service: string, extended = false): object[] {
  const spec = marathon.specNow(service);
  if (spec !== undefined && !isApp(spec)) return [];
  return marathon.instances
    .of(service)
    .filter((each) => marathon.instances.alive(each))
    .map((instance) => taskJson(marathon, instance, spec, extended));
}

export function taskJson(
  marathon: Marathon,
  instance: Instance,
  spec: Spec | undefined,
  extended = false,
): object {
  const { place, tasks, stagedAtMs, startedAtMs, volumes } = instance;
  const [task] = tasks;
  const app = spec !== undefined && isApp(spec) ? spec : undefined;
  const results = marathon.health.resultsOf(instance);
  return {
    appId: instance.service,
    id: task?.id ?? instance.id,
    host: place?.hostname ?? '',
    ports: instance.hostPorts.filter((port) => port !== 0),
    servicePorts: app === undefined ? [] : servicePortsOf(app),
    slaveId: place?.agentId ?? '',
    state: task?.state ?? 'TASK_STAGING',
    ...(stagedAtMs !== undefined && { stagedAt: isoTime(stagedAtMs) }),
    ...(startedAtMs !== undefined && { startedAt: isoTime(startedAtMs) }),
    version: instance.version,
    ipAddresses: task?.ipAddresses ?? [],
    ...(results.length > 0 && { healthCheckResults: results }),
    ...(task?.checkResult !== undefined && { checkResult: task.checkResult }),
    ...(volumes.length > 0 && {
      localVolumes: volumes.map((volume) => ({ runSpecId: instance.service, ...volume })),
    }),
    ...(place?.region !== undefined && { region: place.region }),
    ...(place?.zone !== undefined && { zone: place.zone }),
    role: instance.role,
    ...(extended && {
      instanceNumber: instance.number,
      ...(instance.snoozedUntilMs !== undefined && {
        healthChecksSnoozedUntil: isoTime(instance.snoozedUntilMs),
      }),
      ...(spec !== undefined && { outdated: isOutdated(instance, spec) }),
    }),
  };
}
