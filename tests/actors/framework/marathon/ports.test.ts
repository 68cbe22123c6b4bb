/** Ports, the environment of tasks, and both shapes of apps (spec: marathon.md §11, §23, §24, §35 checks 6, 15, 16, 17). */
import test from 'ava';
import { parseSelector } from '../../../../actors/framework/marathon/api/selector.ts';
import { environmentOf } from '../../../../actors/framework/marathon/launcher/environment.ts';
import type { App } from '../../../../actors/framework/marathon/model/app.ts';
import type { AppShape } from './support/shapes.ts';
import { MarathonWorld } from './support/world.ts';

const APP = { cmd: 'sleep', cpus: 0.1, mem: 64 };

type Full = AppShape & Readonly<Record<string, unknown>>;

test('a required port is the one that the task gets, or it waits', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, id: 'fixed', ports: [31_500], requirePorts: true });
  world.settle();
  const { app } = world.call<{ app: AppShape }>('GET', '/v2/apps/fixed').body;
  t.deepEqual(app.tasks[0]?.ports, [31_500]);
  world.call('PUT', '/v2/apps/fixed', { instances: 2 });
  world.run(5_000);
  t.is(world.running('/fixed').length, 1);
});

test("variables of ports, of the app and of its labels; the app's own win", (t) => {
  const world = new MarathonWorld();
  const { body } = world.call<App>('POST', '/v2/apps', {
    ...APP,
    id: '/shop/web',
    env: { PORT1: 'mine', SECRET: '' },
    labels: { 'a.b-c': 'x', long: 'y'.repeat(600) },
    container: {
      type: 'DOCKER',
      docker: {
        image: 'shop:1',
        network: 'BRIDGE',
        portMappings: [{ containerPort: 8080, hostPort: 0, name: 'http' }, { containerPort: 9090 }],
      },
    },
  });
  const ports = [31_001, 31_007].map((hostPort, index) => ({
    hostPort,
    containerPort: index === 0 ? 8080 : 9090,
    requested: index === 0 ? 8080 : 9090,
    name: index === 0 ? 'http' : undefined,
    protocol: 'tcp',
    labels: {},
  }));
  const variables = environmentOf(body, ports, {
    hostname: 'h',
    taskId: 'id',
    prefix: '',
    enforceGroupRole: false,
    number: 0,
  });
  const env = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  t.like(env, {
    PORT: '31001',
    PORT0: '31001',
    PORT1: 'mine',
    PORT_8080: '31001',
    PORT_9090: '31007',
    PORT_HTTP: '31001',
    PORTS: '31001,31007',
    HOST: 'h',
    MESOS_TASK_ID: 'id',
    MARATHON_APP_ID: '/shop/web',
    MARATHON_APP_DOCKER_IMAGE: 'shop:1',
    MARATHON_APP_RESOURCE_CPUS: '0.1',
    MARATHON_APP_RESOURCE_MEM: '64.0',
    MARATHON_APP_RESOURCE_GPUS: '0',
    MARATHON_APP_LABELS: 'A_B_C',
    MARATHON_APP_LABEL_A_B_C: 'x',
  });
  const prefixed = environmentOf(body, ports, {
    hostname: 'h',
    taskId: 'id',
    prefix: 'P_',
    enforceGroupRole: false,
    number: 0,
  });
  t.true(prefixed.some(({ name }) => name === 'P_PORT0'));
  t.false(prefixed.some(({ name }) => name === 'PORT0' || name === 'P_MARATHON_APP_ID'));
});

test('the old shape means what the new one says', (t) => {
  const world = new MarathonWorld();
  const old = world.call<Full>('POST', '/v2/apps', {
    id: '/product/us-east/service/myapp',
    cmd: 'env && sleep 300',
    args: null,
    cpus: 1.5,
    mem: 256,
    instances: 3,
    container: {
      type: 'DOCKER',
      docker: {
        image: 'group/image',
        network: 'BRIDGE',
        portMappings: [{ containerPort: 8080, hostPort: 0, servicePort: 9000, protocol: 'tcp' }],
        privileged: false,
        parameters: [{ key: 'a-docker-option', value: 'xxx' }],
      },
      volumes: [{ containerPath: '/etc/a', hostPath: '/var/data/a', mode: 'RO' }],
    },
    uris: ['https://example.com/f.tgz', 'https://example.com/plain'],
    constraints: [['attribute', 'LIKE', 'value']],
  });
  t.is(old.status, 201, old.text);
  t.like(old.body, {
    networks: [{ mode: 'container/bridge' }],
    fetch: [
      { uri: 'https://example.com/f.tgz', extract: true, executable: false, cache: false },
      { uri: 'https://example.com/plain', extract: false, executable: false, cache: false },
    ],
  });
  const { container } = old.body as unknown as App;
  t.deepEqual(container?.portMappings, [
    { containerPort: 8080, hostPort: 0, servicePort: 9000, protocol: 'tcp', labels: {} },
  ]);
  t.false('network' in (container?.docker ?? {}));
  const legacy = world.call<{ app: Full }>('GET', '/v2/apps/product/us-east/service/myapp?legacy=true').body
    .app;
  t.like(legacy, {
    ports: [9000],
    uris: ['https://example.com/f.tgz', 'https://example.com/plain'],
    storeUrls: [],
    args: null,
  });
  const bad = world.call<{ details: { path: string }[]; errors: { attribute: string }[] }>(
    'POST',
    '/v2/apps',
    {
      ...APP,
      id: 'x',
      uris: ['a'],
      fetch: [{ uri: 'b' }],
    },
  );
  t.is(bad.status, 422);
  t.deepEqual([bad.body.details[0]?.path, bad.body.errors[0]?.attribute], ['/uris', 'uris']);
  const ports =
    world.call<App>('POST', '/v2/apps', { ...APP, id: 'p', ports: [0, 31_900] }).body.portDefinitions ?? [];
  t.true((ports[0]?.port ?? 0) >= 10_000 && (ports[0]?.port ?? 0) <= 20_000);
  t.is(ports[1]?.port, 31_900);
});

test('the bridge script reads tasks as text', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/apps', { ...APP, id: '/a/web', instances: 2, ports: [9_001] });
  world.call('POST', '/v2/apps', { ...APP, id: '/a/none', ports: [] });
  world.settle();
  const { text } = world.call('GET', '/v2/tasks', undefined, { accept: 'text/plain' });
  const [none = '', web = ''] = text
    .split('\n')
    .sort()
    .filter((line) => line !== '');
  t.regex(web, /^a_web\t9001\tagent-1:31\d{3}\tagent-1:31\d{3}\t$/);
  t.is(none, 'a_none\t \tagent-1 ');
});

test('a list of apps is one deployment, all or nothing; a single object is a list of one', (t) => {
  const world = new MarathonWorld();
  const bad = world.call('PUT', '/v2/apps', [
    { ...APP, id: 'a' },
    { ...APP, id: 'b', cpus: -1 },
  ]);
  t.is(bad.status, 422);
  t.is(world.call('GET', '/v2/apps/a').status, 404);
  t.is(
    world.call('PUT', '/v2/apps', [
      { ...APP, id: 'a' },
      { ...APP, id: 'b' },
    ]).status,
    200,
  );
  world.settle();
  t.is(world.call('PUT', '/v2/apps', { id: '/a', instances: 2 }).status, 200);
  world.settle();
  t.is(world.running('/a').length, 2);
  t.is(world.call('PATCH', '/v2/apps', [{ id: 'c', instances: 2 }]).status, 404);
  const { apps } = world.call<{ apps: AppShape[] }>('GET', '/v2/apps?id=A&embed=apps.tasks').body;
  t.deepEqual(
    apps.map(({ id, tasks }) => [id, tasks.length]),
    [['/a', 2]],
  );
  t.is(world.call<{ '*': AppShape[] }>('GET', '/v2/apps/*').body['*'].length, 2);
  t.is(world.call('GET', '/v2/apps//a').status, 200);
});

test('label selectors', (t) => {
  const cases: readonly (readonly [
    selector: string,
    labels: Readonly<Record<string, string>>,
    matches: boolean,
  ])[] = [
    ['env', { env: 'x' }, true],
    ['env', {}, false],
    ['env==qa', { env: 'qa' }, true],
    ['env != qa', { env: 'prod' }, true],
    ['env!=qa', {}, false],
    ['tier in (web, api)', { tier: 'api' }, true],
    ['tier notin (web,api)', { tier: 'db' }, true],
    ['tier notin (web,api)', {}, false],
    ['env==qa, tier in (web)', { env: 'qa', tier: 'web' }, true],
    ['env==qa,tier in (web)', { env: 'qa', tier: 'db' }, false],
    ['a\\,b==c', { 'a,b': 'c' }, true],
  ];
  for (const [selector, labels, matches] of cases) t.is(parseSelector(selector)(labels), matches, selector);
  for (const bad of ['', '==x', 'a in ()', 'a b', 'a,'])
    t.throws(() => parseSelector(bad), { name: 'ApiError' }, bad);
});
