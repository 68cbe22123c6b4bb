/** Resources that are free most of the time, offered as revocable ones, and taken back when they are needed (agent.md §17). */
import type { Resource } from '../../../proto/generated/types/v1.ts';
import { TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { parseResources, Resources } from '../../../proto/resources/index.ts';
import type { Executors } from '../executors/executors.ts';
import type { AgentHost } from '../host.ts';
import type { Registration } from '../registration/registration.ts';
import type { ExecutorEntry } from '../tables/entries.ts';
import { goneOrLost } from '../tables/loss.ts';
import { FIXED_ESTIMATOR, LOAD_CONTROLLER } from './modules.ts';

export interface OversubscriptionParts {
  readonly executors: Executors;
  readonly registration: Pick<Registration, 'isRegistered'>;
  /** Of the last 1, 5 and 15 minutes. */
  readonly loads: () => readonly number[];
}

export class Oversubscription {
  private readonly host: AgentHost;
  private readonly parts: OversubscriptionParts;
  /** What the estimator has to give; undefined without one. */
  private readonly fixed: Resources | undefined;
  /** What the master was told last. */
  private told: Resources = Resources.EMPTY;

  constructor(host: AgentHost, parts: OversubscriptionParts) {
    this.host = host;
    this.parts = parts;
    const { resource_estimator, modules } = host.flags;
    const text = modules.get(FIXED_ESTIMATOR)?.get('resources') ?? '';
    this.fixed = resource_estimator === undefined ? undefined : Resources.of(revocable(text));
  }

  /** Revocable resources, as the master knows them. */
  get total(): Resources {
    return this.told;
  }

  start(): void {
    if (this.fixed !== undefined) this.estimateLater();
    if (this.host.flags.qos_controller !== undefined) this.correctLater();
  }

  /** A master that has just registered this agent knows of nothing revocable. */
  registered(): void {
    this.told = Resources.EMPTY;
    this.tell();
  }

  private estimateLater(): void {
    this.host.delay(this.host.flags.oversubscribed_resources_interval, () => {
      if (this.parts.registration.isRegistered) this.tell();
      this.estimateLater();
    });
  }

  /** In use and estimated to be free: together what was given, or what is in use where that is more. */
  private tell(): void {
    if (this.fixed === undefined) return;
    const used = this.host.tables.used().revocable().unallocated();
    const total = this.fixed.contains(used) ? this.fixed : used;
    if (total.equals(this.told)) return;
    this.told = total;
    this.host.send(this.host.master(), 'mesos.internal.UpdateSlaveMessage', {
      slave_id: { value: this.host.agentId() },
      update_oversubscribed_resources: true,
      oversubscribed_resources: total.toMessages(),
    });
  }

  private correctLater(): void {
    this.host.delay(this.host.flags.qos_correction_interval_min, () => {
      this.correct();
      this.correctLater();
    });
  }

  private correct(): void {
    const [, five = 0, fifteen = 0] = this.parts.loads();
    const isOver =
      five > this.threshold('load_threshold_5min') || fifteen > this.threshold('load_threshold_15min');
    if (!isOver) return;
    for (const executor of [...this.host.tables.runs.values()])
      if (isRevocable(executor)) this.preempt(executor);
  }

  private threshold(key: string): number {
    const text = this.host.flags.modules.get(LOAD_CONTROLLER)?.get(key);
    return text === undefined ? Number.POSITIVE_INFINITY : Number(text);
  }

  private preempt(executor: ExecutorEntry): void {
    if (this.parts.executors.isTerminated(executor) || executor.verdict !== undefined) return;
    this.host.metrics.executorsPreempted.value += 1;
    this.parts.executors.destroy(executor, {
      state: goneOrLost(executor.framework.info),
      reason: TaskStatusReason.REASON_CONTAINER_PREEMPTED,
      message: 'Container preempted by the QoS controller: the machine is too busy',
    });
  }
}

function revocable(text: string): Resource[] {
  return parseResources(text)
    .toMessages()
    .map((resource) => ({ ...resource, revocable: {} }));
}

/** One revocable resource makes the whole container revocable. */
function isRevocable({ info, tasks }: ExecutorEntry): boolean {
  const all = [
    ...(info.resources ?? []),
    ...[...tasks.values()].flatMap((task) => task.info.resources ?? []),
  ];
  return all.some((resource) => resource.revocable !== undefined);
}
