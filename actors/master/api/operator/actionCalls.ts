/** Calls that end something, or empty an agent for that. */
import { HttpRefusal } from '../../../../runtime/http/refusal.ts';
import { type OperatorCalls, withBody } from './call.ts';
import { doneBy } from './policyCalls.ts';

export const actionCalls: OperatorCalls = {
  DRAIN_AGENT: withBody('drain_agent', (body, request, { drains }) => {
    request.expectAllowed('DRAIN_AGENT');
    if (body.mark_gone === true) request.expectAllowed('MARK_AGENT_GONE');
    drains.drain(body, doneBy(request));
  }),
  DEACTIVATE_AGENT: withBody('deactivate_agent', ({ agent_id }, request, { drains }) => {
    request.expectAllowed('DEACTIVATE_AGENT');
    drains.deactivate(agent_id.value, doneBy(request));
  }),
  REACTIVATE_AGENT: withBody('reactivate_agent', ({ agent_id }, request, { drains }) => {
    request.expectAllowed('REACTIVATE_AGENT');
    drains.reactivate(agent_id.value, doneBy(request));
  }),
  TEARDOWN: withBody('teardown', ({ framework_id }, request, { frameworks, removal }) => {
    const framework = frameworks.find(framework_id.value);
    if (framework === undefined) throw new HttpRefusal(400, 'No framework found with specified ID');
    request.expectAllowed('TEARDOWN_FRAMEWORK', framework.description.info.principal);
    removal.tearDown(framework);
    request.done();
  }),
  MARK_AGENT_GONE: withBody('mark_agent_gone', ({ agent_id }, request, { agents, losses }) => {
    const id = agent_id.value;
    request.expectAllowed('MARK_AGENT_GONE');
    if (agents.isGone(id)) {
      request.done();
      return;
    }
    if (agents.chart.hasTag(id, 'registryBusy'))
      throw new HttpRefusal(503, `Agent '${id}' is just changing its state in the registry; try again`);
    const known = agents.find(id) !== undefined || agents.isAwaited(id);
    if (!known && agents.unreachableSinceMs(id) === undefined)
      throw new HttpRefusal(404, `Agent '${id}' is not registered, recovered or unreachable`);
    losses.markGone(id, (stored) => {
      if (stored) request.done();
      else request.refuse(503, `Agent '${id}' could not be marked gone; try again`);
    });
  }),
};
