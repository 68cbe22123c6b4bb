/** The form of a call over HTTP (v1-scheduler-api.md §6, column *shape check*). Each check returns what is wrong, or undefined. */
import { isUuid } from '../../../proto/ids.ts';
import { type SchedulerCall, SchedulerCallType } from '../../../proto/index.ts';

/** Calls that are nothing without their body. */
const BODIES = new Map<SchedulerCallType, keyof SchedulerCall>([
  [SchedulerCallType.SUBSCRIBE, 'subscribe'],
  [SchedulerCallType.ACCEPT, 'accept'],
  [SchedulerCallType.DECLINE, 'decline'],
  [SchedulerCallType.ACCEPT_INVERSE_OFFERS, 'accept_inverse_offers'],
  [SchedulerCallType.DECLINE_INVERSE_OFFERS, 'decline_inverse_offers'],
  [SchedulerCallType.KILL, 'kill'],
  [SchedulerCallType.SHUTDOWN, 'shutdown'],
  [SchedulerCallType.ACKNOWLEDGE, 'acknowledge'],
  [SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS, 'acknowledge_operation_status'],
  [SchedulerCallType.RECONCILE, 'reconcile'],
  [SchedulerCallType.RECONCILE_OPERATIONS, 'reconcile_operations'],
  [SchedulerCallType.MESSAGE, 'message'],
  [SchedulerCallType.REQUEST, 'request'],
  [SchedulerCallType.UPDATE_FRAMEWORK, 'update_framework'],
]);

/** @param principal who calls, where the master asks */
export function validateSchedulerCall(call: SchedulerCall, principal?: string): string | undefined {
  const { type, subscribe, framework_id } = call;
  if (type === undefined) return "Expecting 'type' to be present";
  const body = BODIES.get(type);
  if (body !== undefined && call[body] === undefined) return `Expecting '${body}' to be present`;
  if (type !== SchedulerCallType.SUBSCRIBE) {
    if (framework_id === undefined) return "Expecting 'framework_id' to be present";
    return validateBody(call);
  }
  const info = subscribe?.framework_info;
  if ((info?.id?.value ?? '') !== (framework_id?.value ?? ''))
    return "'framework_id' differs from 'subscribe.framework_info.id'";
  if (principal !== undefined && info?.principal !== undefined && info.principal !== principal)
    return `Authenticated principal '${principal}' does not match principal '${info.principal}' set in FrameworkInfo`;
  return undefined;
}

function validateBody(call: SchedulerCall): string | undefined {
  const { acknowledge, acknowledge_operation_status: operation, update_framework: update } = call;
  switch (call.type) {
    case SchedulerCallType.ACKNOWLEDGE:
      return isUuid(acknowledge?.uuid) ? undefined : "'acknowledge.uuid' is not a valid UUID";
    case SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS:
      if (!isUuid(operation?.uuid)) return "'acknowledge_operation_status.uuid' is not a valid UUID";
      return operation?.agent_id === undefined ? "Expecting 'agent_id' to be present" : undefined;
    case SchedulerCallType.UPDATE_FRAMEWORK:
      return update?.framework_info.id?.value === call.framework_id?.value
        ? undefined
        : "'framework_id' differs from 'update_framework.framework_info.id'";
    default:
      return undefined;
  }
}
