/** Who may ask, headers, errors, and what Marathon tells of itself (spec: marathon.md §1, §9). */
import test from 'ava';
import { MarathonWorld } from './support/world.ts';

const APP = { id: 'web', cmd: 'sleep', cpus: 0.1, mem: 64 };

test('a password is asked for everywhere but at /ping', (t) => {
  const world = new MarathonWorld({ flags: ['--http_credentials=ann:secret', '--http_realm=house'] });
  for (const path of ['/v2/apps', '/v2/events', '/v2/info', '/metrics', '/config', '/v2/leader']) {
    const refused = world.call('GET', path);
    t.is(refused.status, 401, path);
    t.deepEqual(refused.body as unknown, { message: 'Invalid username or password.' });
    t.is(refused.headers['WWW-Authenticate'], 'Basic realm="house"');
  }
  t.is(world.call('DELETE', '/v2/leader').status, 401);
  t.is(world.call('GET', '/ping').text, 'pong');
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  t.is(world.call('GET', '/v2/apps', undefined, basic('ann:wrong')).status, 401);
  t.is(world.call('GET', '/v2/apps', undefined, basic('ann:secret')).status, 200);
  t.false(world.call('GET', '/config', undefined, basic('ann:secret')).text.includes('secret"'));
});

test('pages of other origins, when they are allowed', (t) => {
  const world = new MarathonWorld({ flags: ['--access_control_allow_origin=http://a,http://b'] });
  const asked = world.call('OPTIONS', '/v2/apps', undefined, { origin: 'http://b' });
  t.is(asked.status, 200);
  t.is(asked.headers['Access-Control-Allow-Origin'], 'http://b');
  t.is(
    world.call('GET', '/v2/apps', undefined, { origin: 'http://c' }).headers['Access-Control-Allow-Origin'],
    undefined,
  );
});

test('every wrong request has its answer', (t) => {
  const world = new MarathonWorld();
  const cases: readonly (readonly [method: string, path: string, body: unknown, status: number])[] = [
    ['GET', '/v2/nothing', undefined, 404],
    ['GET', '/v2/apps/none', undefined, 404],
    ['GET', '/v2/apps/none/versions', undefined, 404],
    ['GET', '/v2/groups/none', undefined, 404],
    ['GET', '/v2/pods/none', undefined, 404],
    ['GET', '/v2/deployments/none', undefined, 404],
    ['PATCH', '/v2/apps/none', { instances: 1 }, 404],
    ['DELETE', '/v2/apps', undefined, 405],
    ['POST', '/v2/apps', '{', 400],
    ['POST', '/v2/apps', undefined, 400],
    ['POST', '/v2/apps', [], 400],
    ['POST', '/v2/apps', { ...APP, cpus: '1' }, 400],
    ['POST', '/v2/apps', { ...APP, cmd: 'a\0b' }, 400],
    ['POST', '/v2/apps?force=perhaps', APP, 400],
    ['POST', '/v2/apps', { ...APP, id: 'Upper' }, 422],
    ['POST', '/v2/apps', { ...APP, id: 'tasks' }, 422],
    ['POST', '/v2/apps', { ...APP, id: '' }, 422],
    ['POST', '/v2/apps', { id: 'x' }, 422],
    ['POST', '/v2/apps', { ...APP, args: ['x'] }, 422],
    ['POST', '/v2/apps', { ...APP, instances: -1 }, 422],
    ['POST', '/v2/apps', { ...APP, dependencies: ['/none'] }, 422],
    ['POST', '/v2/apps', { ...APP, upgradeStrategy: { minimumHealthCapacity: 1.5 } }, 422],
    ['POST', '/v2/apps', { ...APP, constraints: [['a', 'LIKE', '(']] }, 422],
    ['POST', '/v2/apps', { ...APP, healthChecks: [{ protocol: 'COMMAND' }] }, 422],
    ['POST', '/v2/apps', { ...APP, acceptedResourceRoles: ['other'] }, 422],
    ['POST', '/v2/apps', { ...APP, secrets: { s: { source: '/x' } } }, 422],
    ['POST', '/v2/apps', { ...APP, gpus: 1 }, 422],
    ['POST', '/v2/pods', { id: 'p', containers: [] }, 422],
    ['POST', '/v2/apps', { cmd: 'x' }, 400],
    ['POST', '/v2/apps', { ...APP, id: `/${'a'.repeat(199)}` }, 422],
    ['POST', '/v2/apps', { ...APP, id: '/a'.repeat(100_000) }, 422],
    ['PUT', `/v2/apps${'/a'.repeat(1_000)}`, APP, 422],
    ['POST', '/v2/groups', { id: '/a'.repeat(100_000) }, 422],
    ['POST', '/v2/pods', { id: '/a'.repeat(100_000), containers: [] }, 422],
    ['POST', '/v2/apps', { ...APP, cmd: '' }, 422],
    ['POST', '/v2/apps', { id: 'x', args: [] }, 422],
    ['POST', '/v2/apps', { ...APP, maxRuntimeSeconds: 1e300 }, 422],
    ['POST', '/v2/apps', { ...APP, healthChecks: [{ protocol: 'TCP', port: 70_000 }] }, 422],
    ['POST', '/v2/apps', { ...APP, healthChecks: [{ protocol: 'MESOS_TCP', port: -1 }] }, 422],
    [
      'POST',
      '/v2/apps',
      { ...APP, readinessChecks: [{ portName: 'default', intervalSeconds: 0, timeoutSeconds: -1 }] },
      422,
    ],
    ['POST', '/v2/pods', { containers: [{ name: 'c', resources: { cpus: 1, mem: 1 } }] }, 400],
    ['GET', '/v2/apps?label=a%20in', undefined, 400],
  ];
  for (const [method, path, body, status] of cases) {
    const answer = world.call(method, path, body);
    t.is(answer.status, status, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`);
    t.is(typeof (answer.body as { message?: unknown }).message, 'string');
  }
  t.is(world.call('POST', '/v2/apps', APP, { 'content-type': 'text/plain' }).status, 415);
  t.is(world.marathon.definitions.root.services.size, 0);
  t.is(world.call('POST', '/v2/apps', { ...APP, args: [] }).status, 201, 'no arguments are none');
});

test('what Marathon tells of itself', (t) => {
  const world = new MarathonWorld();
  const info = world.call<{ frameworkId: string; leader: string; marathon_config: Record<string, unknown> }>(
    'GET',
    '/v2/info',
  ).body;
  t.truthy(info.frameworkId);
  t.is(info.leader, 'm:8080');
  t.like(info.marathon_config, {
    failover_timeout: 604_800,
    reconciliation_initial_delay: 0,
    reconciliation_interval: 600_000,
    scale_apps_initial_delay: 15_000,
  });
  t.deepEqual(world.call<object>('GET', '/v2/leader').body, { leader: 'm:8080' });
  t.deepEqual(world.call<object>('GET', '/v2/plugins').body, { plugins: [] });
  const schema = world.call<{ properties: Record<string, object> }>('GET', '/v2/schemas/app').body;
  t.deepEqual(schema.properties['cpus'], { type: 'number' });
  t.regex(world.call('GET', '/metrics/prometheus').text, /^marathon_apps_active_gauge 0$/m);
  t.is(
    world.call<{ gauges: Record<string, { value: number }> }>('GET', '/metrics').body.gauges[
      'marathon.apps.active.gauge'
    ]?.value,
    0,
  );
  t.is(world.call('GET', '/').status, 302);
  for (const path of ['/v2/pods', '/v2/apps', '/v2/info', '/metrics', '/'])
    t.is(world.call('HEAD', path).status, path === '/' ? 302 : 200, `HEAD ${path}`);
  t.is(world.call('HEAD', '/v2/apps/none').status, 404);
  t.is(world.call('HEAD', '/v2/events').status, 405, 'a stream has no head of its own');
  const headers = world.call('GET', '/v2/apps').headers;
  t.is(headers['X-Frame-Options'], 'DENY');
});
