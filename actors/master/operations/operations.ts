/**
 * The operations on reservations and volumes that are on their way: what agents were told to do and what they say of it, until
 * that is acknowledged (v1-scheduler-api.md §9, §12; master.md §5).
 *
 * An agent keeps the end of an operation until it is acknowledged: by the framework when the operation has an id, by the master
 * otherwise. So a master that takes over learns from its agents which operations there are.
 */
import {
  AgentInfoCapabilityType,
  enumName,
  type OfferOperation,
  OfferOperationType,
  type Operation,
  OperationState,
  type OperationStatus,
  type UpdateOperationStatusMessage,
} from '../../../proto/index.ts';
import {
  convert,
  providerOf,
  type ResourceConversion,
  Resources,
  toOldFormat,
  unallocatedConversions,
} from '../../../proto/resources/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import {
  type OperationEvent,
  operationMachine,
  operationStateName,
  operationUpdateEvent,
} from '../../../statecharts/operation.ts';
import { type AgentRecord, hasCapability } from '../agents/record.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { OperationHolds } from './holds.ts';
import { keyOf, type OperationRecord, operationMessage } from './record.ts';
import { ofProvider, statusOf, versionOf } from './versions.ts';

/** What an agent returns with may be of frameworks that are still to come: nobody else answers for them before this. */
const ADOPTION_WAIT_MS = 600_000;

/** Operations on unreachable agents that are remembered; the oldest goes first. */
const UNREACHABLE_MAX = 10_000;

export class Operations {
  readonly chart: ChartTable<typeof operationMachine>;
  private readonly parts: MasterParts;
  private readonly holds: OperationHolds;
  private readonly byKey = new Map<string, OperationRecord>();
  private readonly byAgent = new Map<string, Set<OperationRecord>>();
  /** framework id → operation id → operation: the newest of that id. */
  private readonly byName = new Map<string, Map<string, OperationRecord>>();

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.holds = new OperationHolds(parts);
    this.chart = new ChartTable(operationMachine, parts.chartReports);
  }

  /** All that are not acknowledged, oldest first. */
  all(): IterableIterator<OperationRecord> {
    return this.byKey.values();
  }

  /** The same as messages, for endpoints. */
  messages(): Operation[] {
    return [...this.byKey.values()].map((record) => operationMessage(record, this.latest(record)));
  }

  /** How many there are on an agent: it is not drained before there is none. */
  countOn(agentId: string): number {
    return this.byAgent.get(agentId)?.size ?? 0;
  }

  /** Those of a framework that have an id, oldest first. */
  of(frameworkId: string): Iterable<OperationRecord> {
    return this.byName.get(frameworkId)?.values() ?? [];
  }

  named(frameworkId: string, operationId: string): OperationRecord | undefined {
    return this.byName.get(frameworkId)?.get(operationId);
  }

  /** What is known of it last, in the words of its chart. */
  latest(record: OperationRecord): OperationStatus {
    const said = record.statuses.at(-1);
    const state = stateNumber(operationStateName(this.chart.value(record.key) ?? 'pending'));
    if (said?.state === state) return said;
    return statusOf(record.agentId, record.info, state);
  }

  isTerminal(record: OperationRecord): boolean {
    return this.chart.hasTag(record.key, 'terminal');
  }

  // ---- applying -------------------------------------------------------------------------------------------------

  /**
   * Changes what the agent has by an operation that was validated, and tells the agent to do so.
   *
   * @param conversions of the operation, as the caller has worked them out
   * @returns what is wrong, in words: the agent does not have what is converted, and nothing has changed
   */
  apply(
    agent: AgentRecord,
    framework: FrameworkRecord | undefined,
    info: OfferOperation,
    conversions: readonly ResourceConversion[],
  ): string | undefined {
    const total = versionOf(agent, info).problem ?? convert(agent.total, unallocatedConversions(conversions));
    if (!(total instanceof Resources)) return total;
    this.parts.agents.moments.changing(agent);
    agent.total = total;
    this.parts.actor.log.info('applying an operation', () => ({
      type: enumName(OfferOperationType, info.type),
      agent_id: agent.id,
      framework_id: framework?.id,
      operation_id: info.id?.value,
      converted: conversions.map(({ converted }) => converted.toString()).join('; '),
    }));
    this.send(agent, framework, info);
    return undefined;
  }

  /**
   * Sends an operation whose outcome its resource provider alone can tell.
   *
   * @param consumed what it is done to, of what the framework was offered: in use from now on
   * @returns what is wrong, in words, and nothing has changed
   */
  order(
    agent: AgentRecord,
    framework: FrameworkRecord,
    info: OfferOperation,
    consumed: Resources,
  ): string | undefined {
    const { problem } = versionOf(agent, info);
    if (problem !== undefined) return problem;
    this.parts.agents.charge(agent, framework.id, consumed);
    this.send(agent, framework, info, consumed);
    return undefined;
  }

  private send(
    agent: AgentRecord,
    framework: FrameworkRecord | undefined,
    info: OfferOperation,
    held?: Resources,
  ): void {
    const { actor, metrics } = this.parts;
    metrics.operations.began(info);
    const { version, resource_provider_id } = versionOf(agent, info);
    if (version === undefined || !hasCapability(agent, AgentInfoCapabilityType.RESOURCE_PROVIDER)) {
      this.checkpoint(agent);
      metrics.operations.ended(info, OperationState.OPERATION_FINISHED);
      return;
    }
    const uuid = actor.ids.uuidBytes();
    this.add({
      key: keyOf(uuid),
      uuid,
      frameworkId: framework?.id,
      agentId: agent.id,
      info,
      held,
      statuses: [statusOf(agent.id, info, OperationState.OPERATION_PENDING)],
    });
    actor.send(agent.pid, 'mesos.internal.ApplyOperationMessage', {
      framework_id: framework === undefined ? undefined : { value: framework.id },
      operation_info: info,
      operation_uuid: { value: uuid },
      resource_version_uuid: { resource_provider_id, uuid: version },
    });
  }

  /** Agents of before operations are told the whole list of what they have to keep. */
  checkpoint(agent: AgentRecord): void {
    const kept = agent.total.checkpointed().toMessages();
    const refined = hasCapability(agent, AgentInfoCapabilityType.RESERVATION_REFINEMENT);
    this.parts.actor.send(agent.pid, 'mesos.internal.CheckpointResourcesMessage', {
      resources: refined ? kept : kept.flatMap((each) => toOldFormat(each) ?? []),
    });
  }

  // ---- what agents say ------------------------------------------------------------------------------------------

  /** UpdateOperationStatusMessage: an operation came to its end. */
  receive(message: UpdateOperationStatusMessage, from: Pid | undefined): void {
    const { agents, actor, metrics } = this.parts;
    metrics.messages.operation_status_update.value++;
    const agent = agents.find(message.slave_id?.value ?? '');
    if (message.operation_uuid === undefined && agent?.pid.equals(from) === true) {
      this.parts.operationFeedback.answered(message);
      return;
    }
    const record = this.byKey.get(keyOf(message.operation_uuid?.value ?? new Uint8Array()));
    if (agent === undefined || !agent.pid.equals(from) || record?.agentId !== agent.id) {
      metrics.operations.invalidUpdates.value++;
      actor.log.warn('dropped an update of an operation', {
        agent_id: message.slave_id?.value,
        operation_id: message.status.operation_id?.value,
        reason: record === undefined ? 'it is not known' : 'it is not from the agent of the operation',
      });
      return;
    }
    metrics.operations.validUpdates.value++;
    this.update(agent, record, message.status);
  }

  private update(agent: AgentRecord, record: OperationRecord, said: OperationStatus): void {
    // Asked whether it still has it, the agent says that it does not: whoever asked for it knows its end.
    if (said.uuid === undefined && this.isTerminal(record)) {
      this.acknowledged(record);
      return;
    }
    const status: OperationStatus = {
      ...said,
      operation_id: said.operation_id ?? record.info.id,
      agent_id: said.agent_id ?? { value: agent.id },
    };
    this.move(agent, record, status);
    this.parts.actor.log.info('update of an operation', {
      state: enumName(OperationState, status.state),
      agent_id: agent.id,
      framework_id: record.frameworkId,
      operation_id: record.info.id?.value,
      message: status.message,
    });
    this.parts.operationFeedback.forward(agent, record, status, this.mayAcknowledge(agent, record));
    if (this.isTerminal(record) && status.uuid === undefined) this.acknowledged(record);
  }

  /** Without a framework that could, the master acknowledges; but not before one that may come back had its time. */
  private mayAcknowledge(agent: AgentRecord, { frameworkId, info }: OperationRecord): boolean {
    const { frameworks, steadyMs } = this.parts;
    if (info.id === undefined || frameworkId === undefined) return true;
    if (frameworks.find(frameworkId) !== undefined) return false;
    return frameworks.isCompleted(frameworkId) || steadyMs - agent.presentSinceMs >= ADOPTION_WAIT_MS;
  }

  private move(agent: AgentRecord, record: OperationRecord, status: OperationStatus): void {
    const event = operationUpdateEvent(enumName(OperationState, status.state));
    const changed = event !== undefined && this.step(record, event);
    if (changed && this.isTerminal(record)) this.holds.settle(agent, record, status, false);
    const last = record.statuses.at(-1);
    if (changed || last?.uuid === undefined) record.statuses.push(status);
  }

  private step(record: OperationRecord, event: OperationEvent): boolean {
    const before = this.chart.value(record.key);
    this.chart.step(record.key, event);
    if (this.chart.value(record.key) === before) return false;
    if (this.isTerminal(record)) this.parts.metrics.operations.ended(record.info, this.latest(record).state);
    return true;
  }

  /**
   * A (re-)registered agent lists its operations. What the master knows beside them never arrived there: the agent is asked, and
   * answers that it was dropped. It is asked as well about ends that are news: an acknowledgement may have crossed the list, and
   * then nothing would ever end them here.
   *
   * @param taken resource providers of which it told all they have: what became of their operations is in that
   */
  reconcile(agent: AgentRecord, reported: readonly Operation[], taken: ReadonlySet<string> = NONE): void {
    const keys = new Set(reported.map(({ uuid }) => keyOf(uuid.value)));
    const news = reported.flatMap((operation) => this.takeBack(agent, operation, taken) ?? []);
    const asked = news.filter((record) => this.isTerminal(record));
    for (const record of [...(this.byAgent.get(agent.id) ?? [])]) {
      if (keys.has(record.key)) continue;
      if (this.isTerminal(record)) this.remove(record);
      else {
        this.step(record, { type: 'UPDATE_PENDING' });
        asked.push(record);
      }
    }
    if (asked.length === 0) return;
    this.parts.actor.send(agent.pid, 'mesos.internal.ReconcileOperationsMessage', {
      operations: asked.map(({ uuid, info }) => ({ operation_uuid: { value: uuid }, ...ofProvider(info) })),
    });
  }

  /** @returns the operation, when it was not known */
  private takeBack(
    agent: AgentRecord,
    { uuid, framework_id, info, latest_status, statuses }: Operation,
    taken: ReadonlySet<string>,
  ): OperationRecord | undefined {
    const key = keyOf(uuid.value);
    const known = this.byKey.get(key);
    if (known !== undefined && known.agentId !== agent.id) return undefined;
    let record = known;
    if (record === undefined) {
      record = {
        key,
        uuid: uuid.value,
        frameworkId: framework_id?.value,
        agentId: agent.id,
        info,
        statuses: [...(statuses ?? [])],
      };
      this.parts.metrics.operations.began(info);
      this.add(record);
    }
    const event = operationUpdateEvent(enumName(OperationState, latest_status.state));
    if (event !== undefined && this.step(record, event) && this.isTerminal(record))
      this.holds.settle(agent, record, latest_status, taken.has(providerOf(info) ?? ''));
    else if (record.held === undefined && !this.isTerminal(record)) this.holds.takeBack(agent, record);
    return known === undefined ? record : undefined;
  }

  // ---- losses ---------------------------------------------------------------------------------------------------

  /** The agent is no member any more. */
  loseAgent(agentId: string, how: 'unreachable' | 'gone' | 'removed'): void {
    const { operationFeedback } = this.parts;
    for (const record of [...(this.byAgent.get(agentId) ?? [])]) {
      if (this.isTerminal(record) || how === 'removed') this.remove(record);
      else if (how === 'gone') {
        record.held = undefined;
        this.step(record, { type: 'AGENT_GONE' });
        operationFeedback.tell(record, 'The agent has been marked gone');
        this.acknowledged(record);
      } else {
        record.held = undefined;
        if (this.step(record, { type: 'AGENT_UNREACHABLE' }))
          operationFeedback.tell(record, 'The agent is unreachable');
      }
    }
    if (how === 'unreachable') this.boundUnreachable();
  }

  /** A resource provider is gone from its agent; it tells of its operations when it comes back. */
  loseProvider(agentId: string, providerId: string): void {
    for (const record of [...(this.byAgent.get(agentId) ?? [])])
      if (providerOf(record.info) === providerId) this.remove(record);
  }

  private boundUnreachable(): void {
    let over = this.chart.countIn('unreachable') - UNREACHABLE_MAX;
    for (const record of [...this.byKey.values()]) {
      if (over <= 0) return;
      if (!this.chart.matches(record.key, 'unreachable')) continue;
      this.remove(record);
      over--;
    }
  }

  // ---- the table ------------------------------------------------------------------------------------------------

  private add(record: OperationRecord): void {
    const { key, agentId, frameworkId, info } = record;
    this.byKey.set(key, record);
    this.chart.start(key);
    const ofAgent = this.byAgent.get(agentId) ?? new Set<OperationRecord>();
    this.byAgent.set(agentId, ofAgent.add(record));
    if (frameworkId === undefined || info.id === undefined) return;
    const ofFramework = this.byName.get(frameworkId) ?? new Map<string, OperationRecord>();
    this.byName.set(frameworkId, ofFramework.set(info.id.value, record));
  }

  /** Whoever asked for it knows how it ended. */
  acknowledged(record: OperationRecord): void {
    this.chart.step(record.key, { type: 'ACKNOWLEDGED' });
    this.remove(record);
  }

  /** Forgets it, acknowledged or not. */
  private remove(record: OperationRecord): void {
    const { key, agentId, frameworkId, info } = record;
    this.byKey.delete(key);
    this.chart.stop(key);
    const ofAgent = this.byAgent.get(agentId);
    ofAgent?.delete(record);
    if (ofAgent?.size === 0) this.byAgent.delete(agentId);
    const agent = this.parts.agents.find(agentId);
    this.holds.release(agent, record);
    if (agent !== undefined) this.parts.drains.check(agent);
    const ofFramework = this.byName.get(frameworkId ?? '');
    const name = info.id?.value ?? '';
    if (ofFramework?.get(name) === record) ofFramework.delete(name);
    if (ofFramework?.size === 0) this.byName.delete(frameworkId ?? '');
  }
}

const NONE: ReadonlySet<string> = new Set();

const numbers: Readonly<Record<string, OperationState | undefined>> = OperationState;

function stateNumber(name: string): OperationState {
  return numbers[name] ?? OperationState.OPERATION_UNKNOWN;
}
