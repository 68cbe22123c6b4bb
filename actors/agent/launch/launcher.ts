/**
 * Takes tasks from the master (agent.md §4): checked, written down where the framework asks for that, queued for their
 * executor. Pending tasks can be killed; nothing of them was started.
 */
import type { RunTaskGroupMessage, RunTaskMessage } from '../../../proto/generated/types/internal.ts';
import {
  type ExecutorInfo,
  type FrameworkInfo,
  type TaskInfo,
  TaskState,
  TaskStatusReason,
} from '../../../proto/generated/types/v1.ts';
import { providersOf, Resources } from '../../../proto/resources/index.ts';
import type { Executors } from '../executors/executors.ts';
import { tellExited } from '../executors/exited.ts';
import type { Frameworks } from '../executors/frameworks.ts';
import type { AgentHost } from '../host.ts';
import type { AgentOperations } from '../operations/operations.ts';
import { keyOf } from '../operations/resourceJournal.ts';
import type { ResourceProviders } from '../resourceProvider/providers.ts';
import type { StatusUpdates } from '../statusUpdates.ts';
import {
  type ExecutorEntry,
  type FrameworkEntry,
  type TaskEntry,
  taskKey,
  type Verdict,
} from '../tables/entries.ts';
import { type LaunchFacts, launchProblem } from './checks.ts';
import { commandExecutorInfo } from './commandExecutorInfo.ts';

interface Launch {
  readonly framework: FrameworkInfo;
  readonly frameworkPid: string | undefined;
  readonly tasks: readonly TaskInfo[];
  readonly executor: ExecutorInfo;
  readonly forCommandTask: boolean;
  readonly isGroup: boolean;
  readonly launchExecutor: boolean | undefined;
  readonly resourceVersions: readonly string[];
  /** By the id of a resource provider, the same of what it brings. */
  readonly providerVersions: ReadonlyMap<string, string>;
}

export class TaskLauncher {
  private readonly host: AgentHost;
  private readonly frameworks: Frameworks;
  private readonly executors: Executors;
  private readonly updates: StatusUpdates;
  private readonly operations: AgentOperations;
  private readonly providers: ResourceProviders;
  private readonly resourceVersion: () => string;

  /** @param resourceVersion of the agent's resources, as hexadecimal text */
  constructor(
    host: AgentHost,
    parts: {
      frameworks: Frameworks;
      executors: Executors;
      updates: StatusUpdates;
      operations: AgentOperations;
      providers: ResourceProviders;
    },
    resourceVersion: () => string,
  ) {
    this.host = host;
    this.frameworks = parts.frameworks;
    this.executors = parts.executors;
    this.updates = parts.updates;
    this.operations = parts.operations;
    this.providers = parts.providers;
    this.resourceVersion = resourceVersion;
  }

  runTask(message: RunTaskMessage): void {
    const { framework, task } = message;
    this.run({
      framework,
      frameworkPid: message.pid === '' ? undefined : message.pid,
      tasks: [task],
      executor: task.executor ?? commandExecutorInfo(framework, task),
      forCommandTask: task.executor === undefined,
      isGroup: false,
      launchExecutor: message.launch_executor,
      ...versionsOf(message),
    });
  }

  runTaskGroup(message: RunTaskGroupMessage): void {
    this.run({
      framework: message.framework,
      frameworkPid: undefined,
      tasks: message.task_group.tasks ?? [],
      executor: message.executor,
      forCommandTask: false,
      isGroup: true,
      launchExecutor: message.launch_executor,
      ...versionsOf(message),
    });
  }

  private run(launch: Launch): void {
    const frameworkId = launch.framework.id?.value ?? '';
    const framework = this.frameworks.of(frameworkId, launch.framework, launch.frameworkPid);
    const ids = launch.tasks.map((task) => task.task_id.value);
    this.host.log.info('Got tasks', () => ({ framework_id: frameworkId, task_ids: ids.join(',') }));
    if (this.frameworks.isTerminating(framework)) {
      this.host.log.warn('Ignoring tasks of a framework that is terminating', { framework_id: frameworkId });
      return;
    }
    const present = framework.executors.get(launch.executor.executor_id.value);
    const problem = launchProblem(this.factsOf(launch, present));
    if (problem !== undefined) this.refuse(framework, launch, present, problem);
    else this.take(framework, launch, present);
  }

  private factsOf(launch: Launch, present: ExecutorEntry | undefined): LaunchFacts {
    const { tables } = this.host;
    const frameworkId = launch.framework.id?.value ?? '';
    const duplicate = launch.tasks.find(
      ({ task_id }) => tables.task(frameworkId, task_id.value) !== undefined,
    );
    return {
      framework: launch.framework,
      tasks: launch.tasks,
      draining: this.host.drain() !== undefined,
      isGroup: launch.isGroup,
      executorType: launch.executor.type,
      forCommandTask: launch.forCommandTask,
      launchExecutor: launch.forCommandTask ? undefined : launch.launchExecutor,
      executor: present === undefined ? 'none' : this.executors.isEnding(present) ? 'ending' : 'alive',
      resourceVersions: launch.resourceVersions,
      resourceVersion: this.resourceVersion(),
      providersOutdated: this.areProvidersOutdated(launch),
      enforces: this.host.containers.enforces,
      unknownResources: this.unknownResources(launch),
      duplicate: duplicate?.task_id.value,
    };
  }

  /** Volumes and dynamic reservations that the launch counts on and that are not here. */
  private unknownResources(launch: Launch): string | undefined {
    const needed = [launch.executor.resources, ...launch.tasks.map((task) => task.resources)].flatMap(
      (list) =>
        (list ?? []).filter((resource) => resource.disk?.persistence !== undefined || isDynamic(resource)),
    );
    if (needed.length === 0) return undefined;
    const checkpointed = Resources.of(needed).checkpointed().unallocated().withSingleHolders();
    const total = this.operations.total.plus(this.providers.total);
    return total.contains(checkpointed) ? undefined : checkpointed.toString();
  }

  private refuse(
    framework: FrameworkEntry,
    launch: Launch,
    present: ExecutorEntry | undefined,
    verdict: Verdict,
  ): void {
    const executorId = launch.executor.executor_id.value;
    this.host.log.warn('Tasks are not taken', { framework_id: framework.id, why: verdict.message });
    for (const task of launch.tasks) {
      // An end told now would be taken for that of the task which has the id.
      if (this.host.tables.task(framework.id, task.task_id.value) !== undefined) continue;
      this.updates.refuse(
        framework,
        task.task_id.value,
        launch.forCommandTask ? undefined : executorId,
        verdict,
      );
    }
    // The master has charged for an executor that will not be started.
    const charged = launch.launchExecutor === true && !launch.forCommandTask && present === undefined;
    if (charged) tellExited(this.host, framework.id, executorId, undefined);
    this.frameworks.removeIfEmpty(framework);
  }

  private take(framework: FrameworkEntry, launch: Launch, present: ExecutorEntry | undefined): void {
    const { host } = this;
    const durable = framework.info.checkpoint === true;
    const executor = present ?? this.executors.create(framework, launch.executor, launch.forCommandTask);
    const group = launch.isGroup ? launch.tasks[0]?.task_id.value : undefined;
    const tasks = launch.tasks.map((info): TaskEntry => {
      const id = info.task_id.value;
      return {
        key: taskKey(framework.id, id),
        id,
        info,
        executor,
        group,
        statuses: [],
        forwarded: undefined,
      };
    });
    for (const task of tasks) host.tables.addTask(task);
    if (!durable) {
      this.publish(executor, tasks);
      return;
    }
    if (present === undefined) {
      const { info, containerId, forCommandTask } = executor;
      host.checkpoints.executor(framework.id, { info, containerId, forCommandTask }, () => undefined);
    }
    const executorId = launch.executor.executor_id.value;
    const queued = host.defer(() => this.publish(executor, tasks));
    const last = tasks.length - 1;
    for (const [at, task] of tasks.entries()) {
      host.checkpoints.task(framework.id, executorId, task, (error) => {
        if (at === last && error === undefined) queued();
      });
    }
  }

  /** What resource providers bring is made ready by them before a container needs it. */
  private publish(executor: ExecutorEntry, tasks: readonly TaskEntry[]): void {
    const needed = [executor.info, ...tasks.map(({ info }) => info)].flatMap(
      ({ resources }) => resources ?? [],
    );
    this.providers.publish(needed, (problem) => {
      if (problem === undefined) this.executors.enqueue(executor, tasks);
      else this.unpublished(executor, tasks, problem);
    });
  }

  private unpublished(executor: ExecutorEntry, tasks: readonly TaskEntry[], problem: string): void {
    const { tables } = this.host;
    for (const task of tasks) {
      if (tables.tasks.get(task.key) !== task || !tables.isUndelivered(task)) continue;
      this.updates.end(task, {
        state: TaskState.TASK_FAILED,
        reason: TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED,
        message: `Failed to publish resources: ${problem}`,
      });
      this.executors.dequeue(executor, task);
    }
  }

  /** Whether the launch was planned with resources of a provider that are not as they were then. */
  private areProvidersOutdated({ tasks, executor, providerVersions }: Launch): boolean {
    const named = providersOf([executor, ...tasks].flatMap(({ resources }) => resources ?? []));
    return [...named].some((id) => {
      const planned = providerVersions.get(id);
      const present = this.providers.providing(id)?.version;
      return planned !== undefined && (present === undefined || planned !== keyOf(present));
    });
  }
}

function isDynamic(resource: NonNullable<TaskInfo['resources']>[number]): boolean {
  return resource.reservation !== undefined || (resource.reservations?.length ?? 0) > 0;
}

function versionsOf({
  resource_version_uuids = [],
}: RunTaskMessage | RunTaskGroupMessage): Pick<Launch, 'resourceVersions' | 'providerVersions'> {
  const resourceVersions: string[] = [];
  const providerVersions = new Map<string, string>();
  for (const { resource_provider_id, uuid } of resource_version_uuids) {
    if (resource_provider_id === undefined) resourceVersions.push(keyOf(uuid.value));
    else providerVersions.set(resource_provider_id.value, keyOf(uuid.value));
  }
  return { resourceVersions, providerVersions };
}
