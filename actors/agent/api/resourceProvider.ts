/** `/api/v1/resource_provider` (agent.md §15): the checks of Mesos in their order, at an agent that takes no resource providers. */
import { answerTypeOf, readPosted } from '../../../proto/api/readCall.ts';
import { type ResourceProviderCall, ResourceProviderCallType } from '../../../proto/index.ts';
import { HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../../runtime/index.ts';
import type { AgentView } from '../agent.ts';
import { NO_PROVIDERS } from './operator/providerCalls.ts';

/** What a call is nothing without, by its type. */
const BODIES = new Map<ResourceProviderCallType, keyof ResourceProviderCall>([
  [ResourceProviderCallType.SUBSCRIBE, 'subscribe'],
  [ResourceProviderCallType.UPDATE_OPERATION_STATUS, 'update_operation_status'],
  [ResourceProviderCallType.UPDATE_STATE, 'update_state'],
  [ResourceProviderCallType.UPDATE_PUBLISH_RESOURCES_STATUS, 'update_publish_resources_status'],
]);

export function resourceProviderApi({ host }: AgentView): HttpHandler {
  return refusable((request) => {
    if (host.agentId() === '') throw new HttpRefusal(503, 'This agent has no id yet');
    const call = readPosted('mesos.v1.resource_provider.Call', request);
    const problem = problemOf(call);
    if (problem !== undefined)
      throw new HttpRefusal(400, `Failed to validate resource_provider::Call: ${problem}`);
    answerTypeOf(request);
    if (call.type === ResourceProviderCallType.SUBSCRIBE) throw new HttpRefusal(503, NO_PROVIDERS);
    if (call.type === ResourceProviderCallType.UNKNOWN)
      throw new HttpRefusal(501, 'Received a call of type UNKNOWN');
    throw new HttpRefusal(400, 'Resource provider is not subscribed');
  });
}

function problemOf(call: ResourceProviderCall): string | undefined {
  const { type, resource_provider_id } = call;
  if (type === undefined) return "Expecting 'type' to be present";
  const body = BODIES.get(type);
  if (body === undefined) return undefined;
  if (type !== ResourceProviderCallType.SUBSCRIBE && resource_provider_id === undefined)
    return "Expecting 'resource_provider_id' to be present";
  return call[body] === undefined ? `Expecting '${body}' to be present` : undefined;
}
