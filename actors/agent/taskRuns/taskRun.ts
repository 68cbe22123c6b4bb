/** One task that a built-in executor runs in a container of its own, and how it ends. */
import {
  type CheckStatusInfo,
  type ContainerID,
  TaskState,
  type TaskStatus,
  TaskStatusReason,
} from '../../../proto/generated/types/v1.ts';
import type { Timer } from '../../../runtime/ports.ts';
import { checkStatusOf } from '../checks/definition.ts';
import { describeExit, type ExitStatus } from '../containerizer/index.ts';
import type { ExecutorEntry, TaskEntry, Verdict } from '../tables/entries.ts';
import { droppedOrLost } from '../tables/loss.ts';

/** A status of the task's own making, without what the agent adds. */
export type CommandStatus = Pick<TaskStatus, 'state'> &
  Partial<
    Pick<TaskStatus, 'message' | 'reason' | 'healthy' | 'check_status' | 'container_status' | 'limitation'>
  >;

export interface TaskRun {
  /** Nested ones are written `parent.child`. */
  readonly containerId: string;
  readonly executor: ExecutorEntry;
  readonly task: TaskEntry;
  /** Found again after a restart of the agent. */
  readonly recovered: boolean;
  /** Process that became the task's command. */
  processId: number | undefined;
  /** Monotonic milliseconds of the first kill, and when SIGKILL follows. */
  kill: { readonly sinceMs: number; readonly dueMs: number } | undefined;
  exit: ExitStatus | undefined;
  failure: string | undefined;
  /** What the containerizer says of the end, which counts more than the exit status: a limit was exceeded. */
  verdict: Verdict | undefined;
  overtime: Timer | undefined;
  /** The last verdict of its health check. */
  healthy: boolean | undefined;
  /** It was killed for what its health check found. */
  killedForHealth: boolean;
  /** The last result of its check; with an empty member before the first one. */
  checkStatus: CheckStatusInfo | undefined;
}

/** Where and as what a run's command runs, and so what looks into it. */
export interface RunPlace {
  readonly sandbox: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined for the agent's own. */
  readonly user: string | undefined;
}

export function newRun(
  executor: ExecutorEntry,
  task: TaskEntry,
  containerId: string,
  recovered: boolean,
): TaskRun {
  return {
    containerId,
    executor,
    task,
    recovered,
    processId: undefined,
    kill: undefined,
    exit: undefined,
    failure: undefined,
    verdict: undefined,
    overtime: undefined,
    healthy: undefined,
    killedForHealth: false,
    checkStatus: noCheckYet(task),
  };
}

/** Why a run came to its end, as its chart says: by itself, on demand, for taking too long, for not having started. */
export type Cause = 'exit' | 'kill' | 'overtime' | 'startFailure';

/** The terminal status by why and how the command ended. */
export function endOf(run: TaskRun, cause: string): CommandStatus {
  const health = run.killedForHealth ? { healthy: false } : {};
  if (cause === 'startFailure') return startFailure(run);
  if (run.verdict !== undefined) return { ...run.verdict, ...health };
  const message = run.exit === undefined ? 'Killed before its command was started' : describeExit(run.exit);
  if (cause === 'kill') return { state: TaskState.TASK_KILLED, message, ...health };
  if (cause === 'overtime') {
    const reason = TaskStatusReason.REASON_MAX_COMPLETION_TIME_REACHED;
    return { state: TaskState.TASK_FAILED, reason, message, ...health };
  }
  const isSuccess = run.exit?.kind === 'exited' && run.exit.code === 0;
  return { state: isSuccess ? TaskState.TASK_FINISHED : TaskState.TASK_FAILED, message, ...health };
}

/** A launch that a restart of the agent interrupted never ran: Mesos calls that dropped, not failed. */
function startFailure({ executor, failure, recovered }: TaskRun): CommandStatus {
  if (recovered) {
    return {
      state: droppedOrLost(executor.framework.info),
      reason: TaskStatusReason.REASON_AGENT_RESTARTED,
      message: `The task was not started: ${failure ?? 'unknown'}`,
    };
  }
  return {
    state: TaskState.TASK_FAILED,
    reason: TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED,
    message: `Failed to launch container: ${failure ?? 'unknown'}`,
  };
}

/** The status of a task's check, if it has one, without a result. */
export function noCheckYet({ info }: TaskEntry): CheckStatusInfo | undefined {
  return info.check && checkStatusOf(info.check.type, {});
}

/** `a.b` as `{ value: b, parent: { value: a } }`. */
export function containerIdMessage(containerId: string): ContainerID {
  const at = containerId.lastIndexOf('.');
  if (at < 0) return { value: containerId };
  return { value: containerId.slice(at + 1), parent: containerIdMessage(containerId.slice(0, at)) };
}
