/** Operations on resources that the master knows: what was asked of agents and resource providers, and what became of it. */
import { enumName } from '../../proto/enums.ts';
import { MasterCallType, OfferOperationType, type Operation, OperationState } from '../../proto/index.ts';
import { toJson } from '../../proto/json.ts';
import { defineCommand } from '../command.ts';
import { agentId, agentsOf } from '../find/objects.ts';
import { part } from '../http/operator.ts';
import type { Column } from '../output/table.ts';

export const operations = defineCommand({
  name: 'operations',
  summary: 'Lists operations on resources that are under way, or whose end is not acknowledged yet',
  details: 'PROVIDER is the resource provider that carries it out; `-` where the agent itself does.',
  run: async (context) => {
    const [answer, agents] = await Promise.all([
      context.master.call({ type: MasterCallType.GET_OPERATIONS }),
      agentsOf(context.master),
    ]);
    const hosts = new Map(agents.map((agent) => [agentId(agent), agent.agent_info.hostname]));
    const providers = new Map(
      agents
        .flatMap(({ resource_providers = [] }) => resource_providers)
        .map(({ resource_provider_info: { id, name } }) => [id?.value ?? '', name]),
    );
    context.list(
      part(answer.get_operations, 'get_operations').operations ?? [],
      columns(hosts, providers),
      (each) => toJson('mesos.v1.Operation', each),
    );
    return undefined;
  },
});

function columns(
  hosts: ReadonlyMap<string, string>,
  providers: ReadonlyMap<string, string>,
): Column<Operation>[] {
  return [
    { title: 'operation', text: ({ info }) => wordOf(enumName(OfferOperationType, info.type ?? 0), '') },
    { title: 'id', cut: 'start', text: ({ info }) => info.id?.value ?? '-' },
    {
      title: 'state',
      text: ({ latest_status }) => wordOf(enumName(OperationState, latest_status.state), 'OPERATION_'),
      style: (text) =>
        text === 'finished' ? 'green' : /error|failed|dropped|gone/.test(text) ? 'red' : undefined,
    },
    { title: 'framework', cut: 'start', text: ({ framework_id }) => framework_id?.value ?? '-' },
    { title: 'host', text: ({ agent_id }) => hosts.get(agent_id?.value ?? '') ?? agent_id?.value ?? '-' },
    {
      title: 'provider',
      text: ({ latest_status: { resource_provider_id: id } }) =>
        id === undefined ? '-' : (providers.get(id.value) ?? id.value),
    },
    { title: 'message', text: ({ latest_status }) => latest_status.message ?? '' },
  ];
}

function wordOf(name: string, prefix: string): string {
  return name.replace(prefix, '').toLowerCase();
}
