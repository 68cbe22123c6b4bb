/** `/use-history`: what was used in the last hour, of the cluster, an agent or a framework (docs/operator-api.md). */
import { Double, jsonText } from '../../../proto/json.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import { expectMethod, HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import type { Samples } from '../useHistory.ts';
import { type Json, seconds } from './blocks.ts';
import { Viewer } from './viewer.ts';

/** One may see of a framework's what one may see of the framework; sums and agents are seen by all who may ask. */
export function useHistoryEndpoint(parts: MasterParts): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET');
    const agentId = request.query.get('agent_id');
    const frameworkId = request.query.get('framework_id');
    if (agentId !== null && frameworkId !== null)
      throw new HttpRefusal(400, 'Expecting agent_id or framework_id, not both');
    const { useHistory } = parts;
    const viewer = new Viewer(parts.authorizer, request.principal);
    let samples: Samples | undefined;
    if (agentId !== null) {
      if (parts.agents.find(agentId) === undefined) throw missing('agent', agentId);
      samples = useHistory.agent(agentId);
    } else if (frameworkId !== null) {
      const framework = parts.frameworks.find(frameworkId);
      if (framework === undefined || !viewer.seesFramework(framework))
        throw missing('framework', frameworkId);
      samples = useHistory.framework(frameworkId);
    } else samples = useHistory.cluster();
    replyJson(request, reply, jsonText(block(samples)));
  });
}

function missing(what: string, id: string): HttpRefusal {
  return new HttpRefusal(404, `There is no ${what} '${id.slice(0, 128)}'`);
}

/** Nothing was looked at yet: no times, no columns. */
function block(samples: Samples | undefined): Json {
  if (samples === undefined) return { time: [] };
  const doubles = (column: readonly number[]) => column.map((value) => new Double(value));
  return {
    interval: seconds(samples.intervalMs),
    time: doubles(samples.time),
    ...Object.fromEntries(Object.entries(samples.columns).map(([name, column]) => [name, doubles(column)])),
  };
}
