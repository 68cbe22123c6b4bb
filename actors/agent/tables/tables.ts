/** The frameworks, executors and tasks of an agent, with the charts that hold their states. */

import { type Resource, TaskState, type TaskStatus } from '../../../proto/generated/types/v1.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { agentTaskMachine } from '../../../statecharts/agentTask.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { type ExecutorEntry, executorId, type FrameworkEntry, type TaskEntry, taskKey } from './entries.ts';
import { isTerminal } from './loss.ts';

/** Completed frameworks that are remembered. */
const COMPLETED_FRAMEWORKS_MAX = 50;

/** Completed tasks of one executor that are remembered. */
export const COMPLETED_TASKS_MAX = 200;

const STATE_OF_CHART: ReadonlyMap<string, TaskState> = new Map<string, TaskState>([
  ['delivered.starting', TaskState.TASK_STARTING],
  ['delivered.running', TaskState.TASK_RUNNING],
  ['delivered.killing', TaskState.TASK_KILLING],
]);

const EVENT_OF_STATE: ReadonlyMap<TaskState, 'STARTING' | 'RUNNING' | 'KILLING'> = new Map([
  [TaskState.TASK_STARTING, 'STARTING'],
  [TaskState.TASK_RUNNING, 'RUNNING'],
  [TaskState.TASK_KILLING, 'KILLING'],
]);

export class Tables {
  readonly frameworks = new Map<string, FrameworkEntry>();
  readonly completedFrameworks = new Map<string, FrameworkEntry>();
  /** By container id. */
  readonly runs = new Map<string, ExecutorEntry>();
  /** By task key: tasks that are not completed. */
  readonly tasks = new Map<string, TaskEntry>();
  readonly taskChart = new ChartTable(agentTaskMachine);

  task(frameworkId: string, taskId: string): TaskEntry | undefined {
    return this.tasks.get(taskKey(frameworkId, taskId));
  }

  executor(frameworkId: string | undefined, id: string | undefined): ExecutorEntry | undefined {
    return this.frameworks.get(frameworkId ?? '')?.executors.get(id ?? '');
  }

  /** The framework, taken back from the completed ones with what is remembered of it, or a new one. */
  addFramework(id: string, info: FrameworkEntry['info'], pid: string | undefined): FrameworkEntry {
    const completed = this.completedFrameworks.get(id)?.completed ?? [];
    this.completedFrameworks.delete(id);
    const framework: FrameworkEntry = { id, info, pid, executors: new Map(), completed };
    this.frameworks.set(id, framework);
    return framework;
  }

  removeFramework(framework: FrameworkEntry): void {
    this.frameworks.delete(framework.id);
    this.completedFrameworks.set(framework.id, framework);
    const [oldest] = this.completedFrameworks.keys();
    if (this.completedFrameworks.size > COMPLETED_FRAMEWORKS_MAX && oldest !== undefined) {
      this.completedFrameworks.delete(oldest);
    }
  }

  addExecutor(executor: ExecutorEntry): void {
    executor.framework.executors.set(executorId(executor), executor);
    this.runs.set(executor.containerId, executor);
  }

  /** @param rememberedMax how many ended executors of a framework are remembered */
  removeExecutor(executor: ExecutorEntry, rememberedMax: number): void {
    const { framework } = executor;
    framework.executors.delete(executorId(executor));
    this.runs.delete(executor.containerId);
    keepLast(framework.completed, executor, rememberedMax);
  }

  addTask(task: TaskEntry): void {
    task.executor.tasks.set(task.id, task);
    this.tasks.set(task.key, task);
    this.taskChart.start(task.key);
  }

  /** The task is over and its scheduler knows it. */
  completeTask(task: TaskEntry): void {
    task.executor.tasks.delete(task.id);
    this.tasks.delete(task.key);
    this.taskChart.stop(task.key);
    keepLast(task.executor.completed, task, COMPLETED_TASKS_MAX);
  }

  /** Moves a live task by one of its updates. */
  applyStatus(task: TaskEntry, status: TaskStatus): void {
    const type = isTerminal(status.state) ? 'ENDED' : EVENT_OF_STATE.get(status.state);
    if (type !== undefined) this.taskChart.step(task.key, { type });
    // Health and check results repeat a state: the newest is kept.
    if (task.statuses.at(-1)?.state === status.state) task.statuses.pop();
    task.statuses.push(status);
    const { state, uuid } = status;
    if (uuid !== undefined) task.forwarded ??= { state, uuid };
  }

  /** The task's state as others see it. */
  stateOf(task: TaskEntry): TaskState {
    const live = this.taskChart.value(task.key);
    if (live !== undefined && this.taskChart.hasTag(task.key, 'live')) {
      return STATE_OF_CHART.get(live) ?? TaskState.TASK_STAGING;
    }
    return task.statuses.at(-1)?.state ?? TaskState.TASK_STAGING;
  }

  /** What executors and live tasks take. */
  used(): Resources {
    const taken: Resource[] = [];
    for (const executor of this.runs.values()) {
      const isOver = executor.exit !== undefined || (executor.forCommandTask && !this.hasLiveTask(executor));
      if (!isOver) taken.push(...(executor.info.resources ?? []));
    }
    for (const task of this.tasks.values()) if (this.isLive(task)) taken.push(...(task.info.resources ?? []));
    return Resources.of(taken);
  }

  private hasLiveTask(executor: ExecutorEntry): boolean {
    for (const task of executor.tasks.values()) if (this.isLive(task)) return true;
    return false;
  }

  isLive(task: TaskEntry): boolean {
    return this.taskChart.hasTag(task.key, 'live');
  }

  isUndelivered(task: TaskEntry): boolean {
    return this.taskChart.hasTag(task.key, 'undelivered');
  }
}

function keepLast<T>(list: T[], item: T, max: number): void {
  list.push(item);
  if (list.length > max) list.shift();
}
