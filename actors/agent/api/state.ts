/** `/state` of the agent (v1-operator-api.md §6). */
import { enumName } from '../../../proto/enums.ts';
import { AgentInfoCapabilityType } from '../../../proto/generated/types/v1.ts';
import { Double, jsonText, RawJson, toJsonText } from '../../../proto/json.ts';
import {
  legacyAttributesJson,
  legacyReservations,
  legacyResources,
  type Resources,
  toEndpointFormat,
} from '../../../proto/resources/index.ts';
import type { AgentView } from '../agent.ts';
import { frameworkBlock } from './blocks.ts';
import type { ServedAgent } from './operator/call.ts';
import { providerMessages, type Viewer } from './viewer.ts';

const PROVIDER = 'mesos.v1.agent.Response.GetResourceProviders.ResourceProvider';

/** The body of `/state`. */
export function stateText(agent: ServedAgent, viewer: Viewer): string {
  const { host, registration } = agent;
  const { tables } = host;
  const info = host.info();
  const agentId = host.agentId();
  const drain = host.drain();
  const frameworks = (list: Iterable<Parameters<typeof frameworkBlock>[2]>) =>
    [...list]
      .filter((framework) => viewer.seesFramework(framework))
      .map((framework) => frameworkBlock(tables, agentId, framework, viewer));
  return jsonText({
    ...agent.build,
    start_time: new Double(agent.startedAtMs / 1000),
    id: agentId,
    pid: host.self.toUpid(),
    hostname: info.hostname,
    capabilities: agent.capabilities.map(({ type }) => enumName(AgentInfoCapabilityType, type)),
    drain_config: drain && new RawJson(toJsonText('mesos.v1.DrainConfig', drain.config)),
    estimated_drain_start_time_seconds: drain && Math.floor(drain.startedAtMs / 1000),
    ...resourceBlocks(agent, viewer),
    attributes: legacyAttributesJson(info.attributes ?? []),
    master_hostname: registration.master?.host,
    flags: viewer.seesFlags ? agent.flags : undefined,
    frameworks: frameworks(tables.frameworks.values()),
    completed_frameworks: frameworks(tables.completedFrameworks.values()),
  });
}

function resourceBlocks({ host, operations, providers }: AgentView, viewer: Viewer): object {
  const total = operations.total.plus(providers.total);
  const used = host.tables.used();
  const full = (bag: Resources) =>
    bag
      .toMessages()
      .map((resource) => new RawJson(toJsonText('mesos.v1.Resource', toEndpointFormat(resource))));
  return {
    resources: legacyResources(total),
    reserved_resources: legacyReservations(total),
    unreserved_resources: legacyResources(total.unreserved()),
    reserved_resources_full: Object.fromEntries(
      [...total.reservations()].map(([role, bag]) => [role, full(bag)]),
    ),
    unreserved_resources_full: full(total.unreserved()),
    reserved_resources_allocated: legacyReservations(used),
    unreserved_resources_allocated: legacyResources(used.unreserved()),
    resource_providers: providerMessages(providers, viewer).map(
      (each) => new RawJson(toJsonText(PROVIDER, each)),
    ),
  };
}
