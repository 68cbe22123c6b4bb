/** Events about instances and their health (spec: marathon.md §8.3). */
import { enumName, TaskState, type TaskStatus } from '../../../../proto/index.ts';
import { conditionOf, eventOf, type Instance, instanceIdOf } from '../instances/instance.ts';
import type { Marathon } from '../marathon.ts';
import type { HealthCheck } from '../model/app.ts';

function changed({ events }: Marathon, instance: Instance, state: string): void {
  events.publish('instance_changed_event', {
    instanceId: instance.id,
    condition: conditionOf(state),
    runSpecId: instance.service,
    agentId: instance.place?.agentId,
    host: instance.place?.hostname,
    runSpecVersion: instance.version,
  });
}

function statusUpdate({ events }: Marathon, instance: Instance, status: TaskStatus): void {
  const task = instance.tasks.find(({ id }) => id === status.task_id.value);
  events.publish('status_update_event', {
    slaveId: status.agent_id?.value ?? instance.place?.agentId ?? '',
    taskId: status.task_id.value,
    taskStatus: enumName(TaskState, status.state),
    message: status.message ?? '',
    appId: instance.service,
    host: instance.place?.hostname ?? '',
    ipAddresses: task?.ipAddresses ?? [],
    ports: instance.hostPorts.filter((port) => port !== 0),
    version: instance.version,
  });
}

function unknownTerminated({ events }: Marathon, taskId: string, state: TaskState): void {
  const instanceId = instanceIdOf(taskId);
  if (instanceId === undefined) return;
  const event = eventOf({ state });
  events.publish('unknown_instance_terminated_event', {
    instanceId,
    runSpecId: `/${(instanceId.split('.instance-')[0] ?? '').replaceAll('_', '/')}`,
    condition: conditionOf(event.type === 'ENDED' ? event.as : ''),
  });
}

function checkFailed({ events }: Marathon, instance: Instance, healthCheck: HealthCheck): void {
  const { id: instanceId, service: appId } = instance;
  events.publish('failed_health_check_event', { appId, taskId: instanceId, instanceId, healthCheck });
}

function healthChanged({ events, health }: Marathon, instance: Instance, alive: boolean): void {
  const { id: instanceId, service, version } = instance;
  events.publish('health_status_changed_event', {
    appId: service,
    taskId: instance.taskId,
    instanceId,
    version,
    alive,
  });
  events.publish('instance_health_changed_event', {
    instanceId,
    runSpecId: service,
    runSpecVersion: version,
    healthy: health.healthOf(instance) ?? null,
  });
}

/** Under its old name too: clients of several ages listen for one or the other. */
function unhealthyKill({ events }: Marathon, instance: Instance, reason: string): void {
  const members = {
    appId: instance.service,
    taskId: instance.taskId,
    instanceId: instance.id,
    version: instance.version,
    reason,
    host: instance.place?.hostname,
    slaveId: instance.place?.agentId,
  };
  events.publish('unhealthy_task_kill_event', members);
  events.publish('unhealthy_instance_kill_event', members);
}

export const instanceEvents = {
  changed,
  statusUpdate,
  unknownTerminated,
  checkFailed,
  healthChanged,
  unhealthyKill,
};
