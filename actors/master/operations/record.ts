/** What the master keeps of an operation on reservations and volumes. Its state is its chart's (`operations.chart`, by key) alone. */
import {
  type OfferOperation,
  type Operation,
  OperationState,
  type OperationStatus,
} from '../../../proto/index.ts';
import type { Resources } from '../../../proto/resources/index.ts';

export interface OperationRecord {
  /** The uuid as hexadecimal text: the name of its chart, too. */
  readonly key: string;
  readonly uuid: Uint8Array;
  /** Undefined for an operation of an operator. */
  readonly frameworkId: string | undefined;
  readonly agentId: string;
  /** In the new reservation format, with allocation roles where it is a framework's. */
  readonly info: OfferOperation;
  /** What is in use while its resource provider carries it out, with allocation roles. */
  held?: Resources | undefined;
  /** What its agent has said of it, oldest first; at first that it is pending. */
  readonly statuses: OperationStatus[];
}

export function keyOf(uuid: Uint8Array): string {
  return Buffer.from(uuid).toString('hex');
}

/** The operation as `mesos.v1.Operation`. */
export function operationMessage(record: OperationRecord, latest: OperationStatus): Operation {
  const { frameworkId, agentId, info, statuses, uuid } = record;
  return {
    framework_id: frameworkId === undefined ? undefined : { value: frameworkId },
    agent_id: { value: agentId },
    info,
    latest_status: latest,
    // That it is pending nobody has said.
    statuses: statuses.filter(({ state }) => state !== OperationState.OPERATION_PENDING),
    uuid: { value: uuid },
  };
}
