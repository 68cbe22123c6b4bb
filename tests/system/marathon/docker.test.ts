/** Apps in containers of a real Docker engine, in the old shape and the present one (spec: marathon.md §2.3, §11, §20, §23). */
import test from 'ava';
import { canRunDocker, startEngine } from '../../support/dockerEngine.ts';
import { until } from '../../support/until.ts';
import { type App, type MarathonCluster, marathonCluster } from '../support/marathonCluster.ts';

let engine: Awaited<ReturnType<typeof startEngine>> | undefined;
test.before(async () => {
  if (canRunDocker) engine = await startEngine({ bridged: true });
});
test.after.always(() => engine?.stop());

/** Serves its variables on the port of the container. */
const SERVE = 'mkdir /www; env > /www/index.html; exec httpd -f -p 8080 -h /www';

const APP = { cmd: SERVE, cpus: 0.1, mem: 32 };
const TIMES = { gracePeriodSeconds: 600, intervalSeconds: 0.5, timeoutSeconds: 120, delaySeconds: 0.1 };

function cluster(t: Parameters<typeof marathonCluster>[0]): Promise<MarathonCluster> {
  return marathonCluster(t, {
    agents: [
      ['--containerizers=docker,mesos', `--docker_socket=${engine?.socket ?? '/nowhere/docker.sock'}`],
    ],
  });
}

let told = '';
const healthy = (marathon: MarathonCluster, id: string): Promise<App> =>
  until(
    () => `${id} is healthy: ${told}`,
    async () => {
      const app = await marathon.app(id);
      told = JSON.stringify([app.tasks, app.lastTaskFailure]);
      return app.tasksHealthy === 1 && app.deployments.length === 0 ? app : undefined;
    },
  );

async function variables(port: number): Promise<Record<string, string>> {
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  const lines = (await answer.text()).split('\n').map((line) => line.split(/=(.*)/s));
  return Object.fromEntries(lines.map(([name = '', value = '']) => [name, value]));
}

test(`an app of a book, on a bridge with mapped ports${canRunDocker ? '' : ' (no Docker here: it fails, and says why)'}`, async (t) => {
  const marathon = await cluster(t);
  const required = marathon.firstPort + 77;
  await marathon.call('POST', '/v2/apps', {
    ...APP,
    id: '/old',
    container: {
      type: 'DOCKER',
      docker: {
        image: 'shell:1',
        network: 'BRIDGE',
        portMappings: [
          { containerPort: 8080, hostPort: 0, servicePort: 9000, protocol: 'tcp' },
          { containerPort: 9090, hostPort: required },
        ],
        privileged: false,
        parameters: [{ key: 'label', value: 'own=yes' }],
      },
      volumes: [{ containerPath: '/data', hostPath: marathon.folder, mode: 'RO' }],
    },
    healthChecks: [{ ...TIMES, protocol: 'HTTP', path: '/' }],
  });
  if (engine === undefined) {
    const { lastTaskFailure } = await until('it failed', async () => {
      const app = await marathon.app('/old');
      return app.lastTaskFailure === undefined ? undefined : app;
    });
    t.regex(lastTaskFailure?.message ?? '', /no Docker engine answers/);
    return;
  }
  const old = await healthy(marathon, '/old');
  const [task] = old.tasks;
  const [port = 0, fixed] = task?.ports ?? [];
  t.is(fixed, required);
  const env = await variables(port);
  t.like(env, {
    PORT: String(port),
    PORT0: String(port),
    PORT1: String(required),
    PORT_8080: String(port),
    PORT_9090: String(required),
    PORTS: `${port},${required}`,
    HOST: '127.0.0.1',
    MARATHON_APP_ID: '/old',
    MARATHON_APP_DOCKER_IMAGE: 'shell:1',
    MESOS_TASK_ID: task?.id ?? '',
  });
  const [container = ''] = engine
    .docker('ps', '-q', '--filter', `label=MESOS_TASK_ID=${task?.id}`)
    .trim()
    .split('\n');
  const inspect = JSON.parse(engine.docker('inspect', container)) as {
    Config: { Labels: Record<string, string> };
    HostConfig: { NetworkMode: string; Memory: number; Binds: string[]; PortBindings: object };
  }[];
  t.is(inspect[0]?.Config.Labels['own'], 'yes');
  t.is(inspect[0]?.HostConfig.NetworkMode, 'bridge');
  t.is(inspect[0]?.HostConfig.Memory, 64 * 1024 * 1024, '32 of the app and 32 for its executor');
  t.true(inspect[0]?.HostConfig.Binds.includes(`${marathon.folder}:/data:ro`));
  t.deepEqual(inspect[0]?.HostConfig.PortBindings, {
    '8080/tcp': [{ HostIp: '', HostPort: String(port) }],
    '9090/tcp': [{ HostIp: '', HostPort: String(required) }],
  });
  await marathon.call('PUT', '/v2/apps/old', {
    env: { V: '2' },
    instances: 1,
    container: {
      type: 'DOCKER',
      docker: { image: 'shell:1', network: 'BRIDGE', portMappings: [{ containerPort: 8080 }] },
    },
  });
  const changed = await until('the new one alone runs', async () => {
    const app = await healthy(marathon, '/old');
    return app.tasks.length === 1 && app.tasks[0]?.id !== task?.id ? app : undefined;
  });
  t.is((await variables(changed.tasks[0]?.ports[0] ?? 0))['V'], '2');
  await marathon.call('DELETE', '/v2/apps/old');
  await marathon.settled();
  t.is(engine.docker('ps', '-q', '--filter', 'label=own=yes').trim(), '');
});

test(`present shapes: health checks of mapped ports by Marathon and by the agent, the host's network, an image's own entry point${canRunDocker ? '' : ' (no Docker here: nothing runs)'}`, async (t) => {
  const marathon = await cluster(t);
  const container = { type: 'DOCKER', docker: { image: 'shell:1' } };
  const bridged = {
    ...APP,
    networks: [{ mode: 'container/bridge' }],
    container: { ...container, portMappings: [{ containerPort: 8080, hostPort: 0, name: 'http' }] },
  };
  const apps = [
    { ...bridged, id: '/tcp', healthChecks: [{ ...TIMES, protocol: 'TCP' }] },
    { ...bridged, id: '/mesos', healthChecks: [{ ...TIMES, protocol: 'MESOS_HTTP', path: '/index.html' }] },
    {
      ...bridged,
      id: '/command',
      healthChecks: [{ ...TIMES, protocol: 'COMMAND', command: { value: 'test -s /www/index.html' } }],
    },
    {
      ...APP,
      id: '/host',
      cmd: 'mkdir /www; env > /www/index.html; exec httpd -f -p $PORT0 -h /www',
      container,
      ports: [0],
      healthChecks: [{ ...TIMES, protocol: 'HTTP' }],
    },
    { id: '/args', args: ['/bin/sleep', '1000'], cpus: 0.1, mem: 32, container, ports: [] },
  ];
  for (const app of apps) await marathon.call('POST', '/v2/apps', app);
  if (engine === undefined) {
    t.is((await marathon.app('/args')).tasksRunning, 0);
    return;
  }
  for (const id of ['/tcp', '/mesos', '/command', '/host']) {
    const { tasks } = await healthy(marathon, id);
    const port = tasks[0]?.ports[0] ?? 0;
    const env = await variables(port);
    t.is(env['PORT0'], String(port), id);
    if (id !== '/host') t.is(env['PORT_HTTP'], String(port), id);
  }
  await marathon.runs('/args', 1);
});
