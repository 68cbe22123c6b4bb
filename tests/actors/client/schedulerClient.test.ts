/** The scheduler's side of the API in any program, before a master that is busy. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { SchedulerClient } from '../../../actors/client/index.ts';
import { SchedulerCallType } from '../../../proto/index.ts';
import { realPorts } from '../../../runtime/index.ts';
import { until } from '../../support/until.ts';

const SUBSCRIBED = JSON.stringify({
  type: 'SUBSCRIBED',
  subscribed: { framework_id: { value: 'F' }, heartbeat_interval_seconds: 600 },
});

interface BusyMaster {
  /** Types of the calls that came, in order. */
  readonly came: string[];
  /** How many of the next calls it is too busy for. */
  busyFor: number;
  readonly refusals: string[];
  readonly client: SchedulerClient;
}

/** A master of which only the door is there: it takes subscriptions, and calls when it is not busy. */
async function busyMaster(t: ExecutionContext): Promise<BusyMaster> {
  const came: string[] = [];
  const refusals: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { type } = JSON.parse(Buffer.concat(chunks).toString()) as { type: string };
      came.push(type);
      if (type === 'SUBSCRIBE') {
        response.writeHead(200, { 'mesos-stream-id': 'stream' });
        response.write(`${SUBSCRIBED.length}\n${SUBSCRIBED}`);
      } else if (master.busyFor > 0) {
        master.busyFor -= 1;
        response.writeHead(503).end('late');
      } else response.writeHead(202).end();
    });
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let subscribed = 0;
  const client = new SchedulerClient({
    master: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    framework: { user: 'nobody', name: 'busy' },
    handlers: {
      event: () => {
        subscribed += 1;
      },
      refused: (text) => refusals.push(text),
    },
    // No pauses.
    ports: { clock: realPorts().clock, random: { next: () => 0 } },
  });
  t.teardown(() => {
    client.stop();
    server.closeAllConnections();
    server.close();
  });
  const master: BusyMaster = { came, busyFor: 0, refusals, client };
  client.start();
  await until('it is subscribed', () => subscribed === 1);
  came.splice(0);
  return master;
}

test('a call that the master is too busy for is repeated until it is taken', async (t) => {
  const master = await busyMaster(t);
  master.busyFor = 3;
  t.true(master.client.call({ type: SchedulerCallType.REVIVE }));
  await until('it is taken', () => master.came.length === 4);
  t.deepEqual(master.came, ['REVIVE', 'REVIVE', 'REVIVE', 'REVIVE']);
  t.deepEqual(master.refusals, []);
});

test('one that it stays too busy for is told as refused in the end', async (t) => {
  const master = await busyMaster(t);
  master.busyFor = 1000;
  master.client.call({ type: SchedulerCallType.REVIVE });
  await until('it is told', () => master.refusals.length > 0);
  t.deepEqual(master.refusals, ['503 late']);
  t.is(master.came.length, 11);
});
