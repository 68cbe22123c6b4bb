/**
 * The lines of the journal of status updates. One journal serves all tasks of an agent (Mesos keeps a file for each), so that
 * one sync of the disk makes hundreds of updates safe.
 */
import { decodeAs, encodeAs } from '../../../proto/codec.ts';
import type { StatusUpdate } from '../../../proto/generated/types/internal.ts';

export type UpdateRecord =
  /** An update was taken. */
  | { readonly kind: 'update'; readonly update: StatusUpdate }
  /** The scheduler acknowledged the oldest update of a task. */
  | { readonly kind: 'ack'; readonly frameworkId: string; readonly taskId: string; readonly uuid: Uint8Array }
  /** Nobody will acknowledge anything for this framework any more. */
  | { readonly kind: 'forget'; readonly frameworkId: string };

const KIND_UPDATE = 1;
const KIND_ACK = 2;
const KIND_FORGET = 3;

/** One byte that says which kind, then protobuf (`StatusUpdate`, `StatusUpdateAcknowledgementMessage`, `FrameworkID`). */
export function encodeRecord(record: UpdateRecord): Uint8Array {
  switch (record.kind) {
    case 'update':
      return tagged(KIND_UPDATE, encodeAs('mesos.internal.StatusUpdate', record.update));
    case 'ack':
      return tagged(
        KIND_ACK,
        encodeAs('mesos.internal.StatusUpdateAcknowledgementMessage', {
          slave_id: { value: '' },
          framework_id: { value: record.frameworkId },
          task_id: { value: record.taskId },
          uuid: record.uuid,
        }),
      );
    case 'forget':
      return tagged(KIND_FORGET, encodeAs('mesos.v1.FrameworkID', { value: record.frameworkId }));
  }
}

/** @throws Error naming the kind or field that is unknown or missing: written by a later version, or not by us */
export function decodeRecord(bytes: Uint8Array): UpdateRecord {
  const body = bytes.subarray(1);
  switch (bytes[0]) {
    case KIND_UPDATE:
      return { kind: 'update', update: decodeAs('mesos.internal.StatusUpdate', body) };
    case KIND_ACK: {
      const ack = decodeAs('mesos.internal.StatusUpdateAcknowledgementMessage', body);
      return { kind: 'ack', frameworkId: ack.framework_id.value, taskId: ack.task_id.value, uuid: ack.uuid };
    }
    case KIND_FORGET:
      return { kind: 'forget', frameworkId: decodeAs('mesos.v1.FrameworkID', body).value };
    default:
      throw new Error(`a record of kind ${bytes[0]} is not known to this version`);
  }
}

function tagged(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = kind;
  bytes.set(body, 1);
  return bytes;
}
