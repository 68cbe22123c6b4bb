/** `/slaves`, and an agent as the other endpoints show it. */
import { LaterJson, RawJson, SlowJson, toJsonText } from '../../../proto/json.ts';
import { type Resources, toEndpointFormat } from '../../../proto/resources/index.ts';
import type { MasterParts } from '../parts.ts';
import type { AgentSnapshot } from './agentSnapshots.ts';
import { attributesBlock, type Document, domainBlock, type Json } from './blocks.ts';
import { Look } from './look.ts';
import type { Viewer } from './viewer.ts';

export const slavesDocument: Document = (parts, viewer, query) => {
  const only = query.get('slave_id');
  const shown = (id: string) => only === null || only === id;
  const look = new Look(parts, { agents: [...parts.agents.all()].filter(({ id }) => shown(id)) });
  const recovered_slaves = recoveredBlocks(parts, shown);
  return new SlowJson(function* () {
    yield* look.take();
    return {
      slaves: look.agents.map((snapshot) => new LaterJson(() => fullBlock(snapshot, viewer))),
      recovered_slaves,
    };
  });
};

/** Agents of the registry that have not come back yet. @param shown whether an id is asked about */
export function recoveredBlocks(
  { agents, registrar }: MasterParts,
  shown: (id: string) => boolean = () => true,
): LaterJson[] {
  if (agents.awaited === 0) return [];
  return [...registrar.registry.slaves]
    .filter(([id]) => agents.isAwaited(id) && shown(id))
    .map(
      ([id, { info }]) =>
        new LaterJson(() => ({
          id,
          hostname: info.hostname,
          port: info.port,
          attributes: attributesBlock(info.attributes),
          domain: domainBlock(info.domain),
        })),
    );
}

function fullBlock(agent: AgentSnapshot, viewer: Viewer): Json {
  const { total } = agent;
  const reserved = [...viewer.visible(total).reservations()].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...agent.block(viewer),
    reserved_resources_full: Object.fromEntries(reserved.map(([role, part]) => [role, fullResources(part)])),
    unreserved_resources_full: fullResources(total.unreserved()),
    used_resources_full: fullResources(viewer.visible(agent.used)),
    offered_resources_full: fullResources(viewer.visible(agent.offered)),
  };
}

function fullResources(resources: Resources): RawJson[] {
  return resources
    .toMessages()
    .map((message) => new RawJson(toJsonText('mesos.Resource', toEndpointFormat(message))));
}
