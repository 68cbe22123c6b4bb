/** Task states by what may follow them. */
import { enumName, TaskState } from '../../../proto/index.ts';

export const TERMINAL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_FINISHED,
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
  TaskState.TASK_ERROR,
  TaskState.TASK_LOST,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
]);

/** Nobody may be sure of these: they may be followed by anything. */
export const DOUBTFUL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_UNREACHABLE,
  TaskState.TASK_UNKNOWN,
  TaskState.TASK_GONE_BY_OPERATOR,
]);

/** Said to partition-aware frameworks only. */
export const AWARE_ONLY: ReadonlySet<TaskState> = new Set([
  ...DOUBTFUL,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
]);

export function names(states: readonly TaskState[]): string {
  return states.map((state) => enumName(TaskState, state)).join(' → ');
}
