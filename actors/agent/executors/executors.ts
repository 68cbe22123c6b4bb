/**
 * The executors of an agent, from the launch of their container to the last acknowledged update (agent.md §4.2).
 *
 * Every state is that of an executor's chart; what the chart asks for is done here.
 */
import {
  type ExecutorInfo,
  ExecutorInfoType,
  TaskState,
  TaskStatusReason,
} from '../../../proto/generated/types/v1.ts';
import { IDLE_COMMAND } from '../defaultExecutor/defaultExecutor.ts';
import type { AgentHost } from '../host.ts';
import { mountVolumes } from '../operations/volumeLinks.ts';
import {
  type ExecutorEntry,
  executorId,
  type FrameworkEntry,
  type TaskEntry,
  type Verdict,
} from '../tables/entries.ts';
import { goneOrLost } from '../tables/loss.ts';
import { claimsOf } from './access.ts';
import { prepareLaunch, resourcesOf } from './containerLaunch.ts';
import { agentEnvironment, executorEnvironment } from './environment.ts';
import { type ExecutorChart, executorChart, executorCounts } from './executorChart.ts';
import { ExecutorContainers } from './executorContainers.ts';
import { tellExited } from './exited.ts';
import type { ExecutorParts } from './parts.ts';

const isDefault = ({ info }: ExecutorEntry): boolean => info.type === ExecutorInfoType.DEFAULT;

export class Executors {
  private readonly host: AgentHost;
  readonly chart: ExecutorChart;
  private readonly containers: ExecutorContainers;
  /** Containers whose launch was asked for, by id. */
  private readonly asked = new Set<string>();
  private parts: ExecutorParts | undefined;

  /** @param events told when an executor leaves the state of being awaited */
  constructor(host: AgentHost, events: { onQuiet(): void }) {
    this.host = host;
    this.chart = executorChart(host, {
      sendShutdown: (executor) => this.sendShutdown(executor),
      destroyContainer: (executor) => this.destroyContainer(executor),
      deliver: (executor) => this.deliver(executor),
      conclude: (executor) => this.conclude(executor),
      onQuiet: events.onQuiet,
    });
    this.containers = new ExecutorContainers(host, this.chart, {
      started: (executor) => this.containerStarted(executor),
      found: (executor) => this.containerFound(executor),
      destroyed: (executor) => this.containerDestroyed(executor),
    });
  }

  /** The parts know each other: told once, before anything happens. */
  connect(parts: ExecutorParts): void {
    this.parts = parts;
  }

  get counts(): ReturnType<typeof executorCounts> {
    return executorCounts(this.chart);
  }

  isEnding(executor: ExecutorEntry): boolean {
    return !this.chart.hasTag(executor.containerId, 'takesTasks') && !this.isRegistering(executor);
  }

  isRegistering(executor: ExecutorEntry): boolean {
    return this.chart.hasTag(executor.containerId, 'queuesTasks');
  }

  isTerminated(executor: ExecutorEntry): boolean {
    return !this.chart.has(executor.containerId) || this.chart.done(executor.containerId);
  }

  // ---- launching ------------------------------------------------------------------------------------------------

  /** A new run; its container is launched with its first task. */
  create(framework: FrameworkEntry, info: ExecutorInfo, forCommandTask: boolean): ExecutorEntry {
    const containerId = this.host.ids.uuid();
    return this.add(framework, info, forCommandTask, containerId);
  }

  /** The run of an earlier agent process. Commands of command tasks are looked for by the command executor. */
  restore(
    framework: FrameworkEntry,
    info: ExecutorInfo,
    forCommandTask: boolean,
    containerId: string,
  ): ExecutorEntry {
    const executor = this.add(framework, info, forCommandTask, containerId);
    this.asked.add(containerId);
    if (forCommandTask) this.chart.step(containerId, { type: 'REGISTERED' });
    return executor;
  }

  /** Looks for the containers of custom executors that an earlier agent process launched. */
  recover(executors: readonly ExecutorEntry[]): void {
    this.host.containers.recover(
      executors.map(({ containerId }) => containerId),
      this.containers.recoveredSink,
    );
  }

  private add(
    framework: FrameworkEntry,
    info: ExecutorInfo,
    forCommandTask: boolean,
    containerId: string,
  ): ExecutorEntry {
    const place = {
      agentId: this.host.agentId(),
      frameworkId: framework.id,
      executorId: info.executor_id.value,
    };
    const executor: ExecutorEntry = {
      containerId,
      framework,
      info,
      forCommandTask,
      directory: this.host.paths.sandbox({ ...place, containerId }),
      connection: undefined,
      tasks: new Map(),
      queue: [],
      completed: [],
      delivered: 0,
      verdict: undefined,
      processId: undefined,
      exit: undefined,
    };
    this.host.tables.addExecutor(executor);
    this.chart.start(containerId);
    return executor;
  }

  /** Tasks that may be handed over now: they are on disk where they have to be. Killed ones are skipped. */
  enqueue(executor: ExecutorEntry, tasks: readonly TaskEntry[]): void {
    const { tables } = this.host;
    const live = tasks.filter((task) => tables.tasks.get(task.key) === task && tables.isUndelivered(task));
    for (const task of live) {
      tables.taskChart.step(task.key, { type: 'QUEUED' });
      executor.queue.push(task);
    }
    if (live.length === 0) return;
    if (this.chart.hasTag(executor.containerId, 'takesTasks')) this.deliver(executor);
    else if (executor.forCommandTask) this.chart.step(executor.containerId, { type: 'REGISTERED' });
    else if (!this.wasAsked(executor)) this.launchContainer(executor);
  }

  private wasAsked(executor: ExecutorEntry): boolean {
    return this.asked.has(executor.containerId);
  }

  private launchContainer(executor: ExecutorEntry): void {
    const { host } = this;
    const { containerId, directory, framework, info } = executor;
    this.asked.add(containerId);
    try {
      const own = executorEnvironment(agentEnvironment(host), framework.info, info, directory);
      if (isDefault(executor)) {
        const idle = { ...info.command, ...IDLE_COMMAND };
        host.containers.launch(prepareLaunch(host, executor, idle, own), this.containers.sink);
        return;
      }
      const { variables, files } = host.access.grant(claimsOf(executor));
      const launch = prepareLaunch(host, executor, info.command, { ...variables, ...own });
      host.containers.launch({ ...launch, handOver: files }, this.containers.sink);
    } catch (error) {
      this.containers.sink.failed(containerId, (error as Error).message);
    }
  }

  // ---- what happens to containers -------------------------------------------------------------------------------

  private containerStarted(executor: ExecutorEntry): void {
    if (isDefault(executor)) this.takeIn(executor);
  }

  /** The default executor is a part of the agent: it is there as soon as its container is. */
  private takeIn(executor: ExecutorEntry): void {
    const { defaultExecutor } = this.known;
    if (this.isEnding(executor)) return;
    executor.connection = defaultExecutor.connect(executor);
    this.registered(executor);
    if (!this.shutDownIfIdle(executor)) defaultExecutor.endIfDone(executor);
  }

  private containerFound(executor: ExecutorEntry): void {
    if (isDefault(executor)) this.takeIn(executor);
    const agent = { slave_id: { value: this.host.agentId() } };
    this.host.send(executor.connection?.pid, 'mesos.internal.ReconnectExecutorMessage', agent);
  }

  private containerDestroyed(executor: ExecutorEntry): void {
    if (isDefault(executor)) this.known.defaultExecutor.forget(executor);
    this.ended(executor);
  }

  /** Its container is gone, or there never was one. What was inside does not outlive it. */
  ended({ containerId }: ExecutorEntry): void {
    this.known.nestedContainers.endAll(containerId, () => {
      this.chart.step(containerId, { type: 'CONTAINER_ENDED' });
    });
  }

  // ---- handing over ---------------------------------------------------------------------------------------------

  /** The executor speaks: RegisterExecutorMessage or its like. */
  registered(executor: ExecutorEntry): void {
    this.resourcesChanged(executor);
    this.chart.step(executor.containerId, { type: 'REGISTERED' });
  }

  private deliver(executor: ExecutorEntry): void {
    const { tables } = this.host;
    const queue = executor.queue.splice(0).filter((task) => tables.isUndelivered(task));
    if (!this.resourcesChanged(executor, queue)) return;
    for (const task of queue) {
      if (!tables.isUndelivered(task)) continue;
      const together = task.group === undefined ? [task] : queue.filter(({ group }) => group === task.group);
      for (const each of together) tables.taskChart.step(each.key, { type: 'DELIVERED' });
      executor.delivered += together.length;
      this.handOver(executor, task, together);
    }
  }

  /**
   * A task came or went: the limits of the container follow. One whose limits cannot be changed is destroyed.
   *
   * @param fresh tasks whose volumes are not in the sandbox yet
   * @returns false when it is
   */
  resourcesChanged(executor: ExecutorEntry, fresh: readonly TaskEntry[] = []): boolean {
    if (executor.forCommandTask || this.isTerminated(executor)) return true;
    try {
      const { framework, info, directory } = executor;
      const volumes = fresh
        .flatMap((task) => task.info.resources ?? [])
        .filter(({ disk }) => disk?.persistence !== undefined);
      if (volumes.length > 0) {
        const user = this.host.sandboxes.userOf(info.command?.user ?? framework.info.user);
        mountVolumes(this.host, { root: directory, below: '' }, volumes, user);
      }
      this.host.containers.update(executor.containerId, () => resourcesOf(this.host.tables, executor));
      return true;
    } catch (error) {
      this.destroy(executor, {
        state: goneOrLost(executor.framework.info),
        reason: TaskStatusReason.REASON_CONTAINER_UPDATE_FAILED,
        message: `Failed to update the resources of the container: ${(error as Error).message}`,
      });
      return false;
    }
  }

  /** @param together the task's group, or the task alone */
  private handOver(executor: ExecutorEntry, task: TaskEntry, together: readonly TaskEntry[]): void {
    if (executor.forCommandTask) this.known.commandExecutor.launch(executor, task);
    else if (task.group === undefined) executor.connection?.launch(task.info);
    else executor.connection?.launchGroup(together.map(({ info }) => info));
  }

  /** A queued task was killed. An executor that never got a task and has none left is not needed. */
  dequeue(executor: ExecutorEntry, task: TaskEntry): void {
    const at = executor.queue.indexOf(task);
    if (at >= 0) executor.queue.splice(at, 1);
    this.shutDownIfIdle(executor);
  }

  /** @returns whether the executor was shut down, since it never got a task and none waits for it */
  shutDownIfIdle(executor: ExecutorEntry): boolean {
    if (!this.isIdle(executor)) return false;
    this.shutDown(executor);
    return true;
  }

  isIdle(executor: ExecutorEntry): boolean {
    const waits = [...executor.tasks.values()].some((task) => this.host.tables.isUndelivered(task));
    return executor.delivered === 0 && !waits && !this.isEnding(executor);
  }

  // ---- ending ---------------------------------------------------------------------------------------------------

  shutDown(executor: ExecutorEntry): void {
    // One that has ended waits for acknowledgements only, which do not come any more when its framework is going.
    if (this.isTerminated(executor) && this.known.frameworks.isTerminating(executor.framework)) {
      this.known.updates.abandon(executor);
      return;
    }
    this.chart.step(executor.containerId, { type: 'SHUTDOWN_REQUESTED' });
  }

  /** @param verdict what its live tasks end with */
  destroy(executor: ExecutorEntry, verdict: Verdict): void {
    executor.verdict ??= verdict;
    this.chart.step(executor.containerId, { type: 'DESTROY_REQUESTED' });
  }

  /** Removes an executor that has ended when nothing about its tasks waits for an acknowledgement. */
  removeIfDone(executor: ExecutorEntry): void {
    const { host } = this;
    if (executor.tasks.size > 0 || !this.isTerminated(executor)) return;
    if (host.tables.runs.get(executor.containerId) !== executor) return;
    const { framework, containerId } = executor;
    this.chart.stop(containerId);
    host.tables.removeExecutor(executor, host.flags.max_completed_executors_per_framework);
    if (framework.info.checkpoint === true)
      host.checkpoints.executorEnded(framework.id, executorId(executor));
    this.known.nestedContainers.forgetBelow(containerId);
    if (this.asked.delete(containerId) || executor.forCommandTask) host.containers.remove(containerId);
    host.gc?.schedule(executor.directory);
    host.access.revoke(containerId);
    this.known.frameworks.removeIfEmpty(framework);
  }

  private conclude(executor: ExecutorEntry): void {
    const { host } = this;
    const { framework, containerId } = executor;
    host.metrics.executorsTerminated.value += 1;
    host.log.debug('An executor ended', {
      framework_id: framework.id,
      executor_id: executorId(executor),
      container_id: containerId,
    });
    const verdict = executor.verdict ?? {
      state: TaskState.TASK_FAILED,
      reason: TaskStatusReason.REASON_EXECUTOR_TERMINATED,
      message: 'The executor ended',
    };
    executor.queue.length = 0;
    this.known.nestedContainers.rootEnded(containerId, executor.exit);
    executor.connection?.close();
    executor.connection = undefined;
    for (const task of [...executor.tasks.values()]) {
      if (host.tables.isLive(task)) this.known.updates.end(task, verdict);
    }
    if (this.known.frameworks.isTerminating(framework)) this.known.updates.abandon(executor);
    if (!executor.forCommandTask) {
      tellExited(host, framework.id, executorId(executor), executor.exit);
    }
    host.dispatch(() => this.removeIfDone(executor));
  }

  private sendShutdown(executor: ExecutorEntry): void {
    if (executor.forCommandTask) this.known.commandExecutor.shutDown(executor);
    else executor.connection?.shutDown();
  }

  private destroyContainer(executor: ExecutorEntry): void {
    const { containerId } = executor;
    if (executor.forCommandTask) this.known.commandExecutor.destroy(executor);
    else if (this.wasAsked(executor)) this.host.containers.destroy(containerId);
    else this.host.dispatch(() => this.chart.step(containerId, { type: 'CONTAINER_ENDED' }));
  }

  private get known(): ExecutorParts {
    if (this.parts === undefined) throw new Error('the parts of the agent are not connected yet');
    return this.parts;
  }
}
