/** What an executor implements (`Executor`) and what it is given (`ExecutorDriver`). Both speak v1 objects. */
import type {
  AgentID,
  AgentInfo,
  ExecutorInfo,
  FrameworkInfo,
  KillPolicy,
  TaskID,
  TaskInfo,
  TaskStatus,
} from '../../proto/index.ts';

/** The agent took the executor in. */
export interface Registration {
  readonly executor_info: ExecutorInfo;
  readonly framework_info: FrameworkInfo;
  readonly agent_id: AgentID;
  readonly agent_info: AgentInfo;
}

/**
 * The callbacks of an executor. Each runs to its end before the next one; none may be `async`. Objects handed in belong to
 * their sender: read them, never change them.
 */
export interface Executor {
  registered?(driver: ExecutorDriver, registration: Registration): void;
  /** A restarted agent took the executor back. Nothing is lost: the driver has sent again what was not acknowledged. */
  reregistered?(
    driver: ExecutorDriver,
    agent: { readonly agent_id: AgentID; readonly agent_info: AgentInfo },
  ): void;
  /** The agent is gone. Go on: it may come back within its recovery time-out. */
  disconnected?(driver: ExecutorDriver): void;
  /** Begin a task; its states are to be told by `sendStatusUpdate`. What this throws makes the task TASK_FAILED. */
  launchTask(driver: ExecutorDriver, task: TaskInfo): void;
  /** End a task and tell TASK_KILLED, or whatever became of it meanwhile. May come for tasks that are not known. */
  killTask(driver: ExecutorDriver, taskId: TaskID, killPolicy?: KillPolicy): void;
  /** Data from the scheduler. Unreliable. */
  frameworkMessage?(driver: ExecutorDriver, data: Uint8Array): void;
  /**
   * End all tasks, then call `driver.stop()`. After the grace period the whole process group is killed. Without this
   * callback the driver stops at once.
   */
  shutdown?(driver: ExecutorDriver): void;
}

/** A status as an executor tells it: the driver fills in who and when. */
export type ExecutorStatus = Pick<TaskStatus, 'task_id' | 'state'> &
  Partial<
    Pick<
      TaskStatus,
      'message' | 'reason' | 'data' | 'healthy' | 'labels' | 'check_status' | 'container_status' | 'timestamp'
    >
  >;

export interface ExecutorDriver {
  /** State of the driver's chart, such as `subscribed`. */
  readonly state: string;
  /** Updates that the agent has not acknowledged yet. */
  readonly unacknowledged: number;
  /**
   * Tells the state of a task. Kept, and sent again after a restart of the agent, until the agent acknowledges it.
   * @throws for TASK_STAGING, which is not an executor's to tell
   */
  sendStatusUpdate(status: ExecutorStatus): void;
  /** Data for the scheduler. Unreliable. */
  sendFrameworkMessage(data: Uint8Array): void;
  /** Ends the executor when all its updates are acknowledged, at most 5 s later. */
  stop(): void;
}
