/** Who may use what over HTTP: every route has a realm or is open on purpose, and rules are kept by schedulers and agents too. */
import test from 'ava';
import { agentRoutes } from '../../../../actors/agent/api/routes.ts';
import { TaskState } from '../../../../proto/index.ts';
import { spawnEndpoints } from '../../../../runtime/endpoints/index.ts';
import type { Node } from '../../../../runtime/index.ts';
import { inject } from '../../../support/http.ts';
import { frameworkInfo, offered, TestCluster, taskInfo } from '../support/cluster.ts';
import { HttpScheduler } from '../support/httpScheduler.ts';

const build = { version: '1.12.0', build_date: '2026-01-01', build_time: 1, build_user: '' };

/** Routes that everybody may use, as Mesos has it: they tell nothing of the cluster. */
const OPEN = ['/health', '/redirect', '/version', '/help', '/system/stats.json'];

const CREDENTIALS = JSON.stringify({ credentials: [{ principal: 'ann', secret: 'pass' }] });

const AUTHENTICATED = {
  authenticate_http_readonly: 'true',
  authenticate_http_readwrite: 'true',
  authenticate_http_frameworks: 'true',
  credentials: CREDENTIALS,
};

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** `/master/state` … of every process of the node. */
function routesOf(node: Node): string[] {
  return node
    .list()
    .flatMap(({ pid, process }) => [...process.routes.keys()].map((path) => `/${pid.id}${path}`));
}

test('every route of a master asks who one is, or is open on purpose', (t) => {
  const cluster = new TestCluster(AUTHENTICATED);
  spawnEndpoints(cluster.masterNode, build);
  cluster.run(5);
  const routes = routesOf(cluster.masterNode);
  t.true(routes.length > 25);
  for (const route of routes) {
    const isOpen = OPEN.some((path) => route === path || route === `/master${path}`);
    const answers = [{}, basic('ann', 'wrong'), basic('ann', 'pass')].map((headers) => {
      const answer = inject(cluster.masterNode, route, { headers });
      cluster.run(5);
      return answer;
    });
    const [nobody, liar, ann] = answers.map(({ status }) => status);
    t.is(nobody === 401, !isOpen, `${route}: ${nobody}`);
    t.is(liar === 401, !isOpen, `${route}: ${liar}`);
    t.not(ann, 401, route);
    if (isOpen) continue;
    t.regex(answers[0]?.headers['WWW-Authenticate'] ?? '', /^Basic realm="mesos-master-\w+"$/);
  }
});

test('every route of an agent has a realm, or is open on purpose', (t) => {
  const routes = agentRoutes(
    { host: {}, authorizer: {}, registration: {} } as Parameters<typeof agentRoutes>[0],
    { build, flags: {} },
  );
  t.true(routes.length > 8);
  for (const { path, realm } of routes) {
    if (OPEN.includes(path)) t.is(realm, undefined, path);
    else t.regex(realm ?? '', /^mesos-agent-(readonly|readwrite|executor|resource-provider)$/, path);
  }
});

test('a flag that asks who one is needs credentials to know anybody by', (t) => {
  t.throws(() => new TestCluster({ authenticate_http_readonly: 'true' }), { message: /--credentials/ });
});

test('what a principal may not use it is refused by the path', (t) => {
  const none = { type: 'NONE' };
  const acls = JSON.stringify({ get_endpoints: [{ principals: { type: 'ANY' }, paths: none }] });
  const cluster = new TestCluster({ acls });
  spawnEndpoints(cluster.masterNode, build);
  cluster.run(5);
  for (const path of ['/metrics/snapshot', '/logging/toggle', '/files/debug']) {
    const answer = inject(cluster.masterNode, path);
    cluster.run(5);
    t.is(answer.status, 403, path);
  }
});

const ACLS = JSON.stringify({
  register_frameworks: [{ principals: { values: ['ann'] }, roles: { values: ['a'] } }],
  run_tasks: [{ principals: { values: ['ann'] }, users: { type: 'NONE' } }],
  permissive: true,
});

test('a framework uses the roles its principal may use', (t) => {
  const cluster = new TestCluster({
    acls: JSON.stringify({ ...(JSON.parse(ACLS) as object), permissive: false }),
  });
  const may = new HttpScheduler(cluster, frameworkInfo({ principal: 'ann', roles: ['a'] }));
  t.is(may.stream.ended, 'open');
  const mayNot = new HttpScheduler(cluster, frameworkInfo({ principal: 'ann', roles: ['a', 'b'] }));
  t.regex(mayNot.stream.text, /Not authorized to use role 'b'/);
  t.is(mayNot.stream.ended, 'ended');
});

test('a task runs as a user that its framework’s principal may be', (t) => {
  const { cluster, scheduler, frameworkId, agentId, offer, agent } = offered(
    frameworkInfo({ principal: 'ann' }),
    { acls: JSON.stringify({ run_tasks: (JSON.parse(ACLS) as { run_tasks: object[] }).run_tasks }) },
  );
  cluster.launch(scheduler, frameworkId, offer, [taskInfo('t', agentId)]);
  const [status] = cluster.statuses(scheduler);
  t.is(status?.state, TaskState.TASK_ERROR);
  t.regex(status?.message ?? '', /Not authorized to launch as user 'nobody'/);
  t.deepEqual(agent.all('mesos.internal.RunTaskMessage'), []);
});

test('no agent registers where none may', (t) => {
  const none = [{ principals: { type: 'NONE' }, agents: { type: 'ANY' } }];
  const cluster = new TestCluster({ acls: JSON.stringify({ register_agents: none }) });
  t.throws(() => cluster.register(cluster.agent()), { message: /not registered/ });
});
