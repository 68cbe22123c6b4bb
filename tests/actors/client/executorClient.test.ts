/** The executor's side of the API in any program, before an agent that is busy or breaks off. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ExecutorClient } from '../../../actors/client/index.ts';
import { type ExecutorEvent, ExecutorEventType, TaskState } from '../../../proto/index.ts';
import { realPorts } from '../../../runtime/index.ts';
import { authority } from '../../support/certificates.ts';
import { until } from '../../support/until.ts';
import { PausedClock } from './support/pausedClock.ts';

interface Said {
  readonly type: string;
  readonly update?: { readonly status: { readonly task_id: { readonly value: string } } };
}

interface Agent {
  readonly came: string[];
  readonly events: ExecutorEvent[];
  readonly refusals: string[];
  /** Subscriptions that are answered 503. */
  busyFor: number;
  /** Calls whose connection is closed instead. */
  hangsUpFor: number;
  /** Other calls that are answered 503. */
  refusesFor: number;
  /** Subscriptions are opened, and not confirmed before `confirm`. */
  holdsBack: boolean;
  confirm(): void;
  readonly client: ExecutorClient;
  readonly clock: PausedClock;
  readonly variables: Record<string, string>;
  /** Ends the subscription. */
  hangUp(): void;
  /** How often its process group would have been killed. */
  kills: number;
  send(event: object): void;
}

/** An agent of which only the door is there. */
async function agent(t: ExecutionContext, checkpoint: '0' | '1', tls?: Secured): Promise<Agent> {
  let stream: ServerResponse | undefined;
  const send = (event: object): void => {
    const text = JSON.stringify(event);
    stream?.write(`${text.length}\n${text}`);
  };
  const hangUp = (): void => void stream?.end();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { type, update } = JSON.parse(Buffer.concat(chunks).toString()) as Said;
      made.came.push([type, update?.status.task_id.value].join(' ').trim());
      if (type === 'SUBSCRIBE' && made.busyFor-- > 0) response.writeHead(503).end();
      else if (type === 'SUBSCRIBE') stream = response.writeHead(200);
      else if (made.hangsUpFor-- > 0) request.socket.destroy();
      else response.writeHead(made.refusesFor-- > 0 ? 503 : 202).end();
      if (stream === response && !made.holdsBack) made.confirm();
    });
  };
  const server = tls?.server === undefined ? createServer(answer) : createTlsServer(tls.server, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const events: ExecutorEvent[] = [];
  const refusals: string[] = [];
  const real = realPorts();
  const clock = new PausedClock(real.clock);
  const variables = {
    MESOS_EXECUTOR_ID: 'E',
    MESOS_FRAMEWORK_ID: 'F',
    MESOS_AGENT_ENDPOINT: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    MESOS_CHECKPOINT: checkpoint,
    ...tls?.variables,
  };
  const client = new ExecutorClient({
    handlers: { event: (event) => events.push(event), refused: (text) => refusals.push(text) },
    variables,
    ports: { ...real, clock },
    killGroup: () => {
      made.kills += 1;
    },
  });
  t.teardown(() => {
    client.stop();
    server.closeAllConnections();
    server.close();
  });
  const made: Agent = {
    came: [],
    events,
    refusals,
    busyFor: 0,
    hangsUpFor: 0,
    refusesFor: 0,
    holdsBack: false,
    confirm: () => send({ type: 'SUBSCRIBED' }),
    client,
    clock,
    variables,
    kills: 0,
    send,
    hangUp,
  };
  return made;
}

/** How a server is secured, and what it tells its executors of that. */
interface Secured {
  readonly server: ServerOptions | undefined;
  readonly variables: Record<string, string>;
}

const types = ({ events }: Agent) => events.map(({ type }) => type);
const running = (value: string) => ({ task_id: { value }, state: TaskState.TASK_RUNNING });

test('an agent that is busy is asked again, by an executor without checkpoints too', async (t) => {
  const there = await agent(t, '0');
  there.busyFor = 3;
  there.client.start();
  await until('it is subscribed', () => there.events.length > 0);
  t.deepEqual(types(there), [ExecutorEventType.SUBSCRIBED]);
  t.deepEqual(there.came, ['SUBSCRIBE', 'SUBSCRIBE', 'SUBSCRIBE', 'SUBSCRIBE']);
});

test('updates whose connection broke are told again in their order, while the subscription lives', async (t) => {
  const there = await agent(t, '0');
  there.client.start();
  await until('it is subscribed', () => there.events.length > 0);
  there.hangsUpFor = 1;
  for (const id of ['a', 'b', 'c']) there.client.update(running(id));
  await until('all are told', () => there.came.at(-1) === 'UPDATE c' && there.came.length >= 5);
  t.deepEqual(there.came.slice(-3), ['UPDATE a', 'UPDATE b', 'UPDATE c']);
  t.deepEqual(types(there), [ExecutorEventType.SUBSCRIBED]);
  t.is(there.client.unacknowledged, 3);
  t.deepEqual(there.refusals, []);
});

test('an update that a busy agent did not take is told again while the subscription lives', async (t) => {
  const there = await agent(t, '0');
  there.client.start();
  await until('it is subscribed', () => there.events.length > 0);
  there.refusesFor = 2;
  there.client.update(running('a'));
  await until('it is taken', () => there.came.length === 4);
  t.deepEqual(there.came, ['SUBSCRIBE', 'UPDATE a', 'UPDATE a', 'UPDATE a']);
  t.deepEqual(there.refusals, []);
});

test('what happens between the subscription and its confirmation is told with that', async (t) => {
  const there = await agent(t, '0');
  there.holdsBack = true;
  there.client.update(running('before'));
  there.client.start();
  await until('it has asked', () => there.came.length > 0);
  there.client.update(running('between'));
  there.confirm();
  await until('it is told', () => there.came.length > 1);
  t.deepEqual(there.came, ['SUBSCRIBE', 'UPDATE between']);
});

test('a record that is no event ends the stream: an executor with checkpoints comes back', async (t) => {
  const there = await agent(t, '1');
  there.client.start();
  await until('it is subscribed', () => there.events.length > 0);
  there.send({ type: 'KILL', kill: {} });
  await until('it is subscribed again', () => there.events.length > 1);
  t.deepEqual(types(there), [ExecutorEventType.SUBSCRIBED, ExecutorEventType.SUBSCRIBED]);
  t.regex(there.refusals[0] ?? '', /^the agent sent what is no event: /);
});

test('who is told to shut down is killed after the grace period, once, also when the agent stays away', async (t) => {
  const told = await agent(t, '1');
  told.client.start();
  await until('it is subscribed', () => told.events.length > 0);
  for (let times = 0; times < 2; times++) told.send({ type: 'SHUTDOWN' });
  await until('it is killed', () => told.kills > 0);
  await until('it was told twice', () => told.events.length === 3);
  t.is(told.kills, 1);
  const left = await agent(t, '0');
  left.client.start();
  await until('it is subscribed', () => left.events.length > 0);
  left.hangUp();
  await until('it is killed', () => left.kills > 0);
  t.deepEqual(types(left), [ExecutorEventType.SUBSCRIBED, ExecutorEventType.SHUTDOWN]);
});

test('of a cluster in one process nothing is killed', async (t) => {
  const there = await agent(t, '1', { server: undefined, variables: { MESOS_LOCAL: '1' } });
  there.client.start();
  await until('it is subscribed', () => there.events.length > 0);
  there.send({ type: 'SHUTDOWN' });
  await until('the grace period is over', () => there.clock.fired > 0);
  t.is(there.kills, 0);
});

/** An executor that pays no heed to SHUTDOWN, or ends when nothing is left to do; what it started has its number in \`child\`. */
const PROGRAM = (heeds: boolean) => `
  import { spawn } from 'node:child_process';
  import { writeFileSync } from 'node:fs';
  import { ExecutorClient, ExecutorEventType } from ${JSON.stringify(new URL('../../../actors/client/index.js', import.meta.url).href)};
  const child = ${heeds} ? undefined : spawn('sleep', ['1000'], { stdio: 'ignore' });
  const told = ({ type }) => {
    if (type === ExecutorEventType.SHUTDOWN) ${heeds} ? client.stop() : writeFileSync('child', String(child.pid));
  };
  const client = new ExecutorClient({ handlers: { event: told } });
  client.start();`;

for (const heeds of [false, true]) {
  const what = heeds
    ? 'an executor that ends has its own exit status'
    : 'an executor that pays no heed goes, with what it started';
  test(`${what}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'executor-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const there = await agent(t, '1');
    const variables = {
      ...there.variables,
      // Longer than any test waits for what ends by itself.
      MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: heeds ? '1hrs' : '1ms',
    };
    const program = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM(heeds)], {
      cwd: folder,
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, ...variables },
    });
    const end = once(program, 'exit');
    await until('it is subscribed', () => there.came.length > 0);
    there.send({ type: 'SHUTDOWN' });
    t.deepEqual(await end, heeds ? [0, null] : [null, 'SIGKILL']);
    if (heeds) return;
    const child = Number(readFileSync(join(folder, 'child'), 'utf8'));
    await until('what it started is gone', () => !isAlive(child));
  });
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

test('an agent with TLS is spoken to as it says: its authority, and a certificate of its own', async (t) => {
  const { ca, caFile, issue } = authority(t);
  const { cert, key, certFile, keyFile } = issue('node');
  const there = await agent(t, '0', {
    server: { cert, key, ca, requestCert: true, rejectUnauthorized: true },
    variables: {
      LIBPROCESS_SSL_ENABLED: 'true',
      LIBPROCESS_SSL_CA_FILE: caFile,
      LIBPROCESS_SSL_CERT_FILE: certFile,
      LIBPROCESS_SSL_KEY_FILE: keyFile,
    },
  });
  there.client.start();
  await until('it is subscribed', () => there.events.length > 0);
  there.client.update(running('a'));
  await until('it is told', () => there.came.length === 2);
  t.deepEqual(there.came, ['SUBSCRIBE', 'UPDATE a']);
  t.deepEqual(types(there), [ExecutorEventType.SUBSCRIBED]);
});

test('a file that cannot be read is named with its variable', (t) => {
  const variables = {
    MESOS_EXECUTOR_ID: 'E',
    MESOS_FRAMEWORK_ID: 'F',
    MESOS_AGENT_ENDPOINT: '127.0.0.1:1',
    LIBPROCESS_SSL_ENABLED: '1',
    LIBPROCESS_SSL_CA_FILE: '/none.pem',
  };
  const make = () => new ExecutorClient({ handlers: { event: () => undefined }, variables });
  t.throws(make, { message: /^LIBPROCESS_SSL_CA_FILE: ENOENT/ });
});

test('a variable that is missing is named', (t) => {
  const make = () => new ExecutorClient({ handlers: { event: () => undefined }, variables: {} });
  t.throws(make, {
    message: 'MESOS_EXECUTOR_ID is not set: an executor is started by an agent, which sets it',
  });
});
