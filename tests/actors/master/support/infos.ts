/** Frameworks, agents and tasks as tests of the master describe them. */
import {
  type AgentInfo,
  type FrameworkInfo,
  FrameworkInfoCapabilityType,
  type Task,
  type TaskInfo,
  type TaskState,
} from '../../../../proto/index.ts';
import { parseResources } from '../../../../proto/resources/index.ts';

export const ALL_CAPABILITIES = [
  { type: FrameworkInfoCapabilityType.MULTI_ROLE },
  { type: FrameworkInfoCapabilityType.PARTITION_AWARE },
  { type: FrameworkInfoCapabilityType.TASK_KILLING_STATE },
  { type: FrameworkInfoCapabilityType.RESERVATION_REFINEMENT },
];

/** A framework that understands everything. */
export function frameworkInfo(fields: Partial<FrameworkInfo> = {}): FrameworkInfo {
  return { user: 'nobody', name: 'test', roles: ['*'], capabilities: ALL_CAPABILITIES, ...fields };
}

/** A framework of the time before partition awareness. */
export function oldFrameworkInfo(fields: Partial<FrameworkInfo> = {}): FrameworkInfo {
  return { user: 'nobody', name: 'old', ...fields };
}

export function agentInfo(
  resources = 'cpus:4;mem:4096;disk:10000;ports:[31000-31999]',
  hostname = 'host-1',
): AgentInfo {
  return { hostname, port: 5051, resources: [...parseResources(resources)] };
}

export function taskInfo(
  id: string,
  agentId: string,
  resources = 'cpus:1;mem:64',
  fields: Partial<TaskInfo> = {},
): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: agentId },
    resources: [...parseResources(resources)],
    command: { value: 'true' },
    ...fields,
  };
}

/** A task as a returning agent reports it. */
export function reportedTask(frameworkId: string, id: string, agentId: string, state: TaskState): Task {
  return {
    name: id,
    task_id: { value: id },
    framework_id: { value: frameworkId },
    agent_id: { value: agentId },
    state,
    resources: [...parseResources('cpus:1;mem:64').allocatedTo('*')],
  };
}
