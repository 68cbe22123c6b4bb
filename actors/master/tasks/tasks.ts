/** The tasks: their charts, their histories, and what frameworks are told of them. */
import {
  enumName,
  type SchedulerEvent,
  SchedulerEventType,
  type Task,
  type TaskInfo,
  TaskState,
  type TaskStatus,
  type TaskStatusReason,
  TaskStatusSource,
} from '../../../proto/index.ts';
import type { Resources } from '../../../proto/resources/index.ts';
import { ChartTable, type StepResult } from '../../../statecharts/engine.ts';
import {
  type TaskEvent,
  taskMachine,
  taskStateFor,
  taskStateName,
  taskUpdateEvent,
} from '../../../statecharts/task.ts';
import type { AgentRecord } from '../agents/record.ts';
import { Moments } from '../api/moments.ts';
import { type TaskSnapshot, TaskSnapshots } from '../api/taskSnapshots.ts';
import { addBounded } from '../boundedMap.ts';
import type { FrameworkRecord, FrameworkTraits } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { keepStatus, launchedTask, reportedTask, reportedUpdate, type TaskRecord } from './record.ts';

/** Why the master says something of a task. */
export interface MasterWord {
  readonly reason: TaskStatusReason;
  readonly message: string;
  /** With TASK_UNREACHABLE, and the TASK_LOST that stands for it. */
  readonly unreachableTimeMs?: number | undefined;
}

const ALL_STATES: FrameworkTraits = {
  partitionAware: true,
  taskKillingState: true,
  multiRole: true,
  reservationRefinement: true,
};

export class Tasks {
  readonly chart: ChartTable<typeof taskMachine>;
  /** Looks at many tasks: told before one of them changes. */
  readonly moments = new Moments<TaskRecord, TaskSnapshot>((task) => this.snapshot(task));
  private readonly parts: MasterParts;
  private readonly byKey = new Map<string, TaskRecord>();
  private readonly snapshots = new TaskSnapshots();
  /** Tasks whose id was used again while an earlier one is remembered. */
  private namesakes = 0;

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.chart = new ChartTable(taskMachine, {
      ...parts.chartReports,
      actions: {
        releaseResources: ({ id }) => this.release(id),
        chargeResources: ({ id }) => this.charge(id),
      },
    });
  }

  /** TaskState name, as for a framework that understands all of them. */
  stateName(task: TaskRecord): string {
    return taskStateName(this.chart.value(task.key) ?? '');
  }

  /** The task as it is now. */
  snapshot(task: TaskRecord): TaskSnapshot {
    const known = task.snapshot;
    return known?.isOf(task) === true ? known : this.snapshots.of(task, this.stateName(task));
  }

  /** Tells the task's chart a fact. */
  step(task: TaskRecord, event: TaskEvent): StepResult {
    this.moments.changing(task);
    const result = this.chart.step(task.key, event);
    if (result.changed) this.snapshots.forget(task);
    return result;
  }

  isTerminal(task: TaskRecord): boolean {
    return this.chart.hasTag(task.key, 'terminal');
  }

  isUnreachable(task: TaskRecord): boolean {
    return this.chart.matches(task.key, 'unreachable');
  }

  /** A task that a framework launches, in state staging. @param resources with allocation role */
  launch(agent: AgentRecord, framework: FrameworkRecord, info: TaskInfo, resources: Resources): TaskRecord {
    const key = this.freeKey(framework.id, info.task_id.value);
    const task = launchedTask(key, framework.id, info, resources);
    this.begin(agent, framework, task);
    this.parts.changes.taskAdded(framework, task);
    return task;
  }

  /** A task that a returning agent brings: one that was unreachable goes on, another one begins in the state it has. */
  takeBack(agent: AgentRecord, framework: FrameworkRecord, reported: Task): void {
    const id = reported.task_id.value;
    const known = framework.unreachable.get(id);
    const event: TaskEvent = { type: 'AGENT_RETURNED', state: enumName(TaskState, reported.state) };
    if (known !== undefined && known.agentId === agent.id) {
      framework.unreachable.delete(id);
      this.place(agent, framework, known);
      this.moments.changing(known);
      known.unacknowledged = reportedUpdate(reported);
      this.step(known, event);
      this.parts.changes.taskAdded(framework, known);
      return;
    }
    const task = reportedTask(this.freeKey(framework.id, id), reported);
    this.begin(agent, framework, task);
    this.step(task, event);
    this.parts.changes.taskAdded(framework, task);
  }

  /**
   * The master itself changes a task: its chart is told the fact, its framework the state that follows, once and without a
   * need to acknowledge it.
   */
  change(task: TaskRecord, event: TaskEvent, word: MasterWord): void {
    const before = this.chart.value(task.key);
    this.step(task, event);
    const status = this.tell(task, word);
    if (status === undefined) return;
    keepStatus(task, status);
    const changed = this.chart.value(task.key) !== before;
    if (changed) this.parts.metrics.taskChanged(this.stateName(task), status);
    this.parts.changes.taskUpdated(task, status, changed);
  }

  /** Tells a framework the present state of a task. @returns what it was told, or would have been were it there */
  tell(task: TaskRecord, word: MasterWord): TaskStatus | undefined {
    const framework = this.parts.frameworks.find(task.frameworkId);
    const latest = task.statuses.at(-1);
    const status = this.masterStatus(framework?.description.traits ?? ALL_STATES, {
      ...word,
      taskId: task.id,
      agentId: task.agentId,
      state: this.stateName(task),
    });
    const full: TaskStatus = {
      ...status,
      executor_id: task.description.executor_id,
      healthy: latest?.healthy,
      check_status: latest?.check_status,
      container_status: latest?.container_status,
    };
    if (framework !== undefined) this.parts.frameworks.tell(framework, updateEvent(full));
    return full;
  }

  /** A status made by the master, in words the framework understands. */
  masterStatus(
    traits: FrameworkTraits,
    {
      taskId,
      agentId,
      state,
      reason,
      message,
      unreachableTimeMs,
    }: MasterWord & { taskId: string; agentId: string | undefined; state: string },
  ): TaskStatus {
    return {
      task_id: { value: taskId },
      state: numberOf(taskStateFor(state, traits)),
      source: TaskStatusSource.SOURCE_MASTER,
      reason,
      message,
      agent_id: agentId === undefined ? undefined : { value: agentId },
      timestamp: this.parts.nowMs / 1000,
      unreachable_time:
        unreachableTimeMs === undefined ? undefined : { nanoseconds: Math.round(unreachableTimeMs * 1e6) },
    };
  }

  /** A status update of the agent: the latest state moves the task, the status joins its history and waits for its acknowledgement. */
  update(task: TaskRecord, status: TaskStatus, latest: TaskState): void {
    this.moments.changing(task);
    const { state, uuid } = status;
    if (uuid !== undefined) task.unacknowledged = { state, uuid };
    const event = taskUpdateEvent(enumName(TaskState, latest));
    const changed = event !== undefined && this.step(task, event).changed;
    keepStatus(task, status);
    if (changed) this.parts.metrics.taskChanged(this.stateName(task), status);
    this.parts.changes.taskUpdated(task, status, changed);
    // Who asks for all tasks at once finds their snapshots made.
    this.snapshot(task);
  }

  /** The task leaves the active ones for the framework's completed ones. */
  complete(task: TaskRecord): void {
    const framework = this.unplace(task);
    if (framework === undefined) {
      this.forget([task]);
      return;
    }
    framework.unreachable.delete(task.id);
    this.parts.archive.keep(framework, task);
    const { max_completed_tasks_per_framework: max } = this.parts.flags;
    this.forget(addBounded(framework.completed, task.key, task, max));
  }

  /** The task leaves the active ones for the framework's unreachable ones. */
  setAside(task: TaskRecord): void {
    const framework = this.unplace(task);
    if (framework === undefined) {
      this.forget([task]);
      return;
    }
    const { max_unreachable_tasks_per_framework: max } = this.parts.flags;
    const forgotten = addBounded(framework.unreachable, task.id, task, max);
    for (const each of forgotten) this.parts.archive.keep(framework, each);
    this.forget(forgotten);
  }

  /** The master remembers nothing of them any more. */
  forget(tasks: Iterable<TaskRecord>): void {
    for (const task of tasks) {
      this.moments.changing(task);
      this.chart.stop(task.key);
      this.byKey.delete(task.key);
      this.snapshots.forget(task);
    }
  }

  private begin(agent: AgentRecord, framework: FrameworkRecord, task: TaskRecord): void {
    this.byKey.set(task.key, task);
    this.place(agent, framework, task);
    this.chart.start(task.key);
    this.parts.agents.charge(agent, framework.id, task.resources);
  }

  private place(agent: AgentRecord, framework: FrameworkRecord, task: TaskRecord): void {
    framework.tasks.set(task.id, task);
    const tasks = agent.tasks.get(framework.id) ?? new Map<string, TaskRecord>();
    tasks.set(task.id, task);
    agent.tasks.set(framework.id, tasks);
  }

  private unplace(task: TaskRecord): FrameworkRecord | undefined {
    const agent = this.parts.agents.find(task.agentId);
    const tasks = agent?.tasks.get(task.frameworkId);
    if (tasks?.get(task.id) === task) tasks.delete(task.id);
    if (tasks?.size === 0) agent?.tasks.delete(task.frameworkId);
    agent?.killed.delete(task);
    if (agent !== undefined) this.parts.drains.check(agent);
    const framework = this.parts.frameworks.find(task.frameworkId);
    if (framework?.tasks.get(task.id) === task) framework.tasks.delete(task.id);
    return framework;
  }

  private release(key: string): void {
    const task = this.byKey.get(key);
    const agent = task === undefined ? undefined : this.parts.agents.find(task.agentId);
    if (task !== undefined && agent !== undefined) {
      this.parts.agents.release(agent, task.frameworkId, task.resources);
    }
  }

  private charge(key: string): void {
    const task = this.byKey.get(key);
    const agent = task === undefined ? undefined : this.parts.agents.find(task.agentId);
    if (task !== undefined && agent !== undefined) {
      this.parts.agents.charge(agent, task.frameworkId, task.resources);
    }
  }

  /** A completed task may still be remembered under the name when its id is used again. */
  private freeKey(frameworkId: string, taskId: string): string {
    const key = `${frameworkId}/${taskId}`;
    return this.byKey.has(key) ? `${key}/${++this.namesakes}` : key;
  }
}

export function updateEvent(status: TaskStatus): SchedulerEvent {
  return { type: SchedulerEventType.UPDATE, update: { status } };
}

const numbers: Readonly<Record<string, TaskState | undefined>> = TaskState;

function numberOf(name: string): TaskState {
  return numbers[name] ?? TaskState.TASK_LOST;
}
