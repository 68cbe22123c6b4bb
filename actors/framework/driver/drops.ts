import {
  type FrameworkInfo,
  FrameworkInfoCapabilityType,
  type OfferOperation,
  TaskState,
  type TaskStatus,
  TaskStatusReason,
  TaskStatusSource,
} from '../../../proto/index.ts';
import { hasCapability } from './fields.ts';

/** What the driver itself says of launches while there is no master: they never reached anybody. */
export function droppedLaunches(
  framework: FrameworkInfo,
  operations: readonly OfferOperation[],
): TaskStatus[] {
  const state = hasCapability(framework, FrameworkInfoCapabilityType.PARTITION_AWARE)
    ? TaskState.TASK_DROPPED
    : TaskState.TASK_LOST;
  const tasks = operations.flatMap(
    (each) => each.launch?.task_infos ?? each.launch_group?.task_group.tasks ?? [],
  );
  return tasks.map(({ task_id, agent_id }) => ({
    task_id,
    agent_id,
    state,
    source: TaskStatusSource.SOURCE_MASTER,
    reason: TaskStatusReason.REASON_MASTER_DISCONNECTED,
    message: 'Master disconnected',
  }));
}
