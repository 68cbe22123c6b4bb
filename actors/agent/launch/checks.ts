/** What an agent checks before it takes tasks, in Mesos' order (agent.md §4, v1-executor-api.md §9). */
import {
  ExecutorInfoType,
  type FrameworkInfo,
  type TaskInfo,
  TaskState,
  TaskStatusReason,
} from '../../../proto/generated/types/v1.ts';
import type { Verdict } from '../tables/entries.ts';
import { droppedOrLost } from '../tables/loss.ts';

/** What the checks look at. */
export interface LaunchFacts {
  readonly framework: FrameworkInfo;
  readonly tasks: readonly TaskInfo[];
  /** The agent is being emptied. */
  readonly draining: boolean;
  readonly isGroup: boolean;
  readonly executorType: ExecutorInfoType | undefined;
  /** The tasks bring a command: the agent makes their executor. */
  readonly forCommandTask: boolean;
  /** What the master expects: true to start an executor, false to find one; undefined for masters that do not say. */
  readonly launchExecutor: boolean | undefined;
  /** The executor of that id here, by what it does. */
  readonly executor: 'none' | 'alive' | 'ending';
  /** Resources of which the agent's isolation can enforce a limit. */
  readonly enforces: ReadonlySet<string>;
  /** Resource versions that the launch was planned with, as hexadecimal text; empty when the master sent none. */
  readonly resourceVersions: readonly string[];
  /** The agent's own. */
  readonly resourceVersion: string;
  /** What a resource provider brings is not as it was when the launch was planned. */
  readonly providersOutdated: boolean;
  /** Persistent volumes and dynamic reservations named by the launch that this agent does not have. */
  readonly unknownResources: string | undefined;
  /** A task of the same id that is not over. */
  readonly duplicate: string | undefined;
}

type Check = (facts: LaunchFacts) => Verdict | undefined;

const limits: Check = ({ framework, tasks, enforces }) => {
  const limited = tasks.find((task) => Object.keys(task.limits ?? {}).some((name) => !enforces.has(name)));
  if (limited === undefined) return undefined;
  const message = `Resource limits of task '${limited.task_id.value}' cannot be enforced by the isolation of this agent`;
  return { state: droppedOrLost(framework), reason: TaskStatusReason.REASON_GC_ERROR, message };
};

const notDraining: Check = ({ framework, draining }) => {
  if (!draining) return undefined;
  const message = 'The agent is draining';
  return { state: droppedOrLost(framework), reason: TaskStatusReason.REASON_AGENT_DRAINING, message };
};

const resourceVersion: Check = ({ framework, resourceVersions, resourceVersion, providersOutdated }) => {
  if (!providersOutdated && resourceVersions.every((version) => version === resourceVersion))
    return undefined;
  const message = 'Task assumes outdated resource state';
  return { state: droppedOrLost(framework), reason: TaskStatusReason.REASON_INVALID_OFFERS, message };
};

const resourcesKnown: Check = ({ framework, unknownResources }) => {
  if (unknownResources === undefined) return undefined;
  const message = `The checkpointed resources being used by the task or task group are unknown to the agent: ${unknownResources}`;
  return { state: droppedOrLost(framework), reason: TaskStatusReason.REASON_RESOURCES_UNKNOWN, message };
};

const oneTaskForCommandExecutor: Check = ({ framework, forCommandTask, executor, duplicate }) => {
  const taken = duplicate ?? (forCommandTask && executor !== 'none' ? 'its executor id' : undefined);
  if (taken === undefined) return undefined;
  const message = `A task or executor with the same id is still here: ${taken}`;
  return { state: droppedOrLost(framework), reason: TaskStatusReason.REASON_TASK_INVALID, message };
};

const executorAsExpected: Check = ({ framework, launchExecutor, executor }) => {
  let message: string | undefined;
  if (executor === 'ending') message = 'Executor is terminating or terminated';
  else if (launchExecutor === true && executor !== 'none')
    message = 'Master wants to launch executor, but one already exists';
  else if (launchExecutor === false && executor === 'none')
    message = 'No executor is expected to launch and there is no executor running';
  if (message === undefined) return undefined;
  return { state: droppedOrLost(framework), reason: TaskStatusReason.REASON_EXECUTOR_TERMINATED, message };
};

/** The default executor is for task groups. */
const kindOfExecutor: Check = ({ isGroup, executorType }) => {
  if (isGroup || executorType !== ExecutorInfoType.DEFAULT) return undefined;
  const reason = TaskStatusReason.REASON_TASK_INVALID;
  return { state: TaskState.TASK_ERROR, reason, message: 'The default executor takes task groups only' };
};

const CHECKS: readonly Check[] = [
  limits,
  notDraining,
  resourceVersion,
  resourcesKnown,
  oneTaskForCommandExecutor,
  executorAsExpected,
  kindOfExecutor,
];

/** @returns the status that each of the tasks gets, when they are not taken */
export function launchProblem(facts: LaunchFacts): Verdict | undefined {
  for (const check of CHECKS) {
    const problem = check(facts);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
