/** The JSON of tasks and executors in the older endpoints of the agent (v1-operator-api.md §6 and §8). */

import { enumName } from '../../../proto/enums.ts';
import {
  type ContainerStatus,
  ExecutorInfoType,
  FrameworkInfoCapabilityType,
  type Labels,
  type Resource,
  TaskState,
  type TaskStatus,
} from '../../../proto/generated/types/v1.ts';
import { Double, RawJson, toJsonText } from '../../../proto/json.ts';
import { legacyResources, Resources } from '../../../proto/resources/index.ts';
import { veiledCommand, veiledContainer } from '../../../proto/secrets.ts';
import {
  allocationRole,
  type ExecutorEntry,
  executorId,
  type FrameworkEntry,
  type TaskEntry,
} from '../tables/entries.ts';
import type { Tables } from '../tables/tables.ts';
import type { Viewer } from './viewer.ts';

/** A member that is left out when there is nothing to say. */
function message(typeName: string, value: object | undefined): RawJson | undefined {
  return value === undefined ? undefined : new RawJson(toJsonText(typeName, value));
}

function labelsBlock(labels: Labels | undefined): readonly object[] | undefined {
  return labels?.labels?.map((label) => message('mesos.v1.Label', label) ?? {});
}

function resourcesBlock(resources: readonly Resource[] | undefined): object {
  return legacyResources(Resources.of(resources));
}

function statusBlock(status: TaskStatus): object {
  return {
    state: enumName(TaskState, status.state),
    timestamp: new Double(status.timestamp ?? 0),
    labels: labelsBlock(status.labels),
    container_status: containerStatusBlock(status.container_status),
    healthy: status.healthy,
  };
}

function containerStatusBlock(status: ContainerStatus | undefined): object | undefined {
  if (status === undefined) return undefined;
  return {
    container_id: message('mesos.v1.ContainerID', status.container_id),
    network_infos: status.network_infos?.map((info) => message('mesos.v1.NetworkInfo', info)),
    cgroup_info: message('mesos.v1.CgroupInfo', status.cgroup_info),
  };
}

/** A task that its executor has, or had. */
function taskBlock(tables: Tables, agentId: string, task: TaskEntry): object {
  const { info, executor } = task;
  return {
    id: task.id,
    name: info.name,
    framework_id: executor.framework.id,
    executor_id: executor.forCommandTask ? '' : executorId(executor),
    slave_id: agentId,
    state: enumName(TaskState, tables.stateOf(task)),
    resources: resourcesBlock(info.resources),
    limits:
      info.limits &&
      Object.fromEntries(Object.entries(info.limits).map(([k, v]) => [k, new Double(v.value)])),
    role: allocationRole(info.resources) ?? '*',
    statuses: task.statuses.map(statusBlock),
    user: info.command?.user,
    labels: labelsBlock(info.labels),
    discovery: message('mesos.v1.DiscoveryInfo', info.discovery),
    container: message('mesos.v1.ContainerInfo', veiledContainer(info.container)),
    health_check: message('mesos.v1.HealthCheck', info.health_check),
  };
}

/** A task that waits for its executor. */
function queuedTaskBlock(agentId: string, task: TaskEntry): object {
  const { info, executor } = task;
  return {
    id: task.id,
    name: info.name,
    slave_id: agentId,
    resources: resourcesBlock(info.resources),
    role: allocationRole(info.resources) ?? '*',
    command: message('mesos.v1.CommandInfo', veiledCommand(info.command)),
    executor_id: executor.forCommandTask ? '' : executorId(executor),
    discovery: message('mesos.v1.DiscoveryInfo', info.discovery),
  };
}

function executorBlock(tables: Tables, agentId: string, executor: ExecutorEntry, viewer: Viewer): object {
  const { info } = executor;
  const seen = (list: Iterable<TaskEntry>) => [...list].filter((task) => viewer.seesTask(task));
  const tasks = seen(executor.tasks.values());
  const live = tasks.filter((task) => tables.isLive(task));
  const delivered = live.filter((task) => !tables.isUndelivered(task));
  const queued = live.filter((task) => tables.isUndelivered(task));
  const over = [...seen(executor.completed), ...tasks.filter((task) => !tables.isLive(task))];
  const resources = [info.resources, ...delivered.map((task) => task.info.resources)].flatMap(
    (list) => list ?? [],
  );
  return {
    id: executorId(executor),
    name: info.name ?? '',
    source: info.source ?? '',
    container: executor.containerId,
    directory: executor.directory,
    resources: resourcesBlock(resources),
    role: allocationRole(resources),
    labels: labelsBlock(info.labels),
    type:
      executor.forCommandTask || info.type === undefined ? undefined : enumName(ExecutorInfoType, info.type),
    tasks: delivered.map((task) => taskBlock(tables, agentId, task)),
    queued_tasks: queued.map((task) => queuedTaskBlock(agentId, task)),
    completed_tasks: over.map((task) => taskBlock(tables, agentId, task)),
  };
}

export function frameworkBlock(
  tables: Tables,
  agentId: string,
  framework: FrameworkEntry,
  viewer: Viewer,
): object {
  const { info } = framework;
  const blocks = (executors: Iterable<ExecutorEntry>) =>
    [...executors]
      .filter((each) => viewer.seesExecutor(each))
      .map((each) => executorBlock(tables, agentId, each, viewer));
  const roles = info.capabilities?.some(({ type }) => type === FrameworkInfoCapabilityType.MULTI_ROLE)
    ? { roles: info.roles ?? [] }
    : { role: info.role ?? '*' };
  return {
    id: framework.id,
    name: info.name,
    user: info.user,
    failover_timeout: new Double(info.failover_timeout ?? 0),
    checkpoint: info.checkpoint ?? false,
    hostname: info.hostname ?? '',
    principal: info.principal,
    ...roles,
    executors: blocks(framework.executors.values()),
    completed_executors: blocks(framework.completed),
  };
}
