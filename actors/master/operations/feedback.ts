/**
 * What frameworks are told of operations, and what they say: updates, acknowledgements, reconciliation (v1-scheduler-api.md §9,
 * §12, §13). Operations without an id are nobody's business but the master's, good or bad.
 */
import {
  AgentInfoCapabilityType,
  type OfferOperation,
  OfferOperationType,
  OperationState,
  type OperationStatus,
  type SchedulerCallAcknowledgeOperationStatus,
  type SchedulerCallReconcileOperations,
  type SchedulerCallReconcileOperationsOperation,
  SchedulerEventType,
  type UpdateOperationStatusMessage,
} from '../../../proto/index.ts';
import { providerOf } from '../../../proto/resources/index.ts';
import { type AgentRecord, hasCapability } from '../agents/record.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { keyOf, type OperationRecord } from './record.ts';

const FEEDBACK = AgentInfoCapabilityType.AGENT_OPERATION_FEEDBACK;

export class OperationFeedback {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  // ---- to frameworks --------------------------------------------------------------------------------------------

  /**
   * Operations of an ACCEPT that are not performed: those with an id are answered OPERATION_ERROR, those without vanish.
   * Launches are none of them: their tasks are answered.
   */
  refuse(framework: FrameworkRecord, operations: readonly OfferOperation[], message: string): void {
    for (const operation of operations) {
      const { id, type } = operation;
      if (type === OfferOperationType.LAUNCH || type === OfferOperationType.LAUNCH_GROUP) continue;
      this.parts.metrics.operations.began(operation);
      this.parts.metrics.operations.ended(operation, OperationState.OPERATION_ERROR);
      if (id === undefined) continue;
      this.send(framework, { operation_id: id, state: OperationState.OPERATION_ERROR, message });
    }
  }

  /** An update of an agent. @param acknowledge there is nobody else to take note of it */
  forward(agent: AgentRecord, record: OperationRecord, status: OperationStatus, acknowledge: boolean): void {
    if (acknowledge) {
      if (status.uuid === undefined) return;
      this.sendAcknowledgement(agent, record, status.uuid.value);
      if (this.parts.operations.isTerminal(record)) this.parts.operations.acknowledged(record);
      return;
    }
    const framework = this.parts.frameworks.find(record.frameworkId ?? '');
    if (framework !== undefined) this.send(framework, status);
  }

  /** The master's own word on what became of an operation; not to be acknowledged. */
  tell(record: OperationRecord, message: string): void {
    const framework = this.parts.frameworks.find(record.frameworkId ?? '');
    if (framework === undefined || record.info.id === undefined) return;
    this.send(framework, { ...withoutUuid(this.parts.operations.latest(record)), message });
  }

  private send(framework: FrameworkRecord, status: OperationStatus): void {
    this.parts.frameworks.tell(framework, {
      type: SchedulerEventType.UPDATE_OPERATION_STATUS,
      update_operation_status: { status },
    });
  }

  // ---- from frameworks ------------------------------------------------------------------------------------------

  /** RECONCILE_OPERATIONS: an answer for each one named; without names, for each one known. */
  reconcile(framework: FrameworkRecord, { operations }: SchedulerCallReconcileOperations): void {
    this.parts.metrics.messages.reconcile_operations.value++;
    if (operations === undefined || operations.length === 0) {
      for (const record of [...this.parts.operations.of(framework.id)]) this.answer(framework, record);
      return;
    }
    for (const asked of operations) {
      const record = this.parts.operations.named(framework.id, asked.operation_id.value);
      if (record === undefined) this.answerUnknown(framework, asked);
      else this.answer(framework, record);
    }
  }

  private answer(framework: FrameworkRecord, record: OperationRecord): void {
    this.send(framework, withoutUuid(this.parts.operations.latest(record)));
  }

  /** Which resource providers may come back, an agent knows better. */
  private answerUnknown(framework: FrameworkRecord, asked: SchedulerCallReconcileOperationsOperation): void {
    const { operation_id, agent_id, resource_provider_id } = asked;
    const agent = this.parts.agents.connected(agent_id?.value ?? '');
    const isAway = resource_provider_id !== undefined && !agent?.providers.has(resource_provider_id.value);
    if (agent !== undefined && isAway && hasCapability(agent, FEEDBACK)) {
      this.parts.actor.send(agent.pid, 'mesos.internal.ReconcileOperationsMessage', {
        framework_id: { value: framework.id },
        operations: [{ operation_id, resource_provider_id }],
      });
      return;
    }
    const { state, message } = this.unknownAt(agent_id?.value);
    this.send(framework, {
      operation_id,
      state,
      message: `Reconciliation: ${message}`,
      agent_id,
      resource_provider_id,
    });
  }

  /** An agent answers what a framework has asked about an operation that neither knows. */
  answered({ framework_id, status }: UpdateOperationStatusMessage): void {
    const framework = this.parts.frameworks.find(framework_id?.value ?? '');
    if (framework !== undefined) this.send(framework, withoutUuid(status));
  }

  private unknownAt(agentId: string | undefined): { state: OperationState; message: string } {
    const { agents } = this.parts;
    if (agentId !== undefined && agents.find(agentId) === undefined) {
      if (agents.isAwaited(agentId))
        return {
          state: OperationState.OPERATION_RECOVERING,
          message: 'Agent is recovered, but not back yet',
        };
      if (agents.unreachableSinceMs(agentId) !== undefined)
        return { state: OperationState.OPERATION_UNREACHABLE, message: 'Agent is unreachable' };
      if (agents.isGone(agentId))
        return {
          state: OperationState.OPERATION_GONE_BY_OPERATOR,
          message: 'Agent has been marked gone',
        };
    }
    const unnamed = agentId === undefined ? ", and no 'agent_id' was given" : '';
    return { state: OperationState.OPERATION_UNKNOWN, message: `Operation is unknown${unnamed}` };
  }

  /** ACKNOWLEDGE_OPERATION_STATUS. @returns why it leads nowhere */
  acknowledge(framework: FrameworkRecord, call: SchedulerCallAcknowledgeOperationStatus): string | undefined {
    const { metrics } = this.parts;
    metrics.messages.operation_status_update_acknowledgement.value++;
    const problem = this.performAcknowledge(framework, call);
    if (problem === undefined) metrics.operations.validAcknowledgements.value++;
    else metrics.invalidOperationAcknowledgements.value++;
    return problem;
  }

  private performAcknowledge(
    framework: FrameworkRecord,
    { agent_id, resource_provider_id, uuid, operation_id }: SchedulerCallAcknowledgeOperationStatus,
  ): string | undefined {
    const { agents, operations } = this.parts;
    const agent = agents.connected(agent_id?.value ?? '');
    if (agent === undefined) return `agent ${agent_id?.value ?? ''} is not connected`;
    const needed =
      resource_provider_id === undefined
        ? AgentInfoCapabilityType.AGENT_OPERATION_FEEDBACK
        : AgentInfoCapabilityType.RESOURCE_PROVIDER;
    if (!hasCapability(agent, needed)) return `agent ${agent.id} gives no feedback on operations`;
    const record = operations.named(framework.id, operation_id.value);
    if (record?.agentId !== agent.id) return `there is no operation ${operation_id.value} on its agent`;
    const key = keyOf(uuid);
    const status = record.statuses.find((each) => each.uuid !== undefined && keyOf(each.uuid.value) === key);
    if (status === undefined) return `operation ${operation_id.value} has no update of this uuid`;
    this.sendAcknowledgement(agent, record, uuid);
    if (operations.isTerminal(record) && record.statuses.at(-1) === status) operations.acknowledged(record);
    return undefined;
  }

  private sendAcknowledgement(agent: AgentRecord, record: OperationRecord, uuid: Uint8Array): void {
    const provider = providerOf(record.info);
    this.parts.actor.send(agent.pid, 'mesos.internal.AcknowledgeOperationStatusMessage', {
      status_uuid: { value: uuid },
      operation_uuid: { value: record.uuid },
      resource_provider_id: provider === undefined ? undefined : { value: provider },
    });
  }
}

function withoutUuid({ uuid: _none, ...status }: OperationStatus): OperationStatus {
  return status;
}
