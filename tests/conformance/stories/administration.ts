/** What operators do to an agent: reservations, volumes, deactivation, drain (v1-operator-api.md §2.4, §5, §10). */
import { until } from '../../support/until.ts';
import { at, get, type Json, send } from '../client.ts';
import { Framework } from '../framework.ts';
import type { Servers } from '../run.ts';
import type { Story } from '../story.ts';
import { placeOf } from './agent.ts';
import { operate } from './operator.ts';

async function agentAsShown({ master }: Servers, id: string): Promise<Json> {
  const told = JSON.parse((await operate(master, { type: 'GET_AGENTS' })).text) as Json;
  const agents = at(told, 'get_agents', 'agents') as Json[];
  return agents.find((each) => at(each, 'agent_info', 'id', 'value') === id) ?? {};
}

const disk = (value: number, more: object = {}) => ({
  name: 'disk',
  type: 'SCALAR',
  scalar: { value },
  ...more,
});
const RESERVED = { reservations: [{ type: 'DYNAMIC', role: 'conformance-ops' }] };
const VOLUME = {
  disk: { persistence: { id: 'conformance' }, volume: { mode: 'RW', container_path: 'volume' } },
};

const reservations: Story = {
  name: 'an operator reserves, makes a volume, and takes both away, by calls and by the older endpoints',
  needs: ['agent'],
  run: async (servers, findings) => {
    const { master } = servers;
    const { id } = await placeOf(servers);
    const agent_id = { value: id };
    const status = async (type: string, body: object) =>
      (await operate(master, { type, [type.toLowerCase()]: { agent_id, ...body } })).status;
    const reserved = disk(10, RESERVED);
    const volume = disk(10, { ...RESERVED, ...VOLUME });
    const resources = [reserved];
    findings.same('RESERVE_RESOURCES', await status('RESERVE_RESOURCES', { resources }), 202);
    const tooMuch = { resources: [disk(1e9, RESERVED)] };
    findings.same('too much', await status('RESERVE_RESOURCES', tooMuch), 409);
    findings.same('nothing', await status('RESERVE_RESOURCES', { resources: [] }), 400);
    findings.same('not reserved', await status('RESERVE_RESOURCES', { resources: [disk(1)] }), 400);
    const allocated = disk(1, { ...RESERVED, allocation_info: { role: 'conformance-ops' } });
    findings.same('allocated', await status('RESERVE_RESOURCES', { resources: [allocated] }), 400);
    findings.same('CREATE_VOLUMES', await status('CREATE_VOLUMES', { volumes: [volume] }), 202);
    findings.same('the same volume', await status('CREATE_VOLUMES', { volumes: [volume] }), 400);
    const shown = JSON.stringify((await agentAsShown(servers, id))['total_resources']);
    findings.that('the volume is shown', shown.includes('"conformance"'), shown);
    findings.same('in use', await status('UNRESERVE_RESOURCES', { resources: [volume] }), 400);
    findings.same('DESTROY_VOLUMES', await status('DESTROY_VOLUMES', { volumes: [volume] }), 202);
    findings.same('UNRESERVE_RESOURCES', await status('UNRESERVE_RESOURCES', { resources }), 202);
    const form = async (path: string, name: string, list: object[]) => {
      const body = `slaveId=${id}&${name}=${encodeURIComponent(JSON.stringify(list))}`;
      return (await send(`${master}${path}`, { body })).status;
    };
    findings.same('/reserve', await form('/reserve', 'resources', [reserved]), 202);
    findings.same('/create-volumes', await form('/create-volumes', 'volumes', [volume]), 202);
    findings.same('/destroy-volumes', await form('/destroy-volumes', 'volumes', [volume]), 202);
    findings.same('/unreserve', await form('/unreserve', 'resources', [reserved]), 202);
    const none = JSON.stringify((await agentAsShown(servers, id))['total_resources']);
    findings.that('nothing is left', !none.includes('conformance-ops'), none);
  },
};

const deactivation: Story = {
  name: 'a deactivated agent is not offered, and comes back; one that drains is drained first',
  needs: ['agent'],
  run: async (servers, findings) => {
    const { id } = await placeOf(servers);
    const { master } = servers;
    const agent_id = { value: id };
    const status = async (type: string, more: object = {}) =>
      (await operate(master, { type, [type.toLowerCase()]: { agent_id, ...more } })).status;
    findings.same('REACTIVATE_AGENT of an active one', await status('REACTIVATE_AGENT'), 400);
    await Framework.with(master, async (framework) => {
      await framework.offer(0.5, id);
      findings.same('DEACTIVATE_AGENT', await status('DEACTIVATE_AGENT'), 200);
      await framework.stream.first('RESCIND');
      const { active, deactivated } = await agentAsShown(servers, id);
      findings.same('active, deactivated', [active, deactivated], [false, true]);
      findings.same('REACTIVATE_AGENT', await status('REACTIVATE_AGENT'), 200);
      await framework.offer(0.5, id);
    });
    const grace = { max_grace_period: { seconds: 1 } };
    findings.same('DRAIN_AGENT', await status('DRAIN_AGENT', grace), 200);
    await until('it is drained', async () => {
      const { drain_info } = await agentAsShown(servers, id);
      return at(drain_info, 'state') === 'DRAINED';
    });
    const shown = JSON.parse((await get(`${master}/slaves?slave_id=${id}`)).text) as Json;
    findings.same('/slaves', at(shown, 'slaves', 0, 'drain_info', 'state'), 'DRAINED');
    findings.same('REACTIVATE_AGENT', await status('REACTIVATE_AGENT'), 200);
    findings.same('drain_info', (await agentAsShown(servers, id))['drain_info'], undefined);
  },
};

export const administrationStories: readonly Story[] = [reservations, deactivation];
