/** Ports and variables as real commands see them, and both shapes of apps (spec: marathon.md §35, checks 6, 15, 16 and 17). */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { RANGE_PORTS } from '../../support/ports.ts';
import { scratch } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { type App, type MarathonCluster, marathonCluster } from '../support/marathonCluster.ts';

const APP = { cpus: 0.1, mem: 32 };

/** A command that writes its variables down, for the test to read. */
function tellsEnvironment(marathon: MarathonCluster): { cmd: string; env: Record<string, string> } {
  return {
    cmd: 'env > "$OUT/env-$MESOS_TASK_ID.part"; mv "$OUT/env-$MESOS_TASK_ID.part" "$OUT/env-$MESOS_TASK_ID"; exec sleep 1000',
    env: { OUT: marathon.folder },
  };
}

async function environmentOf(marathon: MarathonCluster, taskId: string): Promise<Record<string, string>> {
  const text = await until(`${taskId} wrote its variables`, () =>
    readFileSync(`${marathon.folder}/env-${taskId}`, 'utf8'),
  );
  return Object.fromEntries(
    text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

test('a required port is the one the command gets; others are any of the agent, in the variables and for the bridge script', async (t) => {
  const marathon = await marathonCluster(t);
  const tells = tellsEnvironment(marathon);
  const inRange = (port: number): boolean =>
    port >= marathon.firstPort && port < marathon.firstPort + RANGE_PORTS;
  const required = marathon.firstPort + 50;
  await marathon.call('POST', '/v2/apps', {
    ...APP,
    ...tells,
    id: 'fixed',
    ports: [required],
    requirePorts: true,
  });
  const fixed = await marathon.runs('/fixed', 1);
  t.deepEqual(fixed.tasks[0]?.ports, [required]);
  t.like(await environmentOf(marathon, fixed.tasks[0]?.id ?? ''), {
    PORT: String(required),
    PORT0: String(required),
    [`PORT_${required}`]: String(required),
    PORTS: String(required),
  });

  await marathon.call('POST', '/v2/apps', {
    ...APP,
    ...tells,
    id: '/shop/web',
    instances: 2,
    labels: { 'a.b-c': 'x' },
    portDefinitions: [{ port: 8080, name: 'http' }, { port: 0 }],
  });
  const web = await marathon.runs('/shop/web', 2);
  for (const { id, ports } of web.tasks) {
    const [first = 0, second = 0] = ports;
    t.true(inRange(first) && inRange(second) && first !== second);
    t.like(await environmentOf(marathon, id), {
      PORT: String(first),
      PORT0: String(first),
      PORT1: String(second),
      PORT_8080: String(first),
      PORT_HTTP: String(first),
      [`PORT_${second}`]: String(second),
      PORTS: `${first},${second}`,
      HOST: '127.0.0.1',
      MESOS_TASK_ID: id,
      MARATHON_APP_ID: '/shop/web',
      MARATHON_APP_VERSION: web.version,
      MARATHON_APP_RESOURCE_CPUS: '0.1',
      MARATHON_APP_RESOURCE_MEM: '32.0',
      MARATHON_APP_RESOURCE_DISK: '0.0',
      MARATHON_APP_RESOURCE_GPUS: '0',
      MARATHON_APP_LABELS: 'A_B_C',
      MARATHON_APP_LABEL_A_B_C: 'x',
    });
  }
  await marathon.call('POST', '/v2/apps', { ...APP, cmd: 'exec sleep 1000', id: '/shop/none', ports: [] });
  await marathon.runs('/shop/none', 1);
  const { text } = await marathon.ask('GET', '/v2/tasks', undefined, { accept: 'text/plain' });
  const lines = text.split('\n').sort();
  const [a, b] = web.tasks.map(({ ports }) => ports);
  const both = [`127.0.0.1:${a?.[0]}`, `127.0.0.1:${b?.[0]}`];
  const line = lines.find((each) => each.startsWith('shop_web\t8080\t'))?.split('\t') ?? [];
  t.deepEqual([line.slice(2, 4).sort(), line.slice(4)], [both.sort(), ['']], 'a tab also after the last one');
  t.true(lines.includes('shop_none\t \t127.0.0.1 '));
  t.true(lines.some((each) => each === `fixed\t${required}\t127.0.0.1:${required}\t`));
});

interface Printed extends App {
  readonly container?: {
    readonly type: string;
    readonly portMappings?: readonly object[];
    readonly docker?: object;
    readonly volumes?: readonly object[];
  };
  readonly networks: readonly object[];
  readonly fetch: readonly object[];
  readonly portDefinitions?: readonly { readonly port: number }[];
  readonly healthChecks: readonly object[];
}

/** Old members, and the new ones they mean (spec: marathon.md §11). */
const SHAPES: readonly (readonly [
  name: string,
  old: object,
  now: Partial<Record<keyof Printed, unknown>>,
])[] = [
  [
    'uris',
    { uris: ['http://h/a.tgz', 'http://h/b.zip?x', 'http://h/c'] },
    {
      fetch: [
        { uri: 'http://h/a.tgz', extract: true, executable: false, cache: false },
        { uri: 'http://h/b.zip?x', extract: true, executable: false, cache: false },
        { uri: 'http://h/c', extract: false, executable: false, cache: false },
      ],
    },
  ],
  [
    'ports',
    { ports: [8080, 9090] },
    {
      portDefinitions: [
        { port: 8080, protocol: 'tcp', labels: {} },
        { port: 9090, protocol: 'tcp', labels: {} },
      ],
    },
  ],
  ['no ports', { ports: [] }, { portDefinitions: [] }],
  [
    'docker.network HOST',
    {
      container: {
        type: 'DOCKER',
        docker: { image: 'i', network: 'HOST', portMappings: [{ containerPort: 80 }] },
      },
    },
    { networks: [{ mode: 'host' }] },
  ],
  [
    'docker.network BRIDGE',
    {
      container: {
        type: 'DOCKER',
        docker: { image: 'i', network: 'BRIDGE', portMappings: [{ containerPort: 80, servicePort: 9000 }] },
      },
    },
    { networks: [{ mode: 'container/bridge' }] },
  ],
  [
    'docker.network USER',
    {
      container: { type: 'DOCKER', docker: { image: 'i', network: 'USER' } },
      ipAddress: { networkName: 'blue' },
    },
    { networks: [{ mode: 'container', name: 'blue' }] },
  ],
  [
    'ipAddress',
    {
      ipAddress: {
        networkName: 'blue',
        labels: { a: 'b' },
        discovery: { ports: [{ number: 80, name: 'http', protocol: 'tcp' }] },
      },
    },
    { networks: [{ mode: 'container', name: 'blue', labels: { a: 'b' } }] },
  ],
  [
    'ipAddress of the bridge',
    { ipAddress: { networkName: 'mesos-bridge' } },
    { networks: [{ mode: 'container/bridge' }] },
  ],
  ['portIndex', { healthChecks: [{ protocol: 'TCP' }] }, {}],
];

test('what is written in the shape of 0.8 to 1.4 is printed in that of 1.5, member by member', async (t) => {
  const marathon = await marathonCluster(t);
  const made = new Map<string, Printed>();
  for (const [index, [name, old, now]] of SHAPES.entries()) {
    const { status, body, text } = await marathon.ask<Printed>('POST', '/v2/apps', {
      ...APP,
      cmd: 'true',
      instances: 0,
      id: `/old/${index}`,
      ...old,
    });
    t.is(status, 201, `${name}: ${text}`);
    for (const [member, value] of Object.entries(now))
      t.deepEqual(body[member as keyof Printed], value, name);
    made.set(name, body);
  }
  t.false(
    'portMappings' in (made.get('docker.network HOST')?.container ?? {}),
    'dropped with the host network',
  );
  const bridged = made.get('docker.network BRIDGE')?.container;
  t.deepEqual(bridged?.portMappings, [
    { containerPort: 80, hostPort: 0, servicePort: 9000, protocol: 'tcp', labels: {} },
  ]);
  t.false('network' in (bridged?.docker ?? {}) || 'portMappings' in (bridged?.docker ?? {}));
  t.is(made.get('ipAddress')?.container?.type, 'MESOS');
  t.like(made.get('ipAddress')?.container?.portMappings?.[0], {
    containerPort: 80,
    name: 'http',
    protocol: 'tcp',
  });
  t.is(made.get('docker.network BRIDGE')?.portDefinitions, undefined);
  t.like(made.get('portIndex')?.healthChecks[0], { portIndex: 0 });
  for (const wrong of [
    { uris: ['http://h/a'], fetch: [{ uri: 'http://h/b' }] },
    { ports: [1], portDefinitions: [{ port: 2 }] },
    { storeUrls: ['http://h/a'] },
    { networks: [{ mode: 'host' }], ipAddress: {} },
    { container: { type: 'DOCKER', docker: { image: 'i', network: 'NONE' } } },
  ])
    t.is(
      (await marathon.ask('POST', '/v2/apps', { ...APP, cmd: 'true', id: '/wrong', ...wrong })).status,
      422,
      JSON.stringify(wrong),
    );
  const legacy = await marathon.call<{ app: Record<string, unknown> }>('GET', '/v2/apps/old/1?legacy=true');
  t.like(legacy.app, { ports: [8080, 9090], uris: [], storeUrls: [], args: null });

  const labels = async (selector: string): Promise<string[]> =>
    (await marathon.call<{ apps: App[] }>('GET', `/v2/apps?label=${encodeURIComponent(selector)}`)).apps.map(
      ({ id }) => id,
    );
  for (const [id, set] of [
    ['/l/qa', { env: 'qa', tier: 'web' }],
    ['/l/prod', { env: 'prod' }],
    ['/l/none', {}],
  ] as const)
    await marathon.call('POST', '/v2/apps', { ...APP, cmd: 'true', instances: 0, id, labels: set });
  t.deepEqual(await labels('env'), ['/l/qa', '/l/prod']);
  t.deepEqual(await labels('env==qa,tier in (web, api)'), ['/l/qa']);
  t.deepEqual(await labels('env!=qa'), ['/l/prod'], 'an app without the label does not match');
  t.deepEqual(await labels('env notin (qa)'), ['/l/prod']);
  t.is((await marathon.ask('GET', '/v2/apps?label=%3D%3Dx')).status, 400);
});

/** What agents tell of their tasks and executors, by way of the master. */
async function toldByAgents({ master }: MarathonCluster): Promise<string[]> {
  const { slaves } = (await (await fetch(`${master.url}/slaves`)).json()) as {
    slaves: { id: string; pid: string }[];
  };
  const headers = { 'content-type': 'application/json' };
  const asked = slaves.flatMap(({ pid }) => {
    const url = `http://${pid.split('@').at(-1)}`;
    const call = (type: string) =>
      fetch(`${url}/api/v1`, { method: 'POST', headers, body: JSON.stringify({ type }) });
    return [fetch(`${url}/state`), call('GET_EXECUTORS'), call('GET_TASKS')];
  });
  return Promise.all(asked.map(async (answer) => (await answer).text()));
}

test('a secret is in the variables of its task, and nowhere else; one that nobody knows is told', async (t) => {
  const secrets = scratch(t);
  mkdirSync(`${secrets}/shop`);
  writeFileSync(`${secrets}/shop/password`, 'open sesame');
  const marathon = await marathonCluster(t, {
    flags: ['--enable_features=secrets', `--secrets_dir=${secrets}`],
  });
  const { cmd, env } = tellsEnvironment(marathon);
  const app = (id: string, source: string) => ({
    ...APP,
    id,
    cmd,
    env: { ...env, PW: { secret: 'pw' } },
    secrets: { pw: { source } },
    backoffSeconds: 600,
  });
  await marathon.call('POST', '/v2/apps', app('/knows', '/shop/password'));
  const { tasks } = await marathon.runs('/knows', 1);
  t.is((await environmentOf(marathon, tasks[0]?.id ?? ''))['PW'], 'open sesame');
  const { text } = await marathon.ask('GET', '/v2/apps/knows');
  const state = await (await fetch(`${marathon.master.url}/state`)).text();
  const kept = readFileSync(`${marathon.folder}/marathon/marathon.journal`, 'latin1');
  const told = [text, state, kept, marathon.process.output(), ...(await toldByAgents(marathon))];
  for (const each of told)
    for (const word of ['open sesame', Buffer.from('open sesame').toString('base64')])
      t.false(each.includes(word));
  for (const [index, source] of ['/shop/none', `/../${path.basename(secrets)}-x/password`].entries()) {
    await marathon.call('POST', '/v2/apps', app(`/unknown-${index}`, source));
    const { lastTaskFailure } = await until('its task failed', async () => {
      const unknown = await marathon.app(`/unknown-${index}`);
      return unknown.lastTaskFailure === undefined ? undefined : unknown;
    });
    t.regex(lastTaskFailure?.message ?? '', /secret by reference cannot be resolved/);
  }
});
