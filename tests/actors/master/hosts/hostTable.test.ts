/** The table of hosts: people, tests and black holes switch agents off and on (spec: other-frameworks.md §5). */
import test from 'ava';
import { BlackHoles } from '../../../../actors/master/hosts/blackHoles.ts';
import { entryOf, labelsOf } from '../../../../actors/master/hosts/entry.ts';
import { MasterCallType, TaskState } from '../../../../proto/index.ts';
import { agentInfo, frameworkInfo, TestCluster, taskInfo } from '../support/cluster.ts';

interface Row {
  readonly agent_id: string;
  readonly hostname: string;
  readonly status: string;
  readonly source?: string;
  readonly reason?: string;
  readonly until?: string;
  readonly deactivated: boolean;
  readonly alarm: boolean;
  readonly tests: readonly { readonly test: string; readonly state: string }[];
}

function call(cluster: TestCluster, method: string, path: string, body?: unknown) {
  const sent = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const answer = cluster.request(method, path, sent);
  cluster.run(5);
  return answer;
}

function rows(cluster: TestCluster): readonly Row[] {
  return (JSON.parse(call(cluster, 'GET', '/hosts').body) as { hosts: Row[] }).hosts;
}

const rowOf = (cluster: TestCluster, id: string): Row | undefined =>
  rows(cluster).find(({ agent_id }) => agent_id === id);

/** Agents `h0`, `h1`, … */
function clusterOf(count: number, flags: Record<string, string> = {}) {
  const cluster = new TestCluster(flags);
  const agents = Array.from({ length: count }, (_, n) => cluster.agent(5051 + n));
  const ids = agents.map((agent, n) => cluster.register(agent, agentInfo(undefined, `h${n}`)));
  return { cluster, agents, ids };
}

const MINUTE_MS = 60_000;

test('somebody switches an agent off, for a time, and on; what is known of it is told', (t) => {
  const { cluster, ids } = clusterOf(1);
  const [id = ''] = ids;
  t.like(rowOf(cluster, id), { hostname: 'h0', status: 'on', deactivated: false, tests: [] });
  const off = { status: 'off', message: 'a new disk', ttl: 600 };
  t.is(call(cluster, 'PUT', '/hosts/h0', off).status, 200);
  t.like(rowOf(cluster, id), { status: 'off', source: 'manual', reason: 'a new disk', deactivated: true });
  t.regex(rowOf(cluster, id)?.until ?? '', /Z$/);
  cluster.run(9 * MINUTE_MS);
  t.is(rowOf(cluster, id)?.status, 'off');
  cluster.run(3 * MINUTE_MS);
  t.like(rowOf(cluster, id), { status: 'on', source: undefined, deactivated: false });
  call(cluster, 'PUT', `/hosts/${id}`, { status: 'off' });
  t.is(call(cluster, 'PUT', `/hosts/${id}`, { status: 'on', message: 'I looked' }).status, 200);
  t.like(rowOf(cluster, id), { status: 'on', source: 'manual', deactivated: false });
  t.is(call(cluster, 'DELETE', `/hosts/${id}`).status, 200);
  t.is(call(cluster, 'DELETE', `/hosts/${id}`).status, 404);
});

test('what is off gets no offers, and what runs there goes on', (t) => {
  const { cluster, agents, ids } = clusterOf(1);
  const [agentId = ''] = ids;
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, frameworkInfo());
  cluster.run(1_100);
  cluster.launch(scheduler, frameworkId, cluster.offer(scheduler), [taskInfo('one', agentId)]);
  call(cluster, 'PUT', `/hosts/${agentId}`, { status: 'off' });
  const offers = (): number => cluster.offers(scheduler).length;
  const before = offers();
  cluster.run(60_000);
  t.is(offers(), before);
  const kills = agents[0]?.all('mesos.internal.KillTaskMessage').length;
  t.is(kills, 0);
  call(cluster, 'DELETE', `/hosts/${agentId}`);
  cluster.run(10_000);
  t.true(offers() > before);
});

const TEST = (id: string | undefined, name = 'disk'): string => `/hosts/${id}/tests/${name}`;

test('a failed test, and one that is not heard of any more, switch a host off; all well again, on', (t) => {
  const { cluster, ids } = clusterOf(4);
  const [first = '', second = ''] = ids;
  t.is(call(cluster, 'PUT', TEST(first), { state: 'critical', ttl: 900, message: 'full' }).status, 200);
  t.like(rowOf(cluster, first), {
    status: 'off',
    source: 'test',
    reason: 'test disk: full',
    deactivated: true,
  });
  call(cluster, 'PUT', TEST(first, 'load'), { state: 'ok', ttl: 900 });
  t.is(rowOf(cluster, first)?.status, 'off');
  call(cluster, 'PUT', TEST(first), { state: 'ok', ttl: 900 });
  t.like(rowOf(cluster, first), { status: 'on', deactivated: false });
  call(cluster, 'PUT', TEST(second), { state: 'ok', ttl: 90 });
  cluster.run(60_000);
  t.is(rowOf(cluster, second)?.status, 'on');
  cluster.run(120_000);
  t.like(rowOf(cluster, second), { status: 'off', reason: 'test disk is not heard of any more' });
  t.is(rowOf(cluster, second)?.tests[0]?.state, 'expired');
  t.is(call(cluster, 'DELETE', TEST(second)).status, 200);
  t.is(rowOf(cluster, second)?.status, 'on');
  t.is(call(cluster, 'DELETE', TEST(second)).status, 404);
});

test('people win over tests', (t) => {
  const { cluster, ids } = clusterOf(4);
  const [id = ''] = ids;
  call(cluster, 'PUT', `/hosts/${id}`, { status: 'on' });
  call(cluster, 'PUT', TEST(id), { state: 'critical', ttl: 9_000 });
  t.like(rowOf(cluster, id), { status: 'on', source: 'manual', deactivated: false });
  call(cluster, 'PUT', `/hosts/${id}`, { status: 'off' });
  call(cluster, 'PUT', TEST(id), { state: 'ok', ttl: 9_000 });
  cluster.run(2 * MINUTE_MS);
  t.like(rowOf(cluster, id), { status: 'off', source: 'manual' });
});

test('no more than the share of agents goes off by itself: then there is an alarm; people may', (t) => {
  const { cluster, ids } = clusterOf(7);
  for (const id of ids) call(cluster, 'PUT', TEST(id), { state: 'critical', ttl: 9_000 });
  const off = rows(cluster).filter(({ status }) => status === 'off');
  t.is(off.length, 2, '30 % of 7');
  t.is(rows(cluster).filter(({ alarm }) => alarm).length, 5);
  const [{ agent_id: back } = { agent_id: '' }] = off;
  call(cluster, 'PUT', TEST(back), { state: 'ok', ttl: 9_000 });
  cluster.run(MINUTE_MS + 1_000);
  t.is(rows(cluster).filter(({ status }) => status === 'off').length, 2, 'another one in its place');
  for (const id of ids) call(cluster, 'PUT', `/hosts/${id}`, { status: 'off' });
  t.is(rows(cluster).filter(({ status }) => status === 'off').length, 7);
});

test('a host is on again after the release time; with a test that fails still it is off anew', (t) => {
  const { cluster, ids } = clusterOf(4, { host_release_time: '5mins' });
  const [id = ''] = ids;
  call(cluster, 'PUT', TEST(id), { state: 'critical', ttl: 90_000 });
  const seen: (string | undefined)[] = [];
  for (let minute = 0; minute < 8; minute++) {
    const status = rowOf(cluster, id)?.status;
    if (status !== seen.at(-1)) seen.push(status);
    cluster.run(MINUTE_MS);
  }
  t.deepEqual(seen, ['off', 'on', 'off']);
});

test('an agent on which task after task fails is a black hole', (t) => {
  const { cluster, agents, ids } = clusterOf(4, { black_hole_window: '5mins' });
  const [agent] = agents;
  const [id = ''] = ids;
  const scheduler = cluster.scheduler();
  const frameworkId = cluster.subscribe(scheduler, frameworkInfo());
  if (agent === undefined) return t.fail();
  for (let n = 0; n < 12; n++) {
    cluster.run(3_000);
    const offer = cluster.offers(scheduler).findLast(({ agent_id }) => agent_id.value === id);
    if (offer === undefined) return t.fail('no offer');
    cluster.launch(scheduler, frameworkId, offer, [taskInfo(`t${n}`, id)]);
    cluster.update(
      agent,
      frameworkId,
      `t${n}`,
      id,
      n === 5 ? TaskState.TASK_FINISHED : TaskState.TASK_FAILED,
    );
  }
  cluster.run(MINUTE_MS);
  t.like(rowOf(cluster, id), { status: 'off', source: 'blackhole', deactivated: true });
  t.regex(rowOf(cluster, id)?.reason ?? '', /^11 of 12 tasks failed, 1 ended well$/);
  cluster.run(10 * MINUTE_MS);
  t.is(rowOf(cluster, id)?.status, 'off', 'that no task fails there any more tells nothing');
  t.is(rows(cluster).filter(({ status }) => status === 'off').length, 1);
});

test('the rule of black holes, over a moving window', (t) => {
  const holes = new BlackHoles(300_000);
  const note = (turns: string, fromMs = 0): void => {
    for (const turn of turns) {
      holes.note('a', 'started', fromMs);
      holes.note('a', turn === 'f' ? 'failed' : 'finished', fromMs);
    }
  };
  note('fffffffff');
  t.is(holes.why('a', 0), undefined, 'nine are too few');
  note('f');
  t.truthy(holes.why('a', 0));
  note('...');
  t.truthy(holes.why('a', 0), '10 of 13, 3.3 to 1');
  note('.');
  t.is(holes.why('a', 0), undefined, '10 of 14 is less than three quarters');
  t.is(holes.why('a', 300_000), undefined);
  note('ffffffffff', 310_000);
  t.truthy(holes.why('a', 310_000), 'what was good is long ago');
  t.is(new BlackHoles(0).why('a', 0), undefined);
});

test('an agent that an operator deactivated stays so; one that is reactivated is on', (t) => {
  const { cluster, ids } = clusterOf(4);
  const [id = ''] = ids;
  const agent_id = { value: id };
  cluster.operate({ type: MasterCallType.DEACTIVATE_AGENT, deactivate_agent: { agent_id } });
  call(cluster, 'PUT', TEST(id), { state: 'critical', ttl: 9_000 });
  call(cluster, 'PUT', TEST(id), { state: 'ok', ttl: 9_000 });
  t.like(rowOf(cluster, id), { status: 'on', deactivated: true });
  cluster.operate({ type: MasterCallType.REACTIVATE_AGENT, reactivate_agent: { agent_id } });
  call(cluster, 'PUT', `/hosts/${id}`, { status: 'off' });
  cluster.operate({ type: MasterCallType.REACTIVATE_AGENT, reactivate_agent: { agent_id } });
  t.like(rowOf(cluster, id), { status: 'on', source: undefined, deactivated: false });
});

test('what was said is in the registry before it is answered, and there after a failover', (t) => {
  const { cluster, ids } = clusterOf(1);
  const [id = ''] = ids;
  call(cluster, 'PUT', `/hosts/${id}`, { status: 'off', message: 'a fan' });
  cluster.failOver();
  cluster.run(1_000);
  t.like(rowOf(cluster, id), { status: 'off', source: 'manual', reason: 'a fan', deactivated: true });
  const entry = { status: 'off', source: 'test', reason: 'x', untilMs: 5, deactivates: true } as const;
  t.deepEqual(entryOf(labelsOf(entry)), entry);
});

test('what cannot be is refused', (t) => {
  const { cluster, ids } = clusterOf(1);
  const [id] = ids;
  const cases: readonly (readonly [method: string, path: string, body: unknown, status: number])[] = [
    ['PUT', '/hosts/nobody', { status: 'off' }, 404],
    ['PUT', `/hosts/${id}`, { status: 'away' }, 400],
    ['PUT', `/hosts/${id}`, { status: 'off', ttl: -1 }, 400],
    ['PUT', `/hosts/${id}`, '{', 400],
    ['PUT', `/hosts/${id}`, '[]', 400],
    ['PUT', `/hosts/${id}`, { status: 'off', message: 7 }, 400],
    ['POST', `/hosts/${id}`, {}, 405],
    ['POST', '/hosts', {}, 405],
    ['PUT', TEST(id), { state: 'ok' }, 400],
    ['PUT', TEST(id, '-x'), { state: 'ok', ttl: 5 }, 400],
    ['GET', `/hosts/${id}/else`, undefined, 404],
  ];
  for (const [method, path, body, status] of cases)
    t.is(call(cluster, method, path, body).status, status, `${method} ${path} ${JSON.stringify(body)}`);
  for (let n = 0; n < 100; n++) call(cluster, 'PUT', TEST(id, `t${n}`), { state: 'ok', ttl: 5 });
  t.is(call(cluster, 'PUT', TEST(id, 'more'), { state: 'ok', ttl: 5 }).status, 409);
});
