/** Who may change or see quota, weights, maintenance and agents: without the right a call changes nothing, a listing shows nothing. */
import test from 'ava';
import { type MasterCall, MasterCallType } from '../../../../proto/index.ts';
import { TestCluster } from '../support/cluster.ts';

const CLOSED = { acls: JSON.stringify({ permissive: false }) };
const agent_id = { value: 'S0' };
const machines = [{ hostname: 'a' }];
const windows = [{ machine_ids: machines, unavailability: { start: { nanoseconds: 1 } } }];
const guarantee = [{ name: 'cpus', type: 0 as const, scalar: { value: 1 } }];

const calls: readonly MasterCall[] = [
  { type: MasterCallType.UPDATE_WEIGHTS, update_weights: { weight_infos: [{ role: 'dev', weight: 2 }] } },
  { type: MasterCallType.UPDATE_QUOTA, update_quota: { quota_configs: [{ role: 'dev' }] } },
  { type: MasterCallType.SET_QUOTA, set_quota: { quota_request: { role: 'dev', guarantee, force: true } } },
  { type: MasterCallType.REMOVE_QUOTA, remove_quota: { role: 'dev' } },
  {
    type: MasterCallType.UPDATE_MAINTENANCE_SCHEDULE,
    update_maintenance_schedule: { schedule: { windows } },
  },
  { type: MasterCallType.START_MAINTENANCE, start_maintenance: { machines } },
  { type: MasterCallType.STOP_MAINTENANCE, stop_maintenance: { machines } },
  { type: MasterCallType.DRAIN_AGENT, drain_agent: { agent_id } },
  { type: MasterCallType.DEACTIVATE_AGENT, deactivate_agent: { agent_id } },
  { type: MasterCallType.REACTIVATE_AGENT, reactivate_agent: { agent_id } },
  { type: MasterCallType.MARK_AGENT_GONE, mark_agent_gone: { agent_id } },
];

for (const call of calls) {
  test(`403: ${JSON.stringify(call)}`, (t) => {
    const { status, body } = new TestCluster(CLOSED).operate(call);
    t.is(status, 403);
    t.regex(body, /^You may not [A-Z_]+/);
  });
}

const requests: readonly [method: string, path: string, body: string][] = [
  ['PUT', '/weights', '[{"role":"dev","weight":2}]'],
  [
    'POST',
    '/quota',
    JSON.stringify({ role: 'dev', guarantee: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 1 } }] }),
  ],
  ['DELETE', '/quota/dev', ''],
  ['POST', '/maintenance/schedule', JSON.stringify({ windows })],
  ['POST', '/machine/down', JSON.stringify(machines)],
  ['POST', '/machine/up', JSON.stringify(machines)],
];

for (const [method, path, body] of requests) {
  test(`403: ${method} ${path}`, (t) => {
    t.is(new TestCluster(CLOSED).request(method, path, body).status, 403);
  });
}

test('draining with mark_gone needs the right to mark agents gone, too', (t) => {
  const anybody = { type: 'ANY' };
  const acls = { permissive: false, drain_agents: [{ principals: anybody, agents: anybody }] };
  const cluster = new TestCluster({ acls: JSON.stringify(acls) });
  const drain = (mark_gone: boolean) =>
    cluster.operate({ type: MasterCallType.DRAIN_AGENT, drain_agent: { agent_id, mark_gone } });
  t.is(drain(true).status, 403);
  t.regex(drain(false).body, /Unknown agent/);
});

test('what one may not see is not listed', (t) => {
  const anybody = { type: 'ANY' };
  const dev = { values: ['dev'] };
  const all = { principals: anybody, roles: anybody };
  const acls = {
    permissive: false,
    update_weights: [all],
    update_quotas: [all],
    get_quotas: [{ principals: anybody, roles: dev }],
    view_roles: [{ principals: anybody, roles: dev }],
    update_maintenance_schedules: [{ principals: anybody, machines: anybody }],
  };
  const cluster = new TestCluster({ acls: JSON.stringify(acls) });
  const weights = '[{"role":"dev","weight":2},{"role":"prod","weight":3}]';
  t.is(cluster.request('PUT', '/weights', weights).status, 200);
  const quota_configs = ['dev', 'prod'].map((role) => ({ role, limits: { cpus: { value: 1 } } }));
  cluster.operate({ type: MasterCallType.UPDATE_QUOTA, update_quota: { quota_configs } });
  t.is(cluster.request('POST', '/maintenance/schedule', JSON.stringify({ windows })).status, 200);
  t.is(cluster.get('/weights').body, '[{"role":"dev","weight":2.0}]');
  const { answer } = cluster.operate({ type: MasterCallType.GET_WEIGHTS });
  t.deepEqual(
    answer.get_weights?.weight_infos?.map(({ role }) => role),
    ['dev'],
  );
  const quota = cluster.operate({ type: MasterCallType.GET_QUOTA }).answer.get_quota?.status.configs;
  t.deepEqual(
    quota?.map(({ role }) => role),
    ['dev'],
  );
  t.regex(cluster.get('/quota').body, /^{"infos":\[{"role":"dev".*"configs":\[{"role":"dev"/);
  t.is(cluster.get('/maintenance/schedule').body, '{}');
  t.is(cluster.get('/maintenance/status').body, '{}');
});
