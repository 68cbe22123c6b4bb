import { type AgentInfoCapability, AgentInfoCapabilityType } from '../../../proto/generated/types/v1.ts';

/** What an agent can do, as it tells the master. */
export const CAPABILITIES: readonly AgentInfoCapability[] = [
  { type: AgentInfoCapabilityType.MULTI_ROLE },
  { type: AgentInfoCapabilityType.HIERARCHICAL_ROLE },
  { type: AgentInfoCapabilityType.RESERVATION_REFINEMENT },
  { type: AgentInfoCapabilityType.RESOURCE_PROVIDER },
  { type: AgentInfoCapabilityType.RESIZE_VOLUME },
  { type: AgentInfoCapabilityType.AGENT_OPERATION_FEEDBACK },
  { type: AgentInfoCapabilityType.TASK_RESOURCE_LIMITS },
  { type: AgentInfoCapabilityType.AGENT_DRAINING },
];
