/** The frameworks: who they are, whether their scheduler is there, and what it is told. */
import type { FrameworkInfo, SchedulerEvent } from '../../../proto/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { frameworkMachine } from '../../../statecharts/framework.ts';
import type { AgentRecord } from '../agents/record.ts';
import { addBounded } from '../boundedMap.ts';
import type { MasterParts } from '../parts.ts';
import type { FrameworkConnection } from './connection.ts';
import {
  describeFramework,
  type FrameworkDescription,
  type FrameworkRecord,
  newFramework,
} from './record.ts';

export class Frameworks {
  /** Live and remembered frameworks, by id. */
  readonly chart: ChartTable<typeof frameworkMachine>;
  private readonly parts: MasterParts;
  private readonly live = new Map<string, FrameworkRecord>();
  /** Those that have ended, oldest first. */
  private readonly ended = new Map<string, FrameworkRecord>();
  /** Frameworks by the PID of their driver. */
  private readonly byPid = new Map<string, FrameworkRecord>();
  private created = 0;

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.chart = new ChartTable(frameworkMachine, {
      ...parts.chartReports,
      actions: {
        activate: ({ id }) => parts.allocation.activate(id),
        deactivate: ({ id }) => parts.allocation.deactivate(id),
        discardOffers: ({ id }) => {
          parts.offers.loseFramework(id);
          parts.inverseOffers.loseFramework(id);
        },
        removeFramework: ({ id }) => parts.removal.remove(id),
      },
      delays: { FAILOVER_TIMEOUT: ({ id }) => this.failoverTimeoutMs(id) },
    });
  }

  /** `<master id>-<nnnn>` */
  newId(): string {
    return `${this.parts.info.id}-${String(this.created++).padStart(4, '0')}`;
  }

  find(id: string): FrameworkRecord | undefined {
    return this.live.get(id);
  }

  at(pid: Pid): FrameworkRecord | undefined {
    return this.byPid.get(pid.text);
  }

  all(): IterableIterator<FrameworkRecord> {
    return this.live.values();
  }

  /** Those that have ended and are remembered, oldest first. */
  completed(): IterableIterator<FrameworkRecord> {
    return this.ended.values();
  }

  isCompleted(id: string): boolean {
    return this.ended.has(id);
  }

  isConnected(id: string): boolean {
    return this.chart.hasTag(id, 'connected');
  }

  /** Whether the tasks of the framework survive a loss of their agent's connection. */
  checkpoints(id: string): boolean {
    return this.live.get(id)?.description.info.checkpoint ?? false;
  }

  /** A framework that nobody has subscribed yet: a new one, or one that agents tell of. */
  add(id: string, description: FrameworkDescription): FrameworkRecord {
    const framework = newFramework(id, description, this.parts.nowMs);
    this.live.set(id, framework);
    this.chart.start(id);
    this.parts.allocation.addFramework(framework);
    const tasks = this.parts.actor.metrics.shared(() => this.tasksByState(framework));
    this.parts.metrics.frameworks.add(framework, {
      isConnected: () => this.isConnected(id),
      tasksIn: (state) => tasks().get(state) ?? 0,
      isSuppressed: (role) => this.parts.allocation.allocator.isSuppressed(id, role),
    });
    return framework;
  }

  /** A framework that an agent tells of; its scheduler will come back, or not. */
  recover(id: string, info: FrameworkInfo): void {
    this.parts.actor.log.info('framework recovered', { framework_id: id, name: info.name });
    this.parts.changes.frameworkAdded(this.add(id, describeFramework(id, info)));
  }

  /** From now on the scheduler is at this connection; a former one gets nothing any more. */
  connect(framework: FrameworkRecord, connection: FrameworkConnection): void {
    this.forgetPid(framework);
    framework.connection = connection;
    if (connection.pid === undefined) return;
    this.byPid.set(connection.pid.text, framework);
    this.parts.actor.link(connection.pid);
  }

  /** Sends an event if the scheduler is connected; otherwise it has to ask when it is back. */
  tell(framework: FrameworkRecord, event: SchedulerEvent): void {
    if (!this.isConnected(framework.id)) return;
    this.parts.metrics.frameworks.eventSent(framework, event);
    framework.connection?.send(event);
  }

  tellAll(event: SchedulerEvent): void {
    for (const framework of this.live.values()) this.tell(framework, event);
  }

  /** Tells an agent where the scheduler of a framework is and what it is like. */
  describeTo(framework: FrameworkRecord, agent: AgentRecord): void {
    if (!this.isConnected(framework.id)) return;
    this.parts.actor.send(agent.pid, 'mesos.internal.UpdateFrameworkMessage', {
      framework_id: { value: framework.id },
      pid: framework.connection?.pid?.toUpid() ?? '',
      framework_info: framework.description.info,
    });
  }

  /** The same to all agents: those without the framework ignore it. */
  describeToAll(framework: FrameworkRecord): void {
    for (const agent of this.parts.agents.all()) this.describeTo(framework, agent);
  }

  /** The socket to a process broke; nothing happens when it is no scheduler's. */
  exited(pid: Pid): void {
    const framework = this.at(pid);
    if (framework !== undefined) this.disconnected(framework, `${pid.text} exited`);
  }

  /** A connection broke; nothing happens when the framework is at another one by now, or has ended. */
  lost(frameworkId: string, connection: FrameworkConnection, reason: string): void {
    const framework = this.live.get(frameworkId);
    if (framework?.connection === connection) this.disconnected(framework, reason);
  }

  /** The scheduler is gone from its connection. */
  disconnected(framework: FrameworkRecord, reason: string): void {
    this.parts.actor.log.info('framework disconnected', {
      framework_id: framework.id,
      reason,
      failover_timeout_seconds: this.failoverTimeoutMs(framework.id) / 1000,
    });
    this.chart.step(framework.id, { type: 'CONNECTION_LOST' });
  }

  /** Moves an ended framework to the remembered ones. */
  retire(framework: FrameworkRecord): void {
    this.live.delete(framework.id);
    this.forgetPid(framework);
    framework.unregisteredAtMs = this.parts.nowMs;
    const { max_completed_frameworks: max } = this.parts.flags;
    for (const forgotten of addBounded(this.ended, framework.id, framework, max)) {
      this.parts.tasks.forget(forgotten.completed.values());
      this.chart.stop(forgotten.id);
    }
  }

  private tasksByState({ tasks, unreachable }: FrameworkRecord): ReadonlyMap<string, number> {
    const counts = new Map([['TASK_UNREACHABLE', unreachable.size]]);
    for (const task of tasks.values()) {
      const state = this.parts.tasks.stateName(task);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return counts;
  }

  private forgetPid(framework: FrameworkRecord): void {
    const pid = framework.connection?.pid;
    if (pid !== undefined && this.byPid.get(pid.text) === framework) this.byPid.delete(pid.text);
  }

  private failoverTimeoutMs(id: string): number {
    return (this.live.get(id)?.description.info.failover_timeout ?? 0) * 1000;
  }
}
