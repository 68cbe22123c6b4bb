/** Calls that reserve resources and make volumes (v1-operator-api.md §2.4). */
import { type OfferOperation, OfferOperationType } from '../../../../proto/index.ts';
import type { MasterParts } from '../../parts.ts';
import { type OperatorCalls, type OperatorRequest, withBody } from './call.ts';

export const resourceCalls: OperatorCalls = {
  RESERVE_RESOURCES: withBody('reserve_resources', ({ agent_id, source, resources }, request, parts) =>
    perform(request, parts, agent_id, { type: OfferOperationType.RESERVE, reserve: { source, resources } }),
  ),
  UNRESERVE_RESOURCES: withBody('unreserve_resources', ({ agent_id, resources }, request, parts) =>
    perform(request, parts, agent_id, { type: OfferOperationType.UNRESERVE, unreserve: { resources } }),
  ),
  CREATE_VOLUMES: withBody('create_volumes', ({ agent_id, volumes }, request, parts) =>
    perform(request, parts, agent_id, { type: OfferOperationType.CREATE, create: { volumes } }),
  ),
  DESTROY_VOLUMES: withBody('destroy_volumes', ({ agent_id, volumes }, request, parts) =>
    perform(request, parts, agent_id, { type: OfferOperationType.DESTROY, destroy: { volumes } }),
  ),
  GROW_VOLUME: withBody('grow_volume', ({ agent_id, volume, addition }, request, parts) =>
    perform(request, parts, agent_id, {
      type: OfferOperationType.GROW_VOLUME,
      grow_volume: { volume, addition },
    }),
  ),
  SHRINK_VOLUME: withBody('shrink_volume', ({ agent_id, volume, subtract }, request, parts) =>
    perform(request, parts, agent_id, {
      type: OfferOperationType.SHRINK_VOLUME,
      shrink_volume: { volume, subtract },
    }),
  ),
};

function perform(
  request: OperatorRequest,
  { operatorOperations }: MasterParts,
  agentId: { readonly value: string } | undefined,
  operation: OfferOperation,
): void {
  const { status, text } = operatorOperations.perform(agentId?.value, operation, request.principal);
  if (status === 202) request.done(202);
  else request.refuse(status, text);
}
