/** What a task must be to be launched (v1-scheduler-api.md §10.3), in Mesos' order: the first problem is reported. */

import { validateId } from '../../../proto/ids.ts';
import {
  AgentInfoCapabilityType,
  type ExecutorInfo,
  ExecutorInfoType,
  type TaskInfo,
} from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { validateCommand, validateContainer } from '../../../proto/validation/containers.ts';
import { prefixed } from '../../../proto/validation/problems.ts';
import { type AgentRecord, type ExecutorRecord, hasCapability } from '../agents/record.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import { validateCheck, validateHealthCheck, validateHeld, validateTogether } from './common.ts';
import { validateExecutor } from './executor.ts';

/** Where a task is to be launched. */
export interface TaskSurroundings {
  readonly agent: AgentRecord;
  readonly framework: FrameworkRecord;
  /** Of the offers, what earlier tasks have left. */
  readonly remaining: Resources;
}

/**
 * @param task with allocation roles and the executor's framework id
 * @param running the task's executor, when it runs on the agent already
 * @returns what is wrong, or undefined
 */
export function validateTask(
  task: TaskInfo,
  surroundings: TaskSurroundings,
  running: ExecutorRecord | undefined,
): string | undefined {
  return (
    validateTaskItself(task, surroundings) ??
    commandOrExecutor(task) ??
    customExecutor(task.executor, surroundings, running) ??
    validateTogether(task.resources ?? [], task.executor?.resources ?? []) ??
    enough(task, surroundings.remaining, running) ??
    sharesCgroups(task)
  );
}

/** Rules 1–11: what concerns the task alone, in a group too. */
export function validateTaskItself(task: TaskInfo, surroundings: TaskSurroundings): string | undefined {
  return (
    prefixed('Task ID', validateId(task.task_id.value)) ??
    uniqueId(task, surroundings.framework) ??
    rightAgent(task, surroundings.agent) ??
    durations(task) ??
    validateCheck(task.check) ??
    validateHealthCheck(task.health_check) ??
    taskResources(task) ??
    validateCommand(task.command) ??
    validateContainer(task.container) ??
    limits(task, surroundings.agent)
  );
}

function uniqueId({ task_id: { value } }: TaskInfo, framework: FrameworkRecord): string | undefined {
  if (framework.tasks.has(value)) return `Task has duplicate ID: ${value}`;
  if (framework.unreachable.has(value)) return `Task reuses the ID of an unreachable task: ${value}`;
  return undefined;
}

function rightAgent({ agent_id }: TaskInfo, agent: AgentRecord): string | undefined {
  return agent_id.value === agent.id
    ? undefined
    : `Task uses invalid agent ${agent_id.value} while agent ${agent.id} is expected`;
}

function durations({ kill_policy, max_completion_time }: TaskInfo): string | undefined {
  if ((kill_policy?.grace_period?.nanoseconds ?? 0) < 0) {
    return "Task's 'kill_policy.grace_period' must be non-negative";
  }
  return (max_completion_time?.nanoseconds ?? 0) < 0
    ? "Task's 'max_completion_time' must be non-negative"
    : undefined;
}

function taskResources({ resources }: TaskInfo): string | undefined {
  if (resources === undefined || Resources.of(resources).isEmpty) return 'Task uses no resources';
  return prefixed('Task uses invalid resources', validateHeld(resources));
}

function limits(task: TaskInfo, agent: AgentRecord): string | undefined {
  const entries = Object.entries(task.limits ?? {});
  if (entries.length === 0) return undefined;
  if (!hasCapability(agent, AgentInfoCapabilityType.TASK_RESOURCE_LIMITS)) {
    return `Agent ${agent.id} does not support resource limits`;
  }
  const resources = Resources.of(task.resources);
  for (const [name, { value }] of entries) {
    if (name !== 'cpus' && name !== 'mem')
      return `Task has a limit for '${name}', only 'cpus' and 'mem' may have one`;
    const requested = resources.scalar(name);
    if (requested === undefined) return `Task has a limit for '${name}' but requests none`;
    if (!(value >= requested))
      return `Task's limit of ${value} for '${name}' is below its request of ${requested}`;
  }
  return undefined;
}

function commandOrExecutor({ command, executor }: TaskInfo): string | undefined {
  return (command === undefined) === (executor === undefined)
    ? 'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present'
    : undefined;
}

function customExecutor(
  executor: ExecutorInfo | undefined,
  { framework }: TaskSurroundings,
  running: ExecutorRecord | undefined,
): string | undefined {
  if (executor === undefined) return undefined;
  const problem = validateExecutor(executor, framework.id, running);
  if (problem !== undefined) return problem;
  if (executor.type !== undefined && executor.type !== ExecutorInfoType.CUSTOM) {
    return "'ExecutorInfo.type' must be unset or 'CUSTOM' for LAUNCH";
  }
  if (executor.command === undefined) return "'ExecutorInfo.command' must be set";
  if (executor.resources?.some((resource) => resource.shared !== undefined)) {
    return 'Executor resources must not be shared';
  }
  return executor.container?.linux_info?.share_cgroups === true
    ? "Executor's 'share_cgroups' must not be true"
    : undefined;
}

function enough(
  task: TaskInfo,
  remaining: Resources,
  running: ExecutorRecord | undefined,
): string | undefined {
  const own = Resources.of(task.resources);
  const total = running === undefined ? own.plus(Resources.of(task.executor?.resources)) : own;
  return remaining.contains(total)
    ? undefined
    : `Total resources ${total} required by task and its executor is more than available ${remaining}`;
}

function sharesCgroups({ container }: TaskInfo): string | undefined {
  return container?.linux_info?.share_cgroups === false
    ? "Task's 'share_cgroups' can be false in a task group only"
    : undefined;
}
