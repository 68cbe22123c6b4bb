/** The calls of the book's third chapter and of the documents of 0.8, as they are printed (spec: marathon.md §2.3, §2.4, §13.2, §16, §23). */
import test from 'ava';
import { until } from '../../support/until.ts';
import { type App, marathonCluster } from '../support/marathonCluster.ts';

/** POST /v2/apps as the documents of 0.8 print it. */
const OLD_APP = `{"id":"/product/us-east/service/myapp","cmd":"env && sleep 300","args":null,"cpus":1.5,"mem":256,"instances":3,
 "container":{"type":"DOCKER","docker":{"image":"group/image","network":"BRIDGE","portMappings":
   [{"containerPort":8080,"hostPort":0,"servicePort":9000,"protocol":"tcp"}],
   "privileged":false,"parameters":[{"key":"a-docker-option","value":"xxx"}]},
   "volumes":[{"containerPath":"/etc/a","hostPath":"/var/data/a","mode":"RO"}]},
 "ports":[8080,9000],"uris":["https://example.com/f.tgz"],"constraints":[["attribute","OPERATOR","value"]]}`;

const FIRST =
  '{"id": "my-first-app", "cmd": "python3 -m http.server $PORT0 || sleep 1000", "cpus": 0.1, "mem": 64}';

const GROUP = `{"id": "/product", "groups": [
  {"id": "/product/database", "apps": [{"id": "/product/database/mongo", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}]},
  {"id": "/product/service", "dependencies": ["/product/database"],
   "apps": [{"id": "/product/service/web", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 2}]}]}`;

test('made, scaled by either PUT, with ports it needs, in groups that depend on each other, upgraded as the book does', async (t) => {
  const marathon = await marathonCluster(t);
  const created = await marathon.ask<App>('POST', '/v2/apps', FIRST);
  t.is(created.status, 201);
  t.is(created.body.id, '/my-first-app');
  await marathon.runs('/my-first-app', 1);
  // The collection takes a list; the book prints a single object.
  t.is((await marathon.ask('PUT', '/v2/apps', '{"id": "my-first-app", "instances": 5}')).status, 200);
  await marathon.runs('/my-first-app', 5);
  t.is((await marathon.ask('PUT', '/v2/apps/my-first-app', '{"instances": 3}')).status, 200);
  const three = await marathon.runs('/my-first-app', 3);
  t.is(three.cmd, 'python3 -m http.server $PORT0 || sleep 1000');

  const port = marathon.firstPort + 50;
  const ports = `{"id": "fixed", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "ports": [${port}], "requirePorts": true}`;
  t.is((await marathon.ask('POST', '/v2/apps', ports)).status, 201);
  t.deepEqual((await marathon.runs('/fixed', 1)).tasks[0]?.ports, [port]);

  const strategy =
    '{"env": {"V": "2"}, "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.1}}';
  const change = await marathon.ask('PUT', '/v2/apps/my-first-app', strategy);
  t.is(change.status, 200);
  t.is(change.headers.get('marathon-deployment-id'), change.body.deploymentId);
  const upgraded = await marathon.runs('/my-first-app', 3);
  t.false(upgraded.tasks.some(({ id }) => three.tasks.some((each) => each.id === id)));

  const made = await marathon.ask('POST', '/v2/groups', GROUP);
  t.is(made.status, 201);
  await marathon.runs('/product/service/web', 2);
  const [mongo] = (await marathon.app('/product/database/mongo')).tasks as readonly { startedAt?: string }[];
  const web = (await marathon.app('/product/service/web')).tasks as readonly { stagedAt?: string }[];
  t.true(
    web.every(({ stagedAt = '' }) => stagedAt >= (mongo?.startedAt ?? 'z')),
    'the database came first',
  );
  t.is((await marathon.ask('DELETE', '/v2/apps/my-first-app')).status, 200);
  await until('it is gone', async () => (await marathon.ask('GET', '/v2/apps/my-first-app')).status === 404);
});

test('an app as the documents of 0.8 print it: its operator is none, all else is taken and printed back in that shape', async (t) => {
  const marathon = await marathonCluster(t);
  const refused = await marathon.ask<{ details: { path: string; errors: string[] }[]; errors: object[] }>(
    'POST',
    '/v2/apps',
    OLD_APP,
  );
  t.is(refused.status, 422);
  t.is(refused.body.details[0]?.path, '/constraints(0)');
  t.regex(refused.body.details[0]?.errors[0] ?? '', /^Invalid operator: OPERATOR/);
  t.is(refused.body.errors.length, 1, 'clients of 0.8 read `errors`');
  const { status, text } = await marathon.ask('POST', '/v2/apps', OLD_APP.replace('OPERATOR', 'LIKE'));
  t.is(status, 201, text);
  const { app } = await marathon.call<{ app: Record<string, unknown> }>(
    'GET',
    '/v2/apps/product/us-east/service/myapp?legacy=true',
  );
  t.like(app, {
    cmd: 'env && sleep 300',
    args: null,
    user: null,
    cpus: 1.5,
    mem: 256,
    instances: 3,
    disk: 0,
    env: {},
    executor: '',
    backoffFactor: 1.15,
    backoffSeconds: 1,
    dependencies: [],
    healthChecks: [],
    labels: {},
    requirePorts: false,
    storeUrls: [],
    uris: ['https://example.com/f.tgz'],
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  });
  const container = app['container'] as {
    docker: { network: string; portMappings: { servicePort: number }[] };
  };
  t.is(container.docker.network, 'BRIDGE');
  t.deepEqual(
    app['ports'],
    container.docker.portMappings.map(({ servicePort }) => servicePort),
  );
  t.is(container.docker.portMappings[0]?.servicePort, 9000);
});
