/** Calls about what roles get: quota and weights. */
import { MasterResponseType } from '../../../../proto/index.ts';
import type { Done } from '../../policy/done.ts';
import { bare, type OperatorCalls, type OperatorRequest, withBody } from './call.ts';

export const policyCalls: OperatorCalls = {
  GET_QUOTA: bare((request, { quotas }) =>
    request.answer({
      type: MasterResponseType.GET_QUOTA,
      get_quota: { status: quotas.status(request.approver('GET_QUOTA')) },
    }),
  ),
  UPDATE_QUOTA: withBody('update_quota', (body, request, { quotas }) => {
    for (const { role } of body.quota_configs ?? []) request.expectAllowed('UPDATE_QUOTA_WITH_CONFIG', role);
    quotas.update(body, doneBy(request));
  }),
  SET_QUOTA: withBody('set_quota', ({ quota_request }, request, { quotas }) => {
    request.expectAllowed('UPDATE_QUOTA', quota_request.role);
    quotas.set(quota_request, doneBy(request));
  }),
  REMOVE_QUOTA: withBody('remove_quota', ({ role }, request, { quotas }) => {
    request.expectAllowed('UPDATE_QUOTA', role);
    quotas.remove(role, doneBy(request));
  }),
  GET_WEIGHTS: bare((request, { weights }) => {
    const weight_infos = weights.list(request.approver('VIEW_ROLE'));
    request.answer({
      type: MasterResponseType.GET_WEIGHTS,
      // Without a weight Mesos leaves the whole message out.
      get_weights: weight_infos.length === 0 ? undefined : { weight_infos },
    });
  }),
  UPDATE_WEIGHTS: withBody('update_weights', ({ weight_infos = [] }, request, { weights }) => {
    for (const { role } of weight_infos) request.expectAllowed('UPDATE_WEIGHT', role);
    weights.update(weight_infos, doneBy(request));
  }),
};

/** Answers a call when what it asks for is done, or refused by the registry. */
export function doneBy(request: OperatorRequest): Done {
  return (refusal) => {
    if (refusal === undefined) request.done();
    else request.refuse(refusal.status, refusal.message);
  };
}
