/** Calls of the agent's operator API, put to an agent in a simulated world. */
import { agentRoutes } from '../../../../actors/agent/api/routes.ts';
import { type AgentCall, type AgentResponse, fromJsonText, toJsonText } from '../../../../proto/index.ts';
import { inject } from '../../../support/http.ts';
import type { SimulatedAgent } from './simulatedAgent.ts';

const build = { version: '1.12.0', build_date: '2026-01-01', build_time: 1, build_user: '' };
export const serve = {
  serve: (view: Parameters<typeof agentRoutes>[0]) => agentRoutes(view, { build, flags: { a: 'b' } }),
};
export const JSON_HEADERS = { 'content-type': 'application/json' };
export const CALL = 'mesos.v1.agent.Call';

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

export function post(
  { agent, world }: SimulatedAgent,
  { method = 'POST', path = '/slave(1)/api/v1', headers, body }: Sent,
) {
  const request = {
    method,
    headers: headers ?? JSON_HEADERS,
    body: Buffer.from(body ?? '{"type":"GET_HEALTH"}'),
  };
  const answer = inject(agent.node, path, request);
  world.run(5);
  return answer;
}

export function ask(simulation: SimulatedAgent, call: AgentCall): AgentResponse {
  const answer = post(simulation, { body: toJsonText(CALL, call) });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return fromJsonText('mesos.v1.agent.Response', answer.text) as AgentResponse;
}
