/** The TaskInfo of an app's instance (spec: marathon.md §25). */
import {
  type CommandInfo,
  type CommandInfoURI,
  type DiscoveryInfo,
  DiscoveryInfoVisibility,
  type ExecutorInfo,
  type Resource,
  type TaskInfo,
} from '../../../../proto/index.ts';
import type { Place } from '../instances/instance.ts';
import { type App, type Fetch, hasOwnExecutor } from '../model/app.ts';
import { reversedName, segmentsOf } from '../model/ids.ts';
import { isLeaderRun, mesosCheck, mesosHealthCheck } from './checks.ts';
import { containerInfoOf } from './container.ts';
import { environmentOf } from './environment.ts';
import type { AssignedPort } from './ports.ts';
import { Shares } from './shares.ts';

const DRAIN_TIMEOUT_SECONDS = 600;

export interface TaskOptions {
  readonly taskId: string;
  readonly place: Place;
  readonly resources: readonly Resource[];
  readonly ports: readonly AssignedPort[];
  readonly number: number;
  readonly envPrefix: string;
  readonly enforceGroupRole: boolean;
  readonly bridgeName: string;
}

export function taskInfoOf(app: App, options: TaskOptions): TaskInfo {
  const { taskId, place, resources, ports } = options;
  const command = commandInfoOf(app, options);
  const container = containerInfoOf(app, ports, taskId, options.bridgeName);
  const health = mesosHealthCheck(app, ports);
  const check = mesosCheck(app, ports);
  const custom = hasOwnExecutor(app);
  const shares = new Shares(resources);
  const ofExecutor = custom ? shares.take({ ...app.executorResources }) : [];
  const grace = app.taskKillGracePeriodSeconds;
  const limits = limitsOf(app);
  const most = app.maxRuntimeSeconds;
  return {
    name: reversedName(app.id),
    task_id: { value: taskId },
    agent_id: { value: place.agentId },
    resources: shares.rest(),
    ...(custom ? { executor: executorOf(app, taskId, command, container, ofExecutor) } : { command }),
    ...(container !== undefined && !custom && { container }),
    ...(health !== undefined && { health_check: health }),
    ...(check !== undefined && { check }),
    ...(grace !== undefined && { kill_policy: { grace_period: { nanoseconds: Math.round(grace * 1e9) } } }),
    ...(most !== undefined && { max_completion_time: { nanoseconds: Math.round(most * 1e9) } }),
    labels: {
      labels: Object.entries({ ...app.labels, ...drainLabel(app), ...healthLabel(app) }).map(labelOf),
    },
    discovery: discoveryOf(app, ports),
    ...(limits !== undefined && { limits }),
  };
}

function commandInfoOf(
  app: App,
  { taskId, place, ports, number, envPrefix, enforceGroupRole }: TaskOptions,
): CommandInfo {
  const { hostname } = place;
  const variables = environmentOf(app, ports, {
    taskId,
    hostname,
    number,
    prefix: envPrefix,
    enforceGroupRole,
  });
  return {
    ...(app.cmd !== undefined && { shell: true, value: app.cmd }),
    ...(app.cmd === undefined && argvOf(app)),
    uris: app.fetch.map(uriOf),
    environment: { variables },
    ...(app.user !== undefined && { user: app.user }),
  };
}

/** With an image the arguments are its entry point's; without, the first one is the program. */
function argvOf({ args = [], container }: App): Pick<CommandInfo, 'shell' | 'value' | 'arguments'> {
  if (container?.docker?.image !== undefined) return { shell: false, arguments: [...args] };
  const [program = ''] = args;
  return { shell: false, value: program, arguments: [...args] };
}

export function uriOf({ uri, extract, executable, cache, destPath }: Fetch): CommandInfoURI {
  return { value: uri, extract, executable, cache, ...(destPath !== undefined && { output_file: destPath }) };
}

function executorOf(
  app: App,
  taskId: string,
  command: CommandInfo,
  container: ExecutorInfo['container'],
  resources: Resource[],
): ExecutorInfo {
  const value = `chmod ug+rx '${app.executor}' && exec '${app.executor}' ${app.cmd ?? (app.args ?? []).join(' ')}`;
  return {
    executor_id: { value: `marathon-${taskId}` },
    name: segmentsOf(app.executor).at(-1) ?? app.executor,
    command: { ...command, shell: true, value: value.trim() },
    ...(resources.length > 0 && { resources }),
    ...(container !== undefined && { container }),
  };
}

function discoveryOf(app: App, ports: readonly AssignedPort[]): DiscoveryInfo {
  return {
    visibility: DiscoveryInfoVisibility.FRAMEWORK,
    name: reversedName(app.id),
    ports: {
      ports: ports.flatMap(({ hostPort, containerPort, name, protocol, labels }) =>
        protocol.split(',').map((each) => ({
          number: hostPort ?? containerPort ?? 0,
          ...(name !== undefined && { name }),
          protocol: each,
          labels: {
            labels: [
              ...Object.entries(labels).map(([key, value]) => ({ key, value })),
              { key: 'network-scope', value: hostPort === undefined ? 'container' : 'host' },
            ],
          },
        })),
      ),
    },
  };
}

function labelOf([key, value]: readonly [string, string]): { key: string; value: string } {
  return { key, value };
}

/** The master waits with the drain of an agent for tasks that have it. */
export function drainLabel({ disruptionBudget }: Pick<App, 'disruptionBudget'>): Record<string, string> {
  if (disruptionBudget === undefined) return {};
  const { drainTimeoutSeconds = DRAIN_TIMEOUT_SECONDS } = disruptionBudget;
  return { MESOSTATE_DRAIN_WAIT_SECONDS: String(drainTimeoutSeconds) };
}

/** The agent says that the task is healthy after so many checks that passed in a row. */
function healthLabel({ healthChecks }: App): Record<string, string> {
  const { minConsecutiveSuccesses } = healthChecks.find((each) => !isLeaderRun(each)) ?? {};
  return minConsecutiveSuccesses === undefined
    ? {}
    : { MESOSTATE_MIN_CONSECUTIVE_SUCCESSES: String(minConsecutiveSuccesses) };
}

export function limitsOf({ resourceLimits }: Pick<App, 'resourceLimits'>): TaskInfo['limits'] {
  if (resourceLimits === undefined) return undefined;
  const limits = Object.entries(resourceLimits).map(([name, limit]) => [
    name,
    { value: limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit) },
  ]);
  return limits.length === 0 ? undefined : Object.fromEntries(limits);
}
