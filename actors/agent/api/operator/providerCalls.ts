/**
 * Calls about resource providers (v1-operator-api.md §4.2), at an agent that has none and takes none: as Mesos answers where there
 * is no folder of their configurations.
 */
import { AgentResponseType, type ResourceProviderInfo } from '../../../../proto/index.ts';
import { HttpRefusal } from '../../../../runtime/http/refusal.ts';
import { bare, type OperatorCalls, type OperatorRequest, withBody } from './call.ts';

export const NO_PROVIDERS = 'This agent takes no resource providers';

function expectConfig(request: OperatorRequest, { id }: ResourceProviderInfo): void {
  if (id !== undefined) throw new HttpRefusal(400, "Expecting 'info.id' to be unset");
  request.expectAllowed('MODIFY_RESOURCE_PROVIDER_CONFIG');
}

export const providerCalls: OperatorCalls = {
  GET_RESOURCE_PROVIDERS: bare((request) =>
    request.answer({ type: AgentResponseType.GET_RESOURCE_PROVIDERS, get_resource_providers: {} }),
  ),
  ADD_RESOURCE_PROVIDER_CONFIG: withBody('add_resource_provider_config', ({ info }, request) => {
    expectConfig(request, info);
    throw new HttpRefusal(500, NO_PROVIDERS);
  }),
  UPDATE_RESOURCE_PROVIDER_CONFIG: withBody('update_resource_provider_config', ({ info }, request) => {
    expectConfig(request, info);
    throw new HttpRefusal(409, `There is no resource provider '${info.name}' of type '${info.type}'`);
  }),
  REMOVE_RESOURCE_PROVIDER_CONFIG: withBody('remove_resource_provider_config', (_, request) => {
    request.expectAllowed('MODIFY_RESOURCE_PROVIDER_CONFIG');
    // What is not there needs no removal.
    request.done();
  }),
  MARK_RESOURCE_PROVIDER_GONE: withBody('mark_resource_provider_gone', (_, request) => {
    request.expectAllowed('MARK_RESOURCE_PROVIDER_GONE');
    // One that could come back would have to have been here.
    request.done();
  }),
};
