/** `/slaves`, and an agent as the other endpoints show it. */
import { AgentInfoCapabilityType, type DomainInfo, enumName } from '../../../proto/index.ts';
import { RawJson, toJsonText } from '../../../proto/json.ts';
import { Resources, toEndpointFormat } from '../../../proto/resources/index.ts';
import type { AgentRecord } from '../agents/record.ts';
import type { MasterParts } from '../parts.ts';
import {
  attributesBlock,
  type Document,
  type Json,
  reservationsBlock,
  resourcesBlock,
  seconds,
} from './blocks.ts';
import type { Viewer } from './viewer.ts';

export const slavesDocument: Document = (parts, viewer, query) => {
  const only = query.get('slave_id');
  const shown = (id: string) => only === null || only === id;
  return {
    slaves: [...parts.agents.all()]
      .filter(({ id }) => shown(id))
      .map((agent) => fullBlock(parts, agent, viewer)),
    recovered_slaves: recoveredBlocks(parts).filter(({ id }) => shown(String(id))),
  };
};

/** S: an agent that is a member. */
export function agentBlock(parts: MasterParts, agent: AgentRecord, viewer: Viewer): Json {
  const { info, version, capabilities } = agent.description;
  const { agents, drains } = parts;
  const drain = drains.info(agent.id);
  const drainMs = drains.startedMs(agent.id);
  const total = viewer.visible(agent.total);
  return {
    id: agent.id,
    hostname: info.hostname,
    port: info.port ?? agent.pid.port,
    attributes: attributesBlock(info.attributes),
    domain: domainBlock(info.domain),
    pid: agent.pid.toUpid(),
    registered_time: seconds(agent.registeredAtMs),
    reregistered_time: agent.reregisteredAtMs === undefined ? undefined : seconds(agent.reregisteredAtMs),
    resources: resourcesBlock(total),
    used_resources: resourcesBlock(viewer.visible(usedOf(agent))),
    offered_resources: resourcesBlock(viewer.visible(offeredOf(parts, agent))),
    reserved_resources: reservationsBlock(total),
    unreserved_resources: resourcesBlock(total.unreserved()),
    active: agents.isActive(agent.id),
    deactivated: !agents.chart.hasTag(agent.id, 'schedulable'),
    version,
    capabilities: capabilities.map(({ type }) => enumName(AgentInfoCapabilityType, type)),
    drain_info: drain && new RawJson(toJsonText('mesos.v1.DrainInfo', drain)),
    estimated_drain_start_time_seconds: drainMs === undefined ? undefined : Math.floor(drainMs / 1000),
  };
}

/** Agents of the registry that have not come back yet. */
export function recoveredBlocks({ agents, registrar }: MasterParts): Json[] {
  return [...registrar.registry.slaves]
    .filter(([id]) => agents.isAwaited(id))
    .map(([id, { info }]) => ({
      id,
      hostname: info.hostname,
      port: info.port,
      attributes: attributesBlock(info.attributes),
      domain: domainBlock(info.domain),
    }));
}

export function usedOf(agent: AgentRecord): Resources {
  return Resources.sum(agent.used.values());
}

export function offeredOf(
  { offers }: MasterParts,
  { offers: ids }: { readonly offers: ReadonlySet<string> },
): Resources {
  return Resources.sum(offers.listed(ids).map(({ resources }) => resources));
}

export function domainBlock(domain: DomainInfo | undefined): RawJson | undefined {
  return domain && new RawJson(toJsonText('mesos.v1.DomainInfo', domain));
}

function fullBlock(parts: MasterParts, agent: AgentRecord, viewer: Viewer): Json {
  const reserved = [...viewer.visible(agent.total).reservations()].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...agentBlock(parts, agent, viewer),
    reserved_resources_full: Object.fromEntries(reserved.map(([role, part]) => [role, fullResources(part)])),
    unreserved_resources_full: fullResources(agent.total.unreserved()),
    used_resources_full: fullResources(viewer.visible(usedOf(agent))),
    offered_resources_full: fullResources(viewer.visible(offeredOf(parts, agent))),
  };
}

function fullResources(resources: Resources): RawJson[] {
  return resources
    .toMessages()
    .map((message) => new RawJson(toJsonText('mesos.Resource', toEndpointFormat(message))));
}
