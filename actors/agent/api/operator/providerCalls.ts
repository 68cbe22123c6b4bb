/**
 * Calls about resource providers (v1-operator-api.md §4.2). Providers are started by whoever owns them: about configurations an agent
 * answers as Mesos does where there is no folder of them.
 */
import { AgentResponseType, type ResourceProviderInfo } from '../../../../proto/index.ts';
import { HttpRefusal } from '../../../../runtime/http/refusal.ts';
import { providerMessages, Viewer } from '../viewer.ts';
import { bare, type OperatorCalls, type OperatorRequest, withBody } from './call.ts';

const NO_CONFIGURATIONS = 'This agent starts no resource providers: they subscribe by themselves';

function expectConfig(request: OperatorRequest, { id }: ResourceProviderInfo): void {
  if (id !== undefined) throw new HttpRefusal(400, "Expecting 'info.id' to be unset");
  request.expectAllowed('MODIFY_RESOURCE_PROVIDER_CONFIG');
}

export const providerCalls: OperatorCalls = {
  GET_RESOURCE_PROVIDERS: bare((request, { authorizer, providers }) =>
    request.answer({
      type: AgentResponseType.GET_RESOURCE_PROVIDERS,
      get_resource_providers: {
        resource_providers: providerMessages(providers, new Viewer(authorizer, request.principal)),
      },
    }),
  ),
  ADD_RESOURCE_PROVIDER_CONFIG: withBody('add_resource_provider_config', ({ info }, request) => {
    expectConfig(request, info);
    throw new HttpRefusal(500, NO_CONFIGURATIONS);
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
  MARK_RESOURCE_PROVIDER_GONE: withBody(
    'mark_resource_provider_gone',
    ({ resource_provider_id }, request, { providers }) => {
      request.expectAllowed('MARK_RESOURCE_PROVIDER_GONE');
      const problem = providers.remove(resource_provider_id.value, () => request.done());
      if (problem !== undefined) throw new HttpRefusal(500, problem);
    },
  ),
};
