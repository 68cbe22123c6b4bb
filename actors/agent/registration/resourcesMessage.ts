import type { UpdateSlaveMessage } from '../../../proto/generated/types/internal.ts';
import type { AgentMembers } from '../agentParts.ts';

/** What of the agent's resources a registration does not tell: operations, and what resource providers bring. */
export function resourcesMessage(
  { host, operations, providers }: Pick<AgentMembers, 'host' | 'operations' | 'providers'>,
  resourceVersion: Uint8Array,
): UpdateSlaveMessage {
  return {
    slave_id: { value: host.agentId() },
    resource_version_uuid: { value: resourceVersion },
    update_oversubscribed_resources: false,
    operations: { operations: operations.messages() },
    resource_providers: { providers: providers.messages() },
  };
}
