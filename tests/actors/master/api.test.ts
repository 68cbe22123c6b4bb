/** The pages of the master (v1-operator-api.md §5, §8). */
import test from 'ava';
import { SchedulerCallType, TaskState } from '../../../proto/index.ts';
import { parseAttributes } from '../../../proto/resources/index.ts';
import { agentInfo, frameworkInfo, offered, TestCluster, taskInfo } from './support/cluster.ts';

type Json = Record<string, unknown>;

/** A cluster with a framework that has a running and a completed task, and one that has ended. */
function busy() {
  const fixture = offered(frameworkInfo({ labels: { labels: [{ key: 'k', value: 'v' }] } }));
  const { cluster, agent, agentId, scheduler, frameworkId, offer } = fixture;
  const status = {
    container_status: {
      container_id: { value: 'c1' },
      network_infos: [{ ip_addresses: [{ protocol: 1 as const, ip_address: '10.0.0.1' }] }],
      executor_pid: 7,
    },
  };
  cluster.launch(scheduler, frameworkId, offer, [
    taskInfo('running', agentId, 'cpus:1;mem:64', { labels: { labels: [{ key: 'x', value: 'y' }] } }),
    taskInfo('done', agentId),
  ]);
  cluster.update(agent, frameworkId, 'running', agentId, TaskState.TASK_RUNNING, status);
  const uuid = cluster.update(agent, frameworkId, 'done', agentId, TaskState.TASK_FINISHED, status);
  cluster.acknowledge(scheduler, frameworkId, 'done', agentId, uuid);
  const other = cluster.scheduler(6002, 'scheduler-2');
  const otherId = cluster.subscribe(other, frameworkInfo({ name: 'ended' }));
  cluster.call(other, { framework_id: { value: otherId }, type: 2 });
  cluster.run(1100);
  return fixture;
}

/** Keys of Mesos' answers, in its order; a `?` marks those that are not always there. */
const KEYS: Record<string, readonly string[]> = {
  state:
    `version git_sha? git_branch? git_tag? build_date build_time build_user start_time elected_time id pid hostname
    capabilities activated_slaves deactivated_slaves unreachable_slaves leader leader_info cluster? log_dir? flags slaves
    recovered_slaves frameworks completed_frameworks orphan_tasks unregistered_frameworks`.split(/\s+/),
  slave:
    `id hostname port attributes pid registered_time reregistered_time? resources used_resources offered_resources
    reserved_resources unreserved_resources active deactivated version capabilities`.split(/\s+/),
  framework:
    `id name pid? used_resources offered_resources capabilities hostname webui_url active connected recovered user
    failover_timeout checkpoint registered_time unregistered_time principal? resources reregistered_time? roles tasks
    unreachable_tasks completed_tasks offers executors labels? offer_constraints`.split(/\s+/),
  task: 'id name framework_id executor_id slave_id state resources role statuses labels?'.split(/\s+/),
  status: 'state timestamp container_status'.split(/\s+/),
  offer: 'id framework_id allocation_info slave_id resources'.split(/\s+/),
};

/** Asserts that the keys are those of the list, in its order. */
function sameKeys(
  t: { deepEqual(a: unknown, b: unknown): void },
  json: Json | undefined,
  name: string,
): void {
  const keys = Object.keys(json ?? {});
  const expected = (KEYS[name] ?? []).flatMap((key) => {
    const plain = key.replace('?', '');
    return key.endsWith('?') && !keys.includes(plain) ? [] : [plain];
  });
  t.deepEqual(keys, expected);
}

const first = (json: Json | undefined, key: string) => (json?.[key] as Json[] | undefined)?.[0];

test('/state has the keys of Mesos, in its order', (t) => {
  const { cluster } = busy();
  const state = cluster.getJson('/state');
  sameKeys(t, state, 'state');
  sameKeys(t, first(state, 'slaves'), 'slave');
  const framework = first(state, 'frameworks');
  sameKeys(t, framework, 'framework');
  sameKeys(t, first(state, 'completed_frameworks'), 'framework');
  sameKeys(t, first(framework, 'tasks'), 'task');
  sameKeys(t, first(framework, 'completed_tasks'), 'task');
  sameKeys(t, first(framework, 'offers'), 'offer');
  sameKeys(t, first(first(framework, 'tasks'), 'statuses'), 'status');
});

test('/state tells of a running task what Mesos tells', (t) => {
  const { cluster, agentId, frameworkId } = busy();
  const task = first(first(cluster.getJson('/state'), 'frameworks'), 'tasks');
  t.like(task, {
    id: 'running',
    name: 'running',
    framework_id: frameworkId,
    executor_id: '',
    slave_id: agentId,
    state: 'TASK_RUNNING',
    resources: { disk: 0, mem: 64, gpus: 0, cpus: 1 },
    role: '*',
    labels: [{ key: 'x', value: 'y' }],
  });
  t.deepEqual(first(task, 'statuses')?.['container_status'], {
    container_id: { value: 'c1' },
    network_infos: [{ ip_addresses: [{ protocol: 'IPv4', ip_address: '10.0.0.1' }] }],
  });
});

test('doubles show a fraction, counts of tasks do not', (t) => {
  const { cluster } = busy();
  const state = cluster.get('/state').body;
  t.true(state.includes('"activated_slaves":1.0'));
  t.true(state.includes('"mem":4096.0'));
  t.true(state.includes('"failover_timeout":0.0'));
  t.true(state.includes('"port":5051,'));
  t.true(cluster.get('/state-summary').body.includes('"TASK_RUNNING":1,'));
});

test('names of attributes may repeat', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent(), {
    ...agentInfo(),
    attributes: [...parseAttributes('rack:a;rack:b;n:3')],
  });
  t.true(cluster.get('/slaves').body.includes('"attributes":{"rack":"a","rack":"b","n":3.0}'));
});

test('/slaves has resources in full, and one agent when asked for one', (t) => {
  const { cluster, agentId } = busy();
  const slave = first(cluster.getJson('/slaves'), 'slaves');
  t.deepEqual(Object.keys(slave ?? {}).slice(-4), [
    'reserved_resources_full',
    'unreserved_resources_full',
    'used_resources_full',
    'offered_resources_full',
  ]);
  t.deepEqual(first(slave, 'unreserved_resources_full'), {
    name: 'cpus',
    type: 'SCALAR',
    scalar: { value: 4 },
    role: '*',
  });
  t.is((cluster.getJson(`/slaves?slave_id=${agentId}`)['slaves'] as Json[]).length, 1);
  t.is((cluster.getJson('/slaves?slave_id=nope')['slaves'] as Json[]).length, 0);
});

test('/state-summary counts tasks by state', (t) => {
  const { cluster, agentId, frameworkId } = busy();
  const summary = cluster.getJson('/state-summary');
  t.like(first(summary, 'slaves'), {
    TASK_RUNNING: 1,
    TASK_FINISHED: 1,
    TASK_LOST: 0,
    framework_ids: [frameworkId],
  });
  t.like(first(summary, 'frameworks'), {
    TASK_RUNNING: 1,
    TASK_FINISHED: 1,
    slave_ids: [agentId],
    connected: true,
  });
});

test('/frameworks has live and ended ones, and one when asked for one', (t) => {
  const { cluster, frameworkId } = busy();
  const all = cluster.getJson('/frameworks');
  t.is((all['frameworks'] as Json[]).length, 1);
  t.is((all['completed_frameworks'] as Json[]).length, 1);
  t.deepEqual(all['unregistered_frameworks'], []);
  const one = cluster.getJson(`/frameworks?framework_id=${frameworkId}`);
  t.deepEqual([(one['frameworks'] as Json[]).length, (one['completed_frameworks'] as Json[]).length], [1, 0]);
});

for (const [query, ids] of [
  ['', ['done', 'running']],
  ['?order=asc', ['running', 'done']],
  ['?limit=1', ['done']],
  ['?limit=1&offset=1', ['running']],
  ['?limit=none&offset=-1', ['done', 'running']],
  ['?task_id=done', ['done']],
  ['?framework_id=nope', []],
] as const) {
  test(`/tasks${query}`, (t) => {
    const tasks = busy().cluster.getJson(`/tasks${query}`)['tasks'] as Json[];
    t.deepEqual(
      tasks.map(({ id }) => id),
      ids,
    );
  });
}

test('/roles sums up what a role and its sub-roles hold', (t) => {
  const cluster = new TestCluster();
  const agent = cluster.agent();
  const agentId = cluster.register(agent, agentInfo('cpus:4;mem:1024;cpus(x):1'));
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler, frameworkInfo({ roles: ['eng/dev'] }));
  cluster.run(10);
  cluster.launch(scheduler, id, cluster.offer(scheduler), [taskInfo('t', agentId)]);
  cluster.run(1100);
  const roles = cluster.getJson('/roles')['roles'] as Json[];
  t.deepEqual(
    roles.map(({ name }) => name),
    ['eng', 'eng/dev', 'x'],
  );
  const [eng, dev, x] = roles;
  t.like(eng, { weight: 1, allocated: { cpus: 1, mem: 64 }, offered: { cpus: 3, mem: 960 }, frameworks: [] });
  t.like(dev, { allocated: { cpus: 1, mem: 64 }, frameworks: [id] });
  t.deepEqual(x?.['reserved'], { cpus: 1 });
  t.deepEqual(
    Object.keys(eng ?? {}),
    'name weight quota resources allocated offered reserved frameworks'.split(' '),
  );
});

test('pages are wrapped for scripts of other origins', (t) => {
  const { status, headers, body } = busy().cluster.get('/state-summary?jsonp=cb');
  t.is(status, 200);
  t.is(headers['Content-Type'], 'text/javascript');
  t.regex(body, /^cb\(\{.*\}\);$/);
});

test('/health, /flags, /redirect, and what is below it', (t) => {
  const cluster = new TestCluster();
  t.like(cluster.get('/health'), { status: 200, body: '' });
  const { flags } = cluster.getJson('/flags') as { flags: Json };
  t.like(flags, {
    agent_ping_timeout: '15secs',
    registry: 'in_memory',
    recovery_agent_removal_limit: '100%',
  });
  for (const path of ['/redirect', '/master/redirect']) {
    t.like(cluster.get(path), { status: 307, headers: { Location: '//10.0.0.1:5050' } });
  }
  t.is(cluster.get('/redirect/state').status, 404);
  t.is(cluster.get('/master/state').status, 200);
  t.is(cluster.get('/nosuch').status, 404);
});

for (const [what, method, body, status, text] of [
  ['another method', 'GET', '', 405, /POST/],
  ['nothing', 'POST', '', 400, /Missing 'frameworkId'/],
  ['an unknown framework', 'POST', 'frameworkId=nope', 400, /No framework found with specified ID/],
] as const) {
  test(`/teardown with ${what}`, (t) => {
    const answer = new TestCluster().request(method, '/teardown', body);
    t.is(answer.status, status);
    t.regex(answer.body, text);
  });
}

test('/teardown ends a framework', (t) => {
  const { cluster, frameworkId } = offered();
  t.is(cluster.request('POST', '/teardown', `frameworkId=${frameworkId}`).status, 200);
  t.true(cluster.master.parts.frameworks.isCompleted(frameworkId));
});

test('the metrics of a master are those of Mesos', (t) => {
  const { cluster } = busy();
  t.like(cluster.masterNode.metrics.snapshot(), {
    'master/elected': 1,
    'master/slaves_active': 1,
    'master/frameworks_active': 1,
    'master/tasks_running': 1,
    'master/tasks_staging': 0,
    'master/tasks_finished': 1,
    'master/cpus_total': 4,
    'master/cpus_used': 1,
    'master/cpus_percent': 0.25,
    'master/outstanding_offers': 1,
    'master/messages_status_update': 2,
    'registrar/queued_operations': 0,
  });
});

test('each framework has metrics of its own, all from the start, gone with it', (t) => {
  const { cluster, scheduler, frameworkId } = busy();
  const prefix = `master/frameworks/test/${frameworkId}/`;
  const of = (name: string) => cluster.masterNode.metrics.snapshot()[`${prefix}${name}`];
  const told = {
    subscribed: 1,
    'calls/accept': 1,
    'calls/kill': 0,
    'events/offers': 2,
    'events/heartbeat': 0,
    'offers/sent': 2,
    'offers/accepted': 1,
    'operations/launch': 1,
    'operations/reserve': 0,
    'tasks/active/task_running': 1,
    'tasks/active/task_staging': 0,
    'tasks/terminal/task_finished': 1,
    'tasks/terminal/task_lost': 0,
    'roles/*/suppressed': 0,
  };
  for (const [name, value] of Object.entries(told)) t.is(of(name), value, name);
  cluster.call(scheduler, {
    framework_id: { value: frameworkId },
    type: SchedulerCallType.SUPPRESS,
    suppress: {},
  });
  t.is(of('roles/*/suppressed'), 1);
  cluster.request('POST', '/teardown', `frameworkId=${frameworkId}`);
  t.deepEqual(
    Object.keys(cluster.masterNode.metrics.snapshot()).filter((name) => name.startsWith(prefix)),
    [],
  );
});
