/** `/slaves`, and an agent as the other endpoints show it. */
import { AgentInfoCapabilityType, type DomainInfo, enumName } from '../../../proto/index.ts';
import { RawJson, toJsonText } from '../../../proto/json.ts';
import { Resources, toEndpointFormat } from '../../../proto/resources/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import type { AgentDescription, AgentRecord } from '../agents/record.ts';
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
  return agentBlockMaker(parts, agent, viewer)();
}

/** The agent as it is now, to be written later. */
export function agentBlockMaker(parts: MasterParts, agent: AgentRecord, viewer: Viewer): () => Json {
  const { agents, drains, offers } = parts;
  const { id, description, pid, registeredAtMs, reregisteredAtMs, total } = agent;
  const drain = drains.info(id);
  const drainMs = drains.startedMs(id);
  const used = [...agent.used.values()];
  const offered = offers.listed(agent.offers).map(({ resources }) => resources);
  const active = agents.isActive(id);
  const deactivated = !agents.chart.hasTag(id, 'schedulable');
  const held = (bags: readonly Resources[]): Json => resourcesBlock(viewer.visible(Resources.sum(bags)));
  return () => ({
    ...describedBlock(id, description, pid),
    registered_time: seconds(registeredAtMs),
    reregistered_time: reregisteredAtMs === undefined ? undefined : seconds(reregisteredAtMs),
    ...ownedBlock(viewer.visible(total), held(used), held(offered)),
    active,
    deactivated,
    version: description.version,
    capabilities: description.capabilities.map(({ type }) => enumName(AgentInfoCapabilityType, type)),
    drain_info: drain && new RawJson(toJsonText('mesos.v1.DrainInfo', drain)),
    estimated_drain_start_time_seconds: drainMs === undefined ? undefined : Math.floor(drainMs / 1000),
  });
}

function describedBlock(id: string, { info }: AgentDescription, pid: Pid): Json {
  return {
    id,
    hostname: info.hostname,
    port: info.port ?? pid.port,
    attributes: attributesBlock(info.attributes),
    domain: domainBlock(info.domain),
    pid: pid.toUpid(),
  };
}

function ownedBlock(total: Resources, used: Json, offered: Json): Json {
  return {
    resources: resourcesBlock(total),
    used_resources: used,
    offered_resources: offered,
    reserved_resources: reservationsBlock(total),
    unreserved_resources: resourcesBlock(total.unreserved()),
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
