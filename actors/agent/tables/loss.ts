/** What a framework is told of a task that is no more, by whether it is partition-aware (master.md §8). */
import {
  type FrameworkInfo,
  FrameworkInfoCapabilityType,
  TaskState,
} from '../../../proto/generated/types/v1.ts';

/** A task that never ran: TASK_DROPPED, for older frameworks TASK_LOST. */
export function droppedOrLost(framework: FrameworkInfo): TaskState {
  return isPartitionAware(framework) ? TaskState.TASK_DROPPED : TaskState.TASK_LOST;
}

/** A task that ran and surely runs no more: TASK_GONE, for older frameworks TASK_LOST. */
export function goneOrLost(framework: FrameworkInfo): TaskState {
  return isPartitionAware(framework) ? TaskState.TASK_GONE : TaskState.TASK_LOST;
}

export function isPartitionAware(framework: FrameworkInfo): boolean {
  return hasCapability(framework, FrameworkInfoCapabilityType.PARTITION_AWARE);
}

export function knowsKilling(framework: FrameworkInfo): boolean {
  return hasCapability(framework, FrameworkInfoCapabilityType.TASK_KILLING_STATE);
}

function hasCapability(framework: FrameworkInfo, type: FrameworkInfoCapabilityType): boolean {
  return framework.capabilities?.some((capability) => capability.type === type) ?? false;
}

const TERMINAL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_FINISHED,
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
  TaskState.TASK_ERROR,
  TaskState.TASK_LOST,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
  TaskState.TASK_GONE_BY_OPERATOR,
]);

export function isTerminal(state: TaskState): boolean {
  return TERMINAL.has(state);
}
