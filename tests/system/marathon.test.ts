/** Marathon as a process of its own, over a real master, a real agent, real commands and real HTTP servers. */
import { execFile, execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { ownPort, ownRange, RANGE_PORTS } from '../support/ports.ts';
import {
  type Booted,
  boot,
  bootAgent,
  bootMaster,
  freePort,
  repositoryRoot,
  scratch,
} from '../support/processes.ts';
import { stopwatch, until } from '../support/until.ts';

interface Task {
  readonly id: string;
  readonly state: string;
  readonly ports: readonly number[];
}

interface App {
  readonly tasksRunning: number;
  readonly tasksHealthy: number;
  readonly deployments: readonly unknown[];
  readonly tasks: readonly Task[];
}

class Cluster {
  readonly url: string;
  readonly #start: () => Booted;
  process: Booted;

  constructor(url: string, start: () => Booted) {
    this.url = url;
    this.#start = start;
    this.process = start();
  }

  async restart(): Promise<void> {
    await this.process.end('SIGKILL');
    this.process = this.#start();
    await this.ready();
  }

  /** Resolves when Marathon answers as the leader. */
  async ready(): Promise<void> {
    await this.process.says(/marathon listens on/);
    await until('Marathon leads', () => this.call('GET', '/v2/info'));
  }

  async call<T>(method: string, target: string, body?: object): Promise<T> {
    const answer = await fetch(`${this.url}${target}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async app(id: string): Promise<App> {
    return (await this.call<{ app: App }>('GET', `/v2/apps${id}`)).app;
  }
}

async function cluster(t: ExecutionContext): Promise<Cluster> {
  const folder = scratch(t);
  const master = await bootMaster(t, folder);
  const first = await ownRange();
  await bootAgent(t, master, `${folder}/agent`, [
    `--resources=cpus:8;mem:2048;disk:100;ports:[${first}-${first + RANGE_PORTS - 1}]`,
    '--hostname=127.0.0.1',
  ]);
  // It is started again on the same one.
  const port = await ownPort();
  const start = (): Booted =>
    boot(t, [
      '--role=framework',
      '--framework=marathon',
      `--master=127.0.0.1:${master.port}`,
      `--http_port=${port}`,
      `--work_dir=${folder}/marathon`,
      '--min_revive_offers_interval=100',
      '--event_subscriber=http_callback',
    ]);
  const made = new Cluster(`http://127.0.0.1:${port}`, start);
  await made.ready();
  return made;
}

/** A server that answers its health as a file beside it says. */
const SERVER = `exec ${JSON.stringify(process.execPath)} -e 'require("http").createServer((q,s)=>{s.statusCode=require("fs").existsSync("ill")?500:200;s.end(process.env.V)}).listen(process.env.PORT0,"127.0.0.1")'`;

const WEB = {
  id: '/shop/web',
  cmd: SERVER,
  cpus: 0.2,
  mem: 32,
  instances: 2,
  env: { V: '1' },
  ports: [0],
  healthChecks: [
    {
      path: '/',
      gracePeriodSeconds: 600,
      intervalSeconds: 0.3,
      timeoutSeconds: 120,
      maxConsecutiveFailures: 2,
    },
  ],
};

test('services stay up: an upgrade without a failed request, over a kill -9 in its middle', async (t) => {
  const marathon = await cluster(t);
  await marathon.call('POST', '/v2/apps', WEB);
  await until('two are healthy', async () => (await marathon.app('/shop/web')).tasksHealthy === 2);
  const before = await marathon.app('/shop/web');
  const answers: string[] = [];
  const failures: string[] = [];
  let over = false;
  const running = ({ tasks }: App): readonly number[] =>
    tasks.filter(({ state }) => state === 'TASK_RUNNING').flatMap((task) => task.ports);
  const traffic = (async () => {
    let ports = running(before);
    while (!over) {
      // As a proxy that follows the healthy ones: what answered last goes on until another one does.
      const answered = await Promise.any(
        ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/`)).text()),
      ).catch(() => undefined);
      const asked = ports;
      ports = await marathon.app('/shop/web').then(running, () => asked);
      if (answered !== undefined) answers.push(answered);
      // Those that were told to end while it was on its way to them are not counted on any more.
      else if (ports.every((port) => asked.includes(port))) failures.push(ports.join());
    }
  })();
  await marathon.call('PUT', '/v2/apps/shop/web', { env: { V: '2' } });
  await marathon.restart();
  await until('the upgrade is over', async () => {
    const app = await marathon.app('/shop/web');
    return app.deployments.length === 0 && app.tasksHealthy === 2 && app.tasks.length === 2;
  });
  over = true;
  await traffic;
  const after = await marathon.app('/shop/web');
  t.false(after.tasks.some(({ id }) => before.tasks.some((each) => each.id === id)));
  t.deepEqual(failures, []);
  t.true(answers.length > 0);
  for (const { ports } of after.tasks) t.is(await (await fetch(`http://127.0.0.1:${ports[0]}/`)).text(), '2');
});

test('the calls of a book, subscribers called back, and a service that ends is begun anew', async (t) => {
  const marathon = await cluster(t);
  const heard: { eventType: string; uri?: string }[] = [];
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      heard.push(JSON.parse(Buffer.concat(chunks).toString()) as { eventType: string; uri?: string });
      reply.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const bound = server.address();
  const callbackUrl = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}/cb`;
  for (const url of [`http://127.0.0.1:${await freePort()}/dead`, callbackUrl])
    await marathon.call('POST', `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(url)}`);
  const first = {
    id: 'my-first-app',
    cmd: 'echo $PORT0 $MARATHON_APP_ID; sleep 1000',
    cpus: 0.1,
    mem: 16,
    instances: 1,
  };
  await marathon.call('POST', '/v2/apps', first);
  await until('it runs', async () => (await marathon.app('/my-first-app')).tasksRunning === 1);
  await marathon.call('PUT', '/v2/apps/my-first-app', { instances: 5 });
  await until('five run', async () => (await marathon.app('/my-first-app')).tasksRunning === 5);
  await marathon.call('POST', '/v2/apps', { ...first, id: 'ends', cmd: 'exit 0', backoffSeconds: 0.1 });
  const seen = new Set<string>();
  await until('it was begun anew', async () => {
    for (const { id } of (await marathon.app('/ends')).tasks) seen.add(id);
    return seen.size >= 2;
  });
  const sse = await fetch(`${marathon.url}/v2/events?event_type=app_terminated_event`, {
    headers: { accept: 'text/event-stream' },
  });
  const reader = sse.body?.getReader();
  await marathon.call('DELETE', '/v2/apps/ends');
  let text = '';
  await until('the stream tells of its end', async () => {
    text += new TextDecoder().decode((await reader?.read())?.value);
    return /event: app_terminated_event\r\ndata: .*"appId":"\/ends"/.test(text);
  });
  await reader?.cancel();
  const times = (type: string): number => heard.filter(({ eventType }) => eventType === type).length;
  await until(
    () =>
      `the subscriber was told; it heard ${heard.map(({ eventType }) => eventType).join(' ')}; ${marathon.process.output()}`,
    () => times('app_terminated_event') === 1,
  );
  t.is(times('subscribe_event'), 1);
  await marathon.restart();
  await marathon.call('POST', '/v2/apps', { ...first, id: 'later' });
  await until('the subscription survived', () =>
    heard.some(({ eventType, uri }) => eventType === 'api_post_event' && uri === '/v2/apps'),
  );
  const before = (await marathon.app('/my-first-app')).tasks.map(({ id }) => id);
  const upSeconds = async (): Promise<number> => {
    const { gauges } = await marathon.call<{ gauges: Record<string, { value: number }> }>('GET', '/metrics');
    return gauges['marathon.uptime.gauge.seconds']?.value ?? Number.NaN;
  };
  const since = stopwatch();
  await marathon.call('DELETE', '/v2/leader');
  await until(
    () => `it began anew; ${marathon.process.output()}`,
    async () => {
      const elapsedMs = since();
      return (await upSeconds()) * 1000 < elapsedMs;
    },
  );
  const after = (await marathon.app('/my-first-app')).tasks.map(({ id }) => id);
  t.deepEqual(after.sort(), before.sort(), 'tasks outlive a leader that gives up');
});

test('with a password, everything of its node asks for it but /ping; a taken port is told in a line', async (t) => {
  const folder = scratch(t);
  const port = await freePort();
  const flags = ['--role=framework', '--framework=marathon', '--master=127.0.0.1:1', `--http_port=${port}`];
  const first = boot(t, [...flags, `--work_dir=${folder}/a`, '--http_credentials=ann:secret']);
  await first.says(/marathon listens on/);
  const status = async (target: string, authorization = ''): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${target}`, { headers: { authorization } })).status;
  for (const target of [
    '/v2/apps',
    '/v2/events',
    '/metrics',
    '/metrics/snapshot',
    '/__processes__',
    '/logging/toggle',
  ])
    t.is(await status(target), 401, target);
  t.is(await status('/ping'), 200);
  const right = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
  for (const target of ['/v2/apps', '/metrics/snapshot']) t.is(await status(target, right), 200, target);
  const second = boot(t, [...flags, `--work_dir=${folder}/b`]);
  t.is(await second.exited, 69);
  t.regex(second.output(), /cannot listen on 127\.0\.0\.1:\d+: another program listens there/);
  const third = boot(t, [
    '--role=framework',
    '--framework=marathon',
    '--master=127.0.0.1:1',
    '--http_port=0',
    `--work_dir=${folder}/a`,
  ]);
  t.is(await third.exited, 1);
  t.regex(third.output(), /--work_dir: .*\/a: /);
});

const run = promisify(execFile);
const clients = process.env['MARATHON_CLIENTS'];
/** A client goes through many steps; on a machine that does much else each may take its time. */
const CLIENT_MS_MAX = 540_000;

test('clients of Marathon from npm work unchanged (where CI installed them)', async (t) => {
  if (clients === undefined) {
    // CI installs them; elsewhere there is nothing to run.
    t.pass();
    return;
  }
  const marathon = await cluster(t);
  const { port } = new URL(marathon.url);
  const script = path.join(repositoryRoot, 'tests/system/support/marathonClients.cjs');
  const { stdout } = await run(process.execPath, [script, clients, port], { timeout: CLIENT_MS_MAX });
  const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
  t.deepEqual(said, {
    created: '/cl',
    running: 2,
    versions: 2,
    killed: 1,
    group: '/g',
    busClient: true,
    mesosClient: ['/cl', '/g/a'],
    left: 0,
  });
  t.truthy(createRequire(path.join(clients, 'x.js')).resolve('marathon-node'));
});

function hasPythonClient(): boolean {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import marathon'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test("Marathon's client for Python works unchanged (where it is installed)", async (t) => {
  if (!hasPythonClient()) {
    t.pass();
    return;
  }
  const marathon = await cluster(t);
  const script = path.join(repositoryRoot, 'tests/system/support/marathonClient.py');
  const { stdout } = await run('/usr/bin/python3', [script, marathon.url], { timeout: CLIENT_MS_MAX });
  t.regex(stdout, /^done \['deployment_info', 'deployment_success'/m);
});
