/** Quota at run time: `/quota`, UPDATE_QUOTA and the older calls (master.md §15, v1-operator-api.md §2.5, §5.6). */
import test from 'ava';
import { MasterCallType, type QuotaConfig } from '../../../../proto/index.ts';
import { Resources } from '../../../../proto/resources/index.ts';
import { agentInfo, frameworkInfo, TestCluster, taskInfo } from '../support/cluster.ts';

type Amounts = Record<string, number>;

function config(role: string, guarantees: Amounts = {}, limits: Amounts = {}): QuotaConfig {
  const scalars = (amounts: Amounts) =>
    Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, { value }]));
  return { role, guarantees: scalars(guarantees), limits: scalars(limits) };
}

function update(cluster: TestCluster, quota_configs: QuotaConfig[], force?: boolean) {
  return cluster.operate({ type: MasterCallType.UPDATE_QUOTA, update_quota: { quota_configs, force } });
}

function quotas(cluster: TestCluster): QuotaConfig[] {
  return cluster.operate({ type: MasterCallType.GET_QUOTA }).answer.get_quota?.status.configs ?? [];
}

/** Agents of 4 cpus and 4096 MB each. */
function clusterOf(agents: number, flags: Record<string, string> = {}): TestCluster {
  const cluster = new TestCluster(flags);
  for (let at = 0; at < agents; at++)
    cluster.register(cluster.agent(5051 + at), agentInfo('cpus:4;mem:4096', `h${at}`));
  return cluster;
}

test('quota is told by both APIs and /roles, and survives a failover', (t) => {
  const cluster = clusterOf(1);
  t.is(update(cluster, [config('dev', { cpus: 1 }, { cpus: 2, mem: 1024 })]).status, 200);
  t.is(cluster.master.parts.registrar.registry.minimum_capabilities.has('QUOTA_V2'), true);
  cluster.failOver();
  t.deepEqual(quotas(cluster), [config('dev', { cpus: 1 }, { cpus: 2, mem: 1024 })]);
  t.deepEqual(JSON.parse(cluster.get('/quota').body), {
    infos: [{ role: 'dev', guarantee: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 1 } }] }],
    configs: [config('dev', { cpus: 1 }, { cpus: 2, mem: 1024 })],
  });
  const [role] = cluster.getJson('/roles')['roles'] as { quota: unknown }[];
  t.deepEqual(role?.quota, {
    role: 'dev',
    guarantee: { cpus: 1 },
    limit: { cpus: 2, mem: 1024 },
    consumed: {},
  });
});

test('a config without amounts ends a quota, and the registry needs no QUOTA_V2 any more', (t) => {
  const cluster = clusterOf(1);
  update(cluster, [config('dev', { cpus: 1 })]);
  t.is(update(cluster, [config('dev')]).status, 200);
  t.deepEqual(quotas(cluster), []);
  t.is(cluster.master.parts.registrar.registry.minimum_capabilities.size, 0);
});

const badConfigs: readonly [what: string, configs: QuotaConfig[], text: RegExp][] = [
  ['the default role', [config('*', { cpus: 1 })], /default '\*' role is not supported/],
  ['a nested role', [config('dev/ci', { cpus: 1 })], /nested role 'dev\/ci' is not supported/],
  ['a role that cannot be', [config('-x', { cpus: 1 })], /starts with "-"/],
  ['a role not on the list', [config('hr', { cpus: 1 })], /unknown role 'hr'/],
  ['a role twice', [config('dev'), config('dev', { cpus: 1 })], /named twice/],
  ['a negative amount', [config('dev', { cpus: -1 })], /guarantees': 'cpus' is -1, expected a finite number/],
  ['a subnormal amount', [config('dev', {}, { cpus: 1e-310 })], /expected a finite number/],
  [
    'too much memory',
    [config('dev', {}, { mem: 2 ** 40 + 1 })],
    /'mem' is 1099511627777, more than 1099511627776/,
  ],
  ['too much of another', [config('dev', {}, { cpus: 1e12 + 1 })], /more than 1000000000000/],
  [
    'a guarantee beyond the limit',
    [config('dev', { cpus: 5 }, { cpus: 2 })],
    /guarantees' { cpus: 5 } is not contained within the 'QuotaConfig.limits' { cpus: 2 }/,
  ],
  [
    'more than the cluster has',
    [config('dev', { cpus: 5 })],
    /cpus:5, the registered agents have cpus:4; mem:4096/,
  ],
  ['more than it has together', [config('dev', { cpus: 3 }), config('prod', { cpus: 2 })], /cpus:5/],
];

for (const [what, configs, text] of badConfigs) {
  test(`UPDATE_QUOTA is refused, and nothing is changed: ${what}`, (t) => {
    const cluster = clusterOf(1, { roles: 'dev,prod,dev/ci,-x' });
    const { status, body } = update(cluster, configs);
    t.is(status, 400);
    t.regex(body, text);
    t.regex(body, /^Invalid QuotaConfig: /);
    t.deepEqual(quotas(cluster), []);
  });
}

test('amounts that JSON cannot say and protobuf can are refused, too', (t) => {
  const { quotas: part } = clusterOf(1).master.parts;
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const call = { quota_configs: [config('dev', {}, { cpus: value })] };
    t.throws(() => part.update(call, () => t.fail()), { message: new RegExp(`limits': 'cpus' is ${value}`) });
  }
});

test('force overrides what the cluster has, and what the role consumes', (t) => {
  const cluster = clusterOf(1);
  t.is(update(cluster, [config('dev', { cpus: 50 })], true).status, 200);
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler, frameworkInfo({ roles: ['dev'] }));
  cluster.run(1100);
  const offer = cluster.offer(scheduler);
  cluster.launch(scheduler, id, offer, [taskInfo('t', offer.agent_id.value, 'cpus:2;mem:64')], 1000);
  const refused = update(cluster, [config('dev', {}, { cpus: 1 })]);
  t.is(refused.status, 400);
  t.regex(refused.body, /role 'dev' consumes cpus:2; mem:64 already, more than the limits cpus:1/);
  t.is(update(cluster, [config('dev', {}, { cpus: 1 })], true).status, 200);
  const [role] = cluster.getJson('/roles')['roles'] as { quota: { consumed: Amounts } }[];
  t.deepEqual(role?.quota.consumed, { cpus: 2, mem: 64 });
});

const requests: readonly [what: string, body: string, status: number, text: RegExp][] = [
  ['no JSON', '{', 400, /Failed to parse set quota request JSON/],
  ['no role', '{"guarantee":[]}', 400, /Expecting 'role'/],
  ['no guarantee', '{"role":"dev"}', 400, /at least one resource/],
  ['the default role', '{"role":"*","guarantee":[]}', 400, /default '\*' role/],
  [
    'ranges',
    set('"ports","type":"RANGES","ranges":{"range":[{"begin":1,"end":2}]}'),
    400,
    /must be a scalar/,
  ],
  ['twice', set('"cpus","type":"SCALAR","scalar":{"value":1}', 2), 400, /names 'cpus' twice/],
  ['reserved', set('"cpus","type":"SCALAR","scalar":{"value":1},"role":"dev"'), 400, /must not be reserved/],
  ['revocable', set('"cpus","type":"SCALAR","scalar":{"value":1},"revocable":{}'), 400, /RevocableInfo/],
  [
    'disk info',
    set('"disk","type":"SCALAR","scalar":{"value":1},"disk":{"volume":{"container_path":"a","mode":"RW"}}'),
    400,
    /DiskInfo/,
  ],
  ['too much', set('"cpus","type":"SCALAR","scalar":{"value":5}'), 409, /Not enough cluster capacity/],
];

function set(resource: string, times = 1): string {
  return `{"role":"dev","guarantee":[${Array.from({ length: times }, () => `{"name":${resource}}`).join(',')}]}`;
}

for (const [what, body, status, text] of requests) {
  test(`POST /quota is refused, and nothing is changed: ${what}`, (t) => {
    const cluster = clusterOf(1);
    const answer = cluster.request('POST', '/quota', body);
    t.is(answer.status, status, answer.body);
    t.regex(answer.body, text);
    t.deepEqual(quotas(cluster), []);
  });
}

test('the older endpoint sets a guarantee that is a limit as well, once, and ends it', (t) => {
  const cluster = clusterOf(1);
  const body = set('"cpus","type":"SCALAR","scalar":{"value":2}');
  t.is(cluster.request('POST', '/quota', body).status, 200);
  t.deepEqual(quotas(cluster), [config('dev', { cpus: 2 }, { cpus: 2 })]);
  const again = cluster.request('POST', '/quota', body);
  t.is(again.status, 400);
  t.regex(again.body, /is set already/);
  t.is(cluster.request('DELETE', '/quota', '').status, 400);
  t.is(cluster.request('DELETE', '/quota/prod', '').status, 400);
  t.is(cluster.request('DELETE', '/quota/dev', '').status, 200);
  t.is(cluster.request('PUT', '/quota', '').status, 405);
  t.deepEqual(quotas(cluster), []);
});

test('SET_QUOTA with force goes beyond the cluster, REMOVE_QUOTA ends it', (t) => {
  const cluster = clusterOf(1);
  const guarantee = [{ name: 'cpus', type: 0 as const, scalar: { value: 50 } }];
  const call = (force: boolean) =>
    cluster.operate({
      type: MasterCallType.SET_QUOTA,
      set_quota: { quota_request: { role: 'dev', guarantee, force } },
    });
  t.is(call(false).status, 409);
  t.is(call(true).status, 200);
  const remove = () => cluster.operate({ type: MasterCallType.REMOVE_QUOTA, remove_quota: { role: 'dev' } });
  t.is(remove().status, 200);
  t.is(remove().status, 400);
});

test('two requests at once cannot promise more together than there is', (t) => {
  const cluster = clusterOf(1);
  const { quotas: part } = cluster.master.parts;
  const answers: (number | undefined)[] = [];
  // Both are checked before either is stored.
  for (const role of ['a', 'b']) {
    part.update({ quota_configs: [config(role, { cpus: 3 })] }, (refusal) => answers.push(refusal?.status));
  }
  cluster.run(5);
  t.deepEqual(answers, [undefined, 409]);
  t.like(quotas(cluster), [{ role: 'a', guarantees: { cpus: { value: 3 } } }]);
});

test('offers of others are taken back for a guarantee, and those beyond a limit', (t) => {
  const cluster = clusterOf(2);
  const other = cluster.scheduler(6001, 'scheduler-1');
  cluster.subscribe(other, frameworkInfo({ roles: ['other'] }));
  cluster.run(1100);
  const dev = cluster.scheduler(6002, 'scheduler-2');
  cluster.subscribe(dev, frameworkInfo({ roles: ['dev'] }));
  t.is(cluster.offers(other).length, 2);
  t.is(update(cluster, [config('dev', { cpus: 3 }, { cpus: 3 })]).status, 200);
  t.is(other.all('mesos.internal.RescindResourceOfferMessage').length, 1);
  cluster.run(1100);
  t.is(Resources.of(cluster.offer(dev).resources).cpus, 3);
  dev.forget();
  t.is(update(cluster, [config('dev', {}, { cpus: 2 })]).status, 200);
  t.is(dev.all('mesos.internal.RescindResourceOfferMessage').length, 1);
  cluster.run(1100);
  t.is(Resources.of(cluster.offer(dev).resources).cpus, 2);
  t.deepEqual(cluster.errors, []);
});

test('after a failover nothing is offered until most agents are back, when there is quota', (t) => {
  const cluster = clusterOf(5);
  const agents = [...cluster.master.parts.agents.all()].map(({ id }) => id);
  update(cluster, [config('dev', { cpus: 3 })]);
  cluster.failOver();
  const scheduler = cluster.scheduler();
  cluster.subscribe(scheduler, frameworkInfo());
  const back = (at: number) => cluster.reregister(cluster.agent(5100 + at), agents[at] ?? '');
  for (const at of [0, 1, 2]) back(at);
  cluster.run(5000);
  t.is(cluster.offers(scheduler).length, 0);
  back(3);
  cluster.run(1100);
  t.true(cluster.offers(scheduler).length > 0);
});
