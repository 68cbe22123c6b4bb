/** What a task group must be (v1-scheduler-api.md §10.4). The first problem speaks for the whole group. */
import {
  ContainerInfoType,
  type ExecutorInfo,
  ExecutorInfoType,
  HealthCheckType,
  type TaskInfo,
} from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { firstProblem } from '../../../proto/validation/problems.ts';
import type { ExecutorRecord } from '../agents/record.ts';
import { sameMessage } from '../sameMessage.ts';
import { validateTogether } from './common.ts';
import { validateExecutor } from './executor.ts';
import { type TaskSurroundings, validateTaskItself } from './task.ts';

/** Tasks and their one executor, with allocation roles and the executor's framework id filled in. */
export interface TaskGroup {
  readonly tasks: readonly TaskInfo[];
  readonly executor: ExecutorInfo;
}

/** Least resources of an executor that runs a group. */
const EXECUTOR_CPUS_MIN = 0.01;
const EXECUTOR_MEM_MIN_MB = 32;

export function validateTaskGroup(
  group: TaskGroup,
  surroundings: TaskSurroundings,
  running: ExecutorRecord | undefined,
): string | undefined {
  return (
    firstProblem(group.tasks, (task) => validateMember(task, group.executor, surroundings)) ??
    repeatedId(group.tasks) ??
    validateGroupExecutor(group.executor, surroundings, running) ??
    groupCgroups(group, surroundings, running) ??
    groupTogether(group) ??
    groupEnough(group, surroundings.remaining, running)
  );
}

function repeatedId(tasks: readonly TaskInfo[]): string | undefined {
  const seen = new Set<string>();
  return firstProblem(tasks, ({ task_id: { value } }) => {
    if (seen.has(value)) return `Task group has duplicate task ID: ${value}`;
    seen.add(value);
    return undefined;
  });
}

function validateMember(
  task: TaskInfo,
  executor: ExecutorInfo,
  surroundings: TaskSurroundings,
): string | undefined {
  const problem = validateTaskItself(task, surroundings);
  if (problem !== undefined) return `Task '${task.task_id.value}' is invalid: ${problem}`;
  if (!sameMessage(task.executor, executor)) {
    return `The 'ExecutorInfo' of task '${task.task_id.value}' is different from executor '${executor.executor_id.value}'`;
  }
  const { container, health_check: health, limits } = task;
  if (container?.type === ContainerInfoType.DOCKER)
    return 'Docker ContainerInfo is not supported in a task group';
  const ownNetwork = (container?.network_infos?.length ?? 0) > 0;
  const overNetwork = health?.type === HealthCheckType.HTTP || health?.type === HealthCheckType.TCP;
  if (ownNetwork && overNetwork) {
    return 'HTTP and TCP health checks are not supported for nested containers that join a network';
  }
  if (Object.keys(limits ?? {}).length > 0 && container?.linux_info?.share_cgroups !== false) {
    return "Resource limits in a task group need 'share_cgroups' to be false";
  }
  return undefined;
}

function validateGroupExecutor(
  executor: ExecutorInfo,
  { framework }: TaskSurroundings,
  running: ExecutorRecord | undefined,
): string | undefined {
  const { type, container } = executor;
  if (type !== ExecutorInfoType.DEFAULT && type !== ExecutorInfoType.CUSTOM) {
    return "'ExecutorInfo.type' must be 'DEFAULT' or 'CUSTOM' for LAUNCH_GROUP";
  }
  const problem = validateExecutor(executor, framework.id, running);
  if (problem !== undefined) return problem;
  if (container?.type === ContainerInfoType.DOCKER)
    return 'Docker ContainerInfo is not supported on the executor';
  const resources = Resources.of(executor.resources);
  if (resources.cpus < EXECUTOR_CPUS_MIN) {
    return `Executor '${executor.executor_id.value}' uses less CPUs (${resources.cpus}) than the minimum required (${EXECUTOR_CPUS_MIN})`;
  }
  if (resources.mem < EXECUTOR_MEM_MIN_MB) {
    return `Executor '${executor.executor_id.value}' uses less memory (${resources.mem}MB) than the minimum required (${EXECUTOR_MEM_MIN_MB}MB)`;
  }
  return resources.disk > 0 ? undefined : `Executor '${executor.executor_id.value}' uses no disk`;
}

/** Tasks of one executor share its cgroups, or each has its own: all alike, and alike with those that run. */
function groupCgroups(
  { tasks, executor }: TaskGroup,
  { agent, framework }: TaskSurroundings,
  running: ExecutorRecord | undefined,
): string | undefined {
  if (executor.container?.linux_info?.share_cgroups === true)
    return "Executor's 'share_cgroups' must not be true";
  const values = new Set(tasks.map(({ container }) => container?.linux_info?.share_cgroups ?? true));
  if (running !== undefined) {
    for (const { description } of agent.tasks.get(framework.id)?.values() ?? []) {
      if (description.executor_id?.value !== running.id) continue;
      values.add(description.container?.linux_info?.share_cgroups ?? true);
    }
  }
  return values.size > 1
    ? "All tasks under one executor must have the same value of 'share_cgroups'"
    : undefined;
}

function groupTogether({ tasks, executor }: TaskGroup): string | undefined {
  let before = executor.resources ?? [];
  for (const { resources = [] } of tasks) {
    const problem = validateTogether(before, resources);
    if (problem !== undefined) return `Task group and executor mixed: ${problem}`;
    before = [...before, ...resources];
  }
  return undefined;
}

function groupEnough(
  { tasks, executor }: TaskGroup,
  remaining: Resources,
  running: ExecutorRecord | undefined,
): string | undefined {
  const own = Resources.sum(tasks.map(({ resources }) => Resources.of(resources)));
  const total = running === undefined ? own.plus(Resources.of(executor.resources)) : own;
  return remaining.contains(total)
    ? undefined
    : `Total resources ${total} required by task group and its executor is more than available ${remaining}`;
}
