/**
 * Operations on offers, as far as a master knows them that performs none but launches: none is ever known, and what is asked
 * about them is answered from what is known of their agent (v1-scheduler-api.md §9, §12, §13).
 */
import {
  type OfferOperation,
  OfferOperationType,
  OperationState,
  type OperationStatus,
  type SchedulerCallReconcileOperations,
  type SchedulerEvent,
  SchedulerEventType,
} from '../../../proto/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';

export class Operations {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /**
   * Operations of an ACCEPT that are not performed: those with an id are answered OPERATION_ERROR, those without vanish.
   * Launches are none of them: their tasks are answered.
   */
  refuse(framework: FrameworkRecord, operations: readonly OfferOperation[], message: string): void {
    for (const { id, type } of operations) {
      const launch = type === OfferOperationType.LAUNCH || type === OfferOperationType.LAUNCH_GROUP;
      if (id === undefined || launch) continue;
      this.tell(framework, { operation_id: id, state: OperationState.OPERATION_ERROR, message });
    }
  }

  /** RECONCILE_OPERATIONS: an answer for each one named; without names, for each one known, of which there is none. */
  reconcile(framework: FrameworkRecord, { operations }: SchedulerCallReconcileOperations): void {
    this.parts.metrics.messages.reconcile_operations.value++;
    for (const { operation_id, agent_id, resource_provider_id } of operations ?? []) {
      this.tell(framework, {
        operation_id,
        state: this.stateFor(agent_id?.value),
        message: 'Reconciliation: Operation is unknown',
        agent_id,
        resource_provider_id,
      });
    }
  }

  /** ACKNOWLEDGE_OPERATION_STATUS. @returns why it leads nowhere */
  acknowledge(): string {
    this.parts.metrics.messages.operation_status_update_acknowledgement.value++;
    this.parts.metrics.invalidOperationAcknowledgements.value++;
    return 'there is no such operation';
  }

  private stateFor(agentId: string | undefined): OperationState {
    const { agents } = this.parts;
    if (agentId === undefined) return OperationState.OPERATION_UNKNOWN;
    if (agents.isAwaited(agentId)) return OperationState.OPERATION_RECOVERING;
    if (agents.find(agentId) !== undefined) return OperationState.OPERATION_UNKNOWN;
    if (agents.unreachableSinceMs(agentId) !== undefined) return OperationState.OPERATION_UNREACHABLE;
    return agents.isGone(agentId)
      ? OperationState.OPERATION_GONE_BY_OPERATOR
      : OperationState.OPERATION_UNKNOWN;
  }

  private tell(framework: FrameworkRecord, status: OperationStatus): void {
    const event: SchedulerEvent = {
      type: SchedulerEventType.UPDATE_OPERATION_STATUS,
      update_operation_status: { status },
    };
    this.parts.frameworks.tell(framework, event);
  }
}
