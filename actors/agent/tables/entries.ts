/** What the agent knows of frameworks, executors and tasks. The state of each is its chart's; these are the facts beside it. */

import {
  type ExecutorInfo,
  ExecutorInfoType,
  type FrameworkInfo,
  type Resource,
  type TaskInfo,
  type TaskResourceLimitation,
  type TaskState,
  type TaskStatus,
  type TaskStatusReason,
} from '../../../proto/generated/types/v1.ts';
import type { ExitStatus } from '../containerizer/index.ts';
import type { ExecutorConnection } from '../executors/connection.ts';

/** How tasks that come to no end of their own will end with their executor. */
export interface Verdict {
  readonly state: TaskState;
  readonly reason: TaskStatusReason;
  readonly message: string;
  /** The limit that was broken. */
  readonly limitation?: TaskResourceLimitation;
}

export interface FrameworkEntry {
  readonly id: string;
  info: FrameworkInfo;
  /** Scheduler driver of a framework that speaks by PID. */
  pid: string | undefined;
  /** By executor id. */
  readonly executors: Map<string, ExecutorEntry>;
  /** The last ones that ended. */
  readonly completed: ExecutorEntry[];
}

/** One run of an executor. */
export interface ExecutorEntry {
  /** Id of the run, of its container and of its chart. */
  readonly containerId: string;
  readonly framework: FrameworkEntry;
  readonly info: ExecutorInfo;
  /** The agent made the ExecutorInfo: the built-in command executor runs the task. */
  readonly forCommandTask: boolean;
  /** The sandbox. */
  readonly directory: string;
  /** What leads to the executor, once it registered and while it is there. */
  connection: ExecutorConnection | undefined;
  /** Tasks that are not completed, by id. */
  readonly tasks: Map<string, TaskEntry>;
  /** Waiting to be handed over, in the order of their launch. */
  readonly queue: TaskEntry[];
  /** The last tasks that were completed. */
  readonly completed: TaskEntry[];
  /** Tasks handed over so far. */
  delivered: number;
  /** Set by the agent before it destroys the container. */
  verdict: Verdict | undefined;
  /** Process that became the executor's command. */
  processId: number | undefined;
  exit: ExitStatus | undefined;
}

export interface TaskEntry {
  /** Id of its chart. */
  readonly key: string;
  readonly id: string;
  readonly info: TaskInfo;
  readonly executor: ExecutorEntry;
  /** Tasks with the same word here were launched as one group: its first task's id. */
  readonly group: string | undefined;
  /** Updates so far, one for each run of the same state. */
  readonly statuses: TaskStatus[];
  /** The update that the master was sent last; when none was, the one that it is sent first. */
  forwarded: { readonly state: TaskState; readonly uuid: Uint8Array } | undefined;
}

/** No id holds a line break. */
export function taskKey(frameworkId: string, taskId: string): string {
  return `${frameworkId}\n${taskId}`;
}

/** Parts of the agent run its tasks: nobody else may speak for it. */
export function isBuiltIn({ forCommandTask, info }: ExecutorEntry): boolean {
  return forCommandTask || info.type === ExecutorInfoType.DEFAULT;
}

export function executorId(entry: ExecutorEntry): string {
  return entry.info.executor_id.value;
}

/** The role that the resources are allocated to. */
export function allocationRole(resources: readonly Resource[] | undefined): string | undefined {
  for (const resource of resources ?? []) {
    if (resource.allocation_info?.role !== undefined) return resource.allocation_info.role;
  }
  return undefined;
}
