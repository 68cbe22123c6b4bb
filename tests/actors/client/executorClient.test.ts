/** The executor's side of the API in any program, before an agent that is busy or breaks off. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
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
  readonly client: ExecutorClient;
  send(event: object): void;
}

/** An agent of which only the door is there. */
async function agent(t: ExecutionContext, checkpoint: '0' | '1', tls?: Secured): Promise<Agent> {
  let stream: ServerResponse | undefined;
  const send = (event: object): void => {
    const text = JSON.stringify(event);
    stream?.write(`${text.length}\n${text}`);
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { type, update } = JSON.parse(Buffer.concat(chunks).toString()) as Said;
      made.came.push([type, update?.status.task_id.value].join(' ').trim());
      if (type === 'SUBSCRIBE' && made.busyFor-- > 0) response.writeHead(503).end();
      else if (type === 'SUBSCRIBE') stream = response.writeHead(200);
      else if (made.hangsUpFor-- > 0) request.socket.destroy();
      else response.writeHead(202).end();
      if (stream === response) send({ type: 'SUBSCRIBED' });
    });
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls.server, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const events: ExecutorEvent[] = [];
  const refusals: string[] = [];
  const real = realPorts();
  const clock = new PausedClock(real.clock);
  const client = new ExecutorClient({
    handlers: { event: (event) => events.push(event), refused: (text) => refusals.push(text) },
    variables: {
      MESOS_EXECUTOR_ID: 'E',
      MESOS_FRAMEWORK_ID: 'F',
      MESOS_AGENT_ENDPOINT: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      MESOS_CHECKPOINT: checkpoint,
      ...tls?.variables,
    },
    ports: { ...real, clock },
  });
  t.teardown(() => {
    client.stop();
    server.closeAllConnections();
    server.close();
  });
  const made: Agent = { came: [], events, refusals, busyFor: 0, hangsUpFor: 0, client, send };
  return made;
}

/** How a server is secured, and what it tells its executors of that. */
interface Secured {
  readonly server: ServerOptions;
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

test('a record that is no event ends the stream: an executor with checkpoints comes back', async (t) => {
  const there = await agent(t, '1');
  there.client.start();
  await until('it is subscribed', () => there.events.length > 0);
  there.send({ type: 'KILL', kill: {} });
  await until('it is subscribed again', () => there.events.length > 1);
  t.deepEqual(types(there), [ExecutorEventType.SUBSCRIBED, ExecutorEventType.SUBSCRIBED]);
  t.regex(there.refusals[0] ?? '', /^the agent sent what is no event: /);
});

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
