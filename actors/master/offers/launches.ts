/** LAUNCH and LAUNCH_GROUP: tasks are checked, charged to their agent and sent there. */
import {
  type ExecutorInfo,
  HealthCheckType,
  type OfferOperation,
  type Resource,
  type ResourceVersionUUID,
  type TaskInfo,
  TaskStatusReason,
} from '../../../proto/index.ts';
import { Resources, validateResources } from '../../../proto/resources/index.ts';
import { type ExecutorRecord, executorOf } from '../agents/record.ts';
import type { MasterParts } from '../parts.ts';
import { type TaskSurroundings, validateTask } from '../validation/task.ts';
import { validateTaskGroup } from '../validation/taskGroup.ts';
import type { AcceptedOffers } from './accepted.ts';

export class Launches {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  launch(accepted: AcceptedOffers, operation: OfferOperation): void {
    const tasks = operation.launch?.task_infos ?? [];
    const malformed = malformedIn(operation, tasks, undefined);
    for (const info of tasks) {
      const task = completeTask(info, accepted);
      const executor = task.executor === undefined ? undefined : this.running(accepted, task.executor);
      const problem = malformed ?? validateTask(task, this.surroundingsOf(accepted, task), executor);
      const denial = problem === undefined ? this.denialOf(accepted, task) : undefined;
      if (problem !== undefined) this.refuse(accepted, info, TaskStatusReason.REASON_TASK_INVALID, problem);
      else if (denial !== undefined)
        this.refuse(accepted, info, TaskStatusReason.REASON_TASK_UNAUTHORIZED, denial);
      else this.launchOne(accepted, task, executor);
    }
  }

  /** All tasks of a group start together or none does. */
  launchGroup(accepted: AcceptedOffers, operation: OfferOperation): void {
    const group = operation.launch_group;
    if (group === undefined) {
      this.noBody(accepted, 'launch_group');
      return;
    }
    const infos = group.task_group.tasks ?? [];
    const executor = completeExecutor(group.executor, accepted);
    const tasks = infos.map((info) =>
      completeTask({ ...info, executor: info.executor ?? executor }, accepted),
    );
    const running = this.running(accepted, executor);
    const problem =
      malformedIn(operation, infos, group.executor) ??
      validateTaskGroup({ tasks, executor }, this.surroundings(accepted), running);
    const denial = problem === undefined ? this.firstDenial(accepted, tasks) : undefined;
    if (problem !== undefined || denial !== undefined) {
      const reason =
        problem === undefined
          ? TaskStatusReason.REASON_TASK_GROUP_UNAUTHORIZED
          : TaskStatusReason.REASON_TASK_GROUP_INVALID;
      for (const info of infos) this.refuse(accepted, info, reason, problem ?? denial ?? '');
      return;
    }
    const { agent, framework } = accepted;
    const launchExecutor = this.startExecutor(accepted, executor, running);
    for (const task of tasks) this.charge(accepted, task);
    this.parts.actor.send(agent.pid, 'mesos.internal.RunTaskGroupMessage', {
      framework: framework.description.info,
      executor,
      task_group: { tasks },
      resource_version_uuids: this.resourceVersions(accepted),
      launch_executor: launchExecutor,
    });
  }

  private firstDenial(accepted: AcceptedOffers, tasks: readonly TaskInfo[]): string | undefined {
    for (const task of tasks) {
      const denial = this.denialOf(accepted, task);
      if (denial !== undefined) return denial;
    }
    return undefined;
  }

  /** Whether the framework's principal may run something as the user of the task. */
  private denialOf({ framework }: AcceptedOffers, { command, executor }: TaskInfo): string | undefined {
    const { info } = framework.description;
    const principal = info.principal === undefined ? undefined : { value: info.principal };
    const user = command?.user ?? executor?.command?.user ?? info.user;
    if (this.parts.authorizer.approver(principal, 'RUN_TASK')(user)) return undefined;
    return `Not authorized to launch as user '${user}'`;
  }

  private launchOne(accepted: AcceptedOffers, task: TaskInfo, running: ExecutorRecord | undefined): void {
    const { agent, framework } = accepted;
    const launchExecutor =
      task.executor === undefined ? true : this.startExecutor(accepted, task.executor, running);
    this.charge(accepted, task);
    this.parts.actor.send(agent.pid, 'mesos.internal.RunTaskMessage', {
      framework_id: { value: framework.id },
      framework: framework.description.info,
      task,
      pid: framework.connection?.pid?.toUpid(),
      resource_version_uuids: this.resourceVersions(accepted),
      launch_executor: launchExecutor,
    });
  }

  private charge(accepted: AcceptedOffers, task: TaskInfo): void {
    const { agent, framework } = accepted;
    const resources = Resources.of(task.resources);
    this.addHolders(accepted, resources);
    accepted.remaining = accepted.remaining.minus(resources);
    this.parts.tasks.launch(agent, framework, task, resources);
    this.parts.actor.log.info('launching task', () => ({
      task_id: task.task_id.value,
      framework_id: framework.id,
      agent_id: agent.id,
      resources: resources.toString(),
    }));
  }

  /** A task that uses a shared volume of the offers, all holders of which have been given away, is one holder more. */
  private addHolders(accepted: AcceptedOffers, resources: Resources): void {
    const { framework, agent, remaining } = accepted;
    const additional = resources.shared().minus(remaining.shared());
    if (additional.isEmpty) return;
    this.parts.allocation.convert(framework.id, agent, [
      { consumed: Resources.EMPTY, converted: additional },
    ]);
    accepted.remaining = remaining.plus(additional);
  }

  /** @returns whether the agent has to start the executor: no such one runs there, nor is one on its way */
  private startExecutor(
    accepted: AcceptedOffers,
    info: ExecutorInfo,
    running: ExecutorRecord | undefined,
  ): boolean {
    if (running !== undefined) return false;
    const resources = Resources.of(info.resources);
    accepted.remaining = accepted.remaining.minus(resources);
    this.parts.agents.addExecutor(accepted.agent, accepted.framework.id, {
      id: info.executor_id.value,
      info,
      resources,
    });
    return true;
  }

  private running({ agent, framework }: AcceptedOffers, executor: ExecutorInfo): ExecutorRecord | undefined {
    return executorOf(agent, framework.id, executor.executor_id.value);
  }

  private surroundings({ agent, framework, remaining }: AcceptedOffers): TaskSurroundings {
    return { agent, framework, remaining };
  }

  /** Shared volumes of the offers are still there, however many tasks use them. */
  private surroundingsOf(accepted: AcceptedOffers, task: TaskInfo): TaskSurroundings {
    const surroundings = this.surroundings(accepted);
    const { remaining, shared } = accepted;
    const used = Resources.of(task.resources).shared();
    if (used.isEmpty || !shared.contains(used.withSingleHolders())) return surroundings;
    return { ...surroundings, remaining: remaining.plus(used.minus(remaining.shared())) };
  }

  private resourceVersions({ agent }: AcceptedOffers) {
    const own = agent.description.resourceVersion;
    const versions: ResourceVersionUUID[] = own === undefined ? [] : [{ uuid: own }];
    for (const [value, { version }] of agent.providers)
      if (version !== undefined) versions.push({ resource_provider_id: { value }, uuid: version });
    return versions.length === 0 ? undefined : versions;
  }

  private refuse(accepted: AcceptedOffers, task: TaskInfo, reason: TaskStatusReason, message: string): void {
    this.parts.accepts.refuseTask(accepted.framework, task, 'TASK_ERROR', { reason, message });
  }

  private noBody({ framework }: AcceptedOffers, name: string): void {
    this.parts.actor.log.warn(`dropped an operation without its '${name}'`, { framework_id: framework.id });
  }
}

/** A mistake in the form, which concerns the whole operation. */
function malformedIn(
  operation: OfferOperation,
  tasks: readonly TaskInfo[],
  executor: ExecutorInfo | undefined,
): string | undefined {
  if (operation.id !== undefined)
    return "'Operation.id' is not for launches: tasks have updates of their own";
  for (const task of tasks) {
    const problem = validateResources(task.resources) ?? validateResources(task.executor?.resources);
    if (problem !== undefined) return problem;
  }
  return validateResources(executor?.resources);
}

/** The task with what a framework may leave out: allocation roles, the executor's framework, the kind of health check. */
function completeTask(info: TaskInfo, accepted: AcceptedOffers): TaskInfo {
  const { resources, executor, health_check } = info;
  const completed: TaskInfo = { ...info, resources: allocated(resources, accepted.role) };
  if (executor !== undefined) completed.executor = completeExecutor(executor, accepted);
  if (health_check !== undefined && health_check.type === undefined) {
    completed.health_check = { ...health_check, type: typeOf(health_check) };
  }
  return completed;
}

function completeExecutor(executor: ExecutorInfo, { framework, role }: AcceptedOffers): ExecutorInfo {
  return {
    ...executor,
    framework_id: executor.framework_id ?? { value: framework.id },
    resources: allocated(executor.resources, role),
  };
}

function allocated(resources: Resource[] | undefined, role: string): Resource[] {
  return (resources ?? []).map((resource) =>
    resource.allocation_info === undefined ? { ...resource, allocation_info: { role } } : resource,
  );
}

function typeOf({ command, http }: NonNullable<TaskInfo['health_check']>) {
  if (command !== undefined && http === undefined) return HealthCheckType.COMMAND;
  return http !== undefined && command === undefined ? HealthCheckType.HTTP : undefined;
}
