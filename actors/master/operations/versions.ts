/** Whose resources an operation is on, and which state of them it is planned with (agent.md §15). */
import type {
  OfferOperation,
  OperationState,
  OperationStatus,
  ResourceVersionUUID,
} from '../../../proto/index.ts';
import { providerOf } from '../../../proto/resources/index.ts';
import type { AgentRecord } from '../agents/record.ts';

/** Names the resource provider of what an operation is on, when there is one. */
export function ofProvider(info: OfferOperation): Pick<ResourceVersionUUID, 'resource_provider_id'> {
  const value = providerOf(info);
  return value === undefined ? {} : { resource_provider_id: { value } };
}

/** The master's own word on the state of an operation. */
export function statusOf(agentId: string, info: OfferOperation, state: OperationState): OperationStatus {
  return { operation_id: info.id, state, agent_id: { value: agentId }, ...ofProvider(info) };
}

/** Of what an operation is on: the agent's own resources, or those of one of its providers. */
export function versionOf(agent: AgentRecord, info: OfferOperation) {
  const { resource_provider_id } = ofProvider(info);
  if (resource_provider_id === undefined) return { version: agent.description.resourceVersion };
  const version = agent.providers.get(resource_provider_id.value)?.version;
  const problem = `Resource provider ${resource_provider_id.value} is not subscribed with agent ${agent.id}`;
  return version === undefined ? { problem } : { version, resource_provider_id };
}
