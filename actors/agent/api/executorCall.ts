/** The form of an executor's call (v1-executor-api.md §2). */

import {
  CheckInfoType,
  TaskState,
  type TaskStatus,
  TaskStatusSource,
} from '../../../proto/generated/types/v1.ts';
import { isUuid } from '../../../proto/ids.ts';
import { type ExecutorCall, ExecutorCallType } from '../../../proto/index.ts';

/**
 * Calls that are nothing without their body. SUBSCRIBE is not among them, though Mesos refuses it without one: all its body
 * holds are lists that may be empty, and executors exist (npm's mesos-framework) whose library leaves it out.
 */
const BODIES = new Map<ExecutorCallType, keyof ExecutorCall>([
  [ExecutorCallType.UPDATE, 'update'],
  [ExecutorCallType.MESSAGE, 'message'],
]);

/** @returns what is wrong, or undefined */
export function validateExecutorCall(call: ExecutorCall): string | undefined {
  const { type } = call;
  if (type === undefined) return "Expecting 'type' to be present";
  const body = BODIES.get(type);
  if (body !== undefined && call[body] === undefined) return `Expecting '${body}' to be present`;
  if (type === ExecutorCallType.UPDATE && call.update !== undefined)
    return validateStatus(call, call.update.status);
  return undefined;
}

function validateStatus({ executor_id, framework_id }: ExecutorCall, status: TaskStatus): string | undefined {
  const { uuid, source, state } = status;
  if (uuid === undefined) return "Expecting 'uuid' to be present";
  if (!isUuid(uuid)) return "'uuid' is not a valid UUID of 16 bytes";
  const named = status.executor_id?.value;
  if (named !== undefined && named !== executor_id.value)
    return `ExecutorID in Call: ${executor_id.value} does not match ExecutorID in TaskStatus: ${named}`;
  if (source !== TaskStatusSource.SOURCE_EXECUTOR)
    return `Received Call from executor ${executor_id.value} of framework ${framework_id.value} with invalid source, expecting 'SOURCE_EXECUTOR'`;
  if (state === TaskState.TASK_STAGING)
    return `Received TASK_STAGING from executor ${executor_id.value} of framework ${framework_id.value} which is not allowed`;
  return checkStatusProblem(status);
}

function checkStatusProblem({ check_status }: TaskStatus): string | undefined {
  if (check_status === undefined) return undefined;
  const { type } = check_status;
  if (type === CheckInfoType.COMMAND)
    return check_status.command === undefined ? "Expecting 'check_status.command' to be present" : undefined;
  if (type === CheckInfoType.HTTP)
    return check_status.http === undefined ? "Expecting 'check_status.http' to be present" : undefined;
  if (type === CheckInfoType.TCP)
    return check_status.tcp === undefined ? "Expecting 'check_status.tcp' to be present" : undefined;
  return "Expecting 'check_status.type' to be present";
}
